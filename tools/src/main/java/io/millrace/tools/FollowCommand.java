package io.millrace.tools;

import io.millrace.engine.replication.FollowerException;
import io.millrace.net.aeron.AeronException;
import io.millrace.net.kafka.client.KafkaFeedException;
import io.millrace.tools.follow.FollowContext;
import io.millrace.tools.follow.FollowRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Keep a byte-identical read-only copy of one partition of another broker. */
@Command(
        name = "follow",
        description = "Keep a byte-identical read-only copy of one partition of another broker.",
        footer = {
            "",
            "The copy lies in <data-dir>/<topic>-<partition>/ and can be inspected. It goes on where it ended, is cut"
                    + " back where the broker's history differs, and waits while the broker is away. Ctrl-C ends it"
                    + " cleanly.",
            "Exit code: 0 ended as asked, 1 it could not go on, 2 a mistake in the options."
        },
        mixinStandardHelpOptions = true)
final class FollowCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--from", paramLabel = "HOST:PORT", required = true, description = "Any broker of the cluster.")
    private String from;

    @Option(names = "--topic", paramLabel = "T", required = true, description = "The topic.")
    private String topic;

    @Option(names = "--partition", paramLabel = "P", required = true, description = "The partition.")
    private int partition;

    @Option(names = "--data-dir", paramLabel = "D", required = true, description = "Where the copy is kept.")
    private Path dataDirectory;

    @Option(
            names = "--aeron-dir",
            paramLabel = "A",
            description =
                    "Where Aeron keeps its buffers, about 20 MB (default: below /dev/shm, or the temporary folder).")
    private Path aeronDirectory;

    @Option(names = "--once", description = "End when the copy has caught up.")
    private boolean once;

    @Override
    public Integer call() {
        final FollowContext context = context();
        try {
            return new FollowRun(context).run();
        } catch (final IllegalArgumentException
                | FollowerException
                | AeronException
                | KafkaFeedException
                | IOException mistake) {
            System.err.println("millrace follow: " + mistake.getMessage());
            return 1;
        }
    }

    private FollowContext context() {
        try {
            return new FollowContext(
                    FollowContext.address(from), topic, partition, dataDirectory, aeronDirectory, once);
        } catch (final IllegalArgumentException mistake) {
            throw new ParameterException(spec.commandLine(), mistake.getMessage(), mistake);
        }
    }
}
