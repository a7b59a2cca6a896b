package io.millrace.tools.client;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.ScopeType;

/** List, describe and delete groups, and move what they have read to; without a verb it lists. */
@Command(
        name = "groups",
        description = "List, describe and delete groups, and set their offsets; without a verb: list.",
        subcommands = {GroupsCommand.ListVerb.class, GroupsDescribe.class, GroupsDelete.class, GroupsOffsets.class},
        footer = {
            "",
            "For example:",
            "  ./run.sh groups",
            "  ./run.sh groups describe billing",
            "  ./run.sh groups offsets billing --topic orders --to earliest --execute",
            "",
            ClientCommand.EXIT_CODES
        },
        mixinStandardHelpOptions = true)
public final class GroupsCommand extends GroupsList {
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
            description = "List groups; this is what groups does without a verb.",
            footer = {"", "For example:  ./run.sh groups list --json"},
            mixinStandardHelpOptions = true)
    static final class ListVerb extends GroupsList {
        @ParentCommand
        private GroupsCommand groups;

        @Override
        ClientOptions options() {
            return groups.options();
        }

        @Override
        boolean json() {
            return groups.json();
        }
    }
}
