package io.millrace.tools.client;

import java.util.Map;
import org.apache.kafka.clients.admin.NewPartitions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Adds partitions to a topic. */
@Command(
        name = "grow",
        description = {
            "Add partitions to a topic. They cannot be taken away again, and keys may then go to other partitions than"
                    + " before."
        },
        footer = {"", "For example:  ./run.sh topics grow orders --partitions 8", "", ClientCommand.EXIT_CODES},
        mixinStandardHelpOptions = true)
final class TopicsGrow extends TopicsVerb {
    @Parameters(paramLabel = "NAME", description = "The topic.")
    private String name;

    @Option(
            names = {"-p", "--partitions"},
            paramLabel = "N",
            required = true,
            description = "How many it has then in all.")
    private int partitions;

    @Override
    void validate() {
        if (partitions < 1) {
            throw new IllegalArgumentException("--partitions " + partitions + ": expected 1 or more");
        }
    }

    @Override
    int run(final Cluster cluster, final Output out) {
        final int before = cluster.topic(name).partitions().size();
        if (partitions <= before) {
            throw new CommandFailure(
                    "--partitions " + partitions + ": " + name + " has " + before + ", expected more than that");
        }
        cluster.get(
                "cannot grow " + name + ": ",
                cluster.admin()
                        .createPartitions(Map.of(name, NewPartitions.increaseTo(partitions)))
                        .all());
        done(
                out,
                "grew " + name + " from " + before + " to " + counted(partitions, "partition"),
                "name",
                name,
                "before",
                before,
                "partitions",
                partitions);
        return 0;
    }
}
