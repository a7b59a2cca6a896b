package io.millrace.tools.client;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.ScopeType;

/** List, describe, create, delete and grow topics; without a verb it lists. */
@Command(
        name = "topics",
        description = "List, describe, create, delete and grow topics of a broker; without a verb: list.",
        subcommands = {
            TopicsCommand.ListVerb.class,
            TopicsDescribe.class,
            TopicsCreate.class,
            TopicsDelete.class,
            TopicsGrow.class
        },
        footer = {
            "",
            "For example:",
            "  ./run.sh topics",
            "  ./run.sh topics create orders --partitions 4 --config retention.ms=86400000",
            "  ./run.sh topics describe orders",
            "",
            ClientCommand.EXIT_CODES
        },
        mixinStandardHelpOptions = true)
public final class TopicsCommand extends TopicsList {
    @Mixin
    private ClientOptions options;

    @Option(
            names = {"-j", "--json"},
            scope = ScopeType.INHERIT,
            order = 90,
            description = "One JSON object a line.")
    private boolean json;

    @Override
    ClientOptions options() {
        return options;
    }

    @Override
    boolean json() {
        return json;
    }

    /** The same with its name. */
    @Command(
            name = "list",
            description = "List topics; this is what topics does without a verb.",
            footer = {"", "For example:  ./run.sh topics list --internal --json"},
            mixinStandardHelpOptions = true)
    static final class ListVerb extends TopicsList {
        @ParentCommand
        private TopicsCommand topics;

        @Override
        ClientOptions options() {
            return topics.options();
        }

        @Override
        boolean json() {
            return topics.json();
        }

        @Override
        boolean internal() {
            return super.internal() || topics.internal();
        }
    }
}
