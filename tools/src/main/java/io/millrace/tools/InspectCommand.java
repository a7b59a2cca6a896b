package io.millrace.tools;

import io.millrace.tools.inspect.Inspector;
import io.millrace.tools.inspect.Options;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Show and verify what lies in a data directory, a partition, a segment or a file beside it. */
@Command(
        name = "inspect",
        description = {
            "Show and verify what lies in a data directory, a partition, a segment or a file beside it, written by"
                    + " Millrace or by Apache Kafka. Reads only; a broker may go on beside it.",
            "",
            "Exit code: 0 good, 1 damage found, 2 a path cannot be inspected."
        },
        mixinStandardHelpOptions = true)
final class InspectCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "1..*",
            paramLabel = "PATH",
            description =
                    "Data directory, partition directory, or one of: *.log, *.index, *.timeindex, *.txnindex,"
                            + " *.snapshot, millrace-journal.*, millrace-metadata.*, a checkpoint, partition.metadata, meta.properties.")
    private List<Path> paths;

    @Option(
            names = {"-r", "--records"},
            description = "Show the records of each batch: key, value, headers. Text is quoted, other bytes are hex.")
    private boolean records;

    @Option(
            names = {"-v", "--verify"},
            description = "Check CRCs, the order of offsets and epochs, indexes, snapshots and checkpoints.")
    private boolean verify;

    @Option(
            names = {"-s", "--stats"},
            description = "Show the sizes and fill of batches, compression, and the span of time.")
    private boolean stats;

    @Option(
            names = {"-l", "--list"},
            description = "Show one line for each partition.")
    private boolean list;

    @Option(
            names = {"-j", "--json"},
            description = "One JSON object a line; its kind is in \"type\".")
    private boolean json;

    @Option(
            names = {"-o", "--offset"},
            paramLabel = "FROM[..TO]",
            description = "Only what holds these offsets: 17, 17.., ..40, 17..40.")
    private String offsets;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "At most so many batches, or records with --records.")
    private long limit = Long.MAX_VALUE;

    @Option(names = "--producer", paramLabel = "ID", description = "Only batches of this producer id.")
    private long producerId = -1;

    @Option(
            names = "--dense",
            description = "Gaps between offsets are damage; understood in a data directory of Millrace.")
    private boolean dense;

    @Override
    public Integer call() {
        final long[] range = range();
        if (range[0] < 0 || range[0] > range[1]) {
            throw new ParameterException(
                    spec.commandLine(), "--offset " + offsets + ": expected an offset or a range such as 17..40");
        }
        if (limit < 1) {
            throw new ParameterException(spec.commandLine(), "--limit " + limit + ": expected 1 or more");
        }
        final Options options =
                new Options(records, verify, stats, list, json, dense, range[0], range[1], limit, producerId);
        return Inspector.run(paths, options, new FileOutputStream(FileDescriptor.out), System.err);
    }

    private long[] range() {
        if (offsets == null) {
            return new long[] {0, Long.MAX_VALUE};
        }
        try {
            final int dots = offsets.indexOf("..");
            if (dots < 0) {
                final long offset = Long.parseLong(offsets);
                return new long[] {offset, offset};
            }
            final String from = offsets.substring(0, dots);
            final String to = offsets.substring(dots + 2);
            return new long[] {
                from.isEmpty() ? 0 : Long.parseLong(from), to.isEmpty() ? Long.MAX_VALUE : Long.parseLong(to)
            };
        } catch (final NumberFormatException e) {
            throw new ParameterException(
                    spec.commandLine(), "--offset " + offsets + ": expected an offset or a range such as 17..40");
        }
    }
}
