package io.millrace.tools.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Creates one topic. */
@Command(
        name = "create",
        description = "Create a topic.",
        footer = {
            "",
            "For example:",
            "  ./run.sh topics create orders --partitions 4 --config cleanup.policy=compact",
            "",
            ClientCommand.EXIT_CODES
        },
        mixinStandardHelpOptions = true)
final class TopicsCreate extends TopicsVerb {
    @Parameters(paramLabel = "NAME", description = "Letters, digits, dots, dashes and underscores.")
    private String name;

    @Option(
            names = {"-p", "--partitions"},
            paramLabel = "N",
            description = "How many partitions (default: as the broker has it).")
    private Integer partitions;

    @Option(
            names = "--replicas",
            paramLabel = "N",
            description = "How many copies of each (default: as the broker has it).")
    private Short replicas;

    @Option(names = "--config", paramLabel = "K=V", description = "A setting of the topic; may be repeated.")
    private List<String> configs = new ArrayList<>();

    @Option(names = "--if-not-exists", description = "Leave a topic of this name as it is, and say so.")
    private boolean ifNotExists;

    private Map<String, String> settings;

    @Override
    void validate() {
        settings = KeyValues.parse("--config", configs);
        if (partitions != null && partitions < 1) {
            throw new IllegalArgumentException("--partitions " + partitions + ": expected 1 or more");
        }
        if (replicas != null && replicas < 1) {
            throw new IllegalArgumentException("--replicas " + replicas + ": expected 1 or more");
        }
    }

    @Override
    int run(final Cluster cluster, final Output out) {
        final NewTopic topic = new NewTopic(name, Optional.ofNullable(partitions), Optional.ofNullable(replicas));
        final CreateTopicsResult result = cluster.admin().createTopics(List.of(topic.configs(settings)));
        try {
            result.all().get();
        } catch (final ExecutionException failure) {
            if (ifNotExists && Failures.cause(failure) instanceof TopicExistsException) {
                done(out, name + " exists", "name", name, "created", false);
                return 0;
            }
            throw Failures.of("cannot create " + name + ": ", failure, bootstrap());
        } catch (final InterruptedException interrupted) {
            throw new InterruptException(interrupted);
        }
        final int made = cluster.get(result.numPartitions(name));
        final int copies = cluster.get(result.replicationFactor(name));
        done(
                out,
                "created " + name + ": " + counted(made, "partition") + ", " + counted(copies, "replica"),
                "name",
                name,
                "created",
                true,
                "partitions",
                made,
                "replicas",
                copies);
        return 0;
    }
}
