package io.millrace.tools.client;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Moves partitions to another core of their node, while they are used. */
@Command(
        name = "move",
        description = {
            "Move partitions to another core of their node, while they are written and read.",
            "Nothing is lost, repeated or reordered; acks of a partition pause for a moment."
        },
        footer = {
            "",
            "For example:",
            "  ./run.sh move orders:0 orders:3 --to-core 1",
            "  ./run.sh move orders --to-core 1          all of a topic's partitions",
            "  ./run.sh move --list orders               which cores they are on",
            "",
            ClientCommand.EXIT_CODES
        },
        mixinStandardHelpOptions = true)
public final class MoveCommand extends AdminCommand {
    private static final int NONE = Integer.MIN_VALUE;

    @Mixin
    private ClientOptions options;

    @Parameters(
            paramLabel = "TOPIC:PARTITION",
            arity = "0..*",
            description = "Partitions, such as orders:0, or topics, for all of theirs.")
    private List<String> names = List.of();

    @Option(names = "--to-core", paramLabel = "N", description = "The core, from 0 on.")
    private int core = NONE;

    @Option(
            names = "--list",
            description = "Show which core owns which partition, of these topics or of all, and move nothing.")
    private boolean lists;

    @Option(
            names = "--data-dir",
            paramLabel = "D",
            description = "The broker's data directory, which --list reads (default: ./data).")
    private Path dataDirectory = Path.of("./data");

    @Option(
            names = {"-j", "--json"},
            order = 90,
            description = "One JSON object a line.")
    private boolean json;

    private final List<Target> targets = new ArrayList<>();

    @Override
    String title() {
        return "move";
    }

    @Override
    ClientOptions options() {
        return options;
    }

    @Override
    void validate() {
        if (lists && core != NONE) {
            throw new IllegalArgumentException("--list moves nothing: expected it without --to-core");
        } else if (!lists && core == NONE) {
            throw new IllegalArgumentException("expected --to-core N, or --list");
        } else if (!lists && names.isEmpty()) {
            throw new IllegalArgumentException("expected partitions such as orders:0, or topics");
        } else if (!lists && core < 0) {
            throw new IllegalArgumentException("--to-core " + core + ": expected 0 or more");
        }
        names.forEach(name -> targets.add(Target.parse("move", name)));
    }

    @Override
    boolean asksBroker() {
        return !lists;
    }

    @Override
    int run(final Output out) {
        if (!lists) {
            return super.run(out);
        }
        final CoreOwners owners = new CoreOwners(dataDirectory.toAbsolutePath().normalize());
        owners.table(targets).print(out, json);
        if (!owners.unwritten().isEmpty()) {
            out.flush();
            say("moved, but not yet written, so a start may find them where they were: "
                    + String.join(", ", owners.unwritten()));
        }
        return 0;
    }

    @Override
    int run(final Cluster cluster, final Output out) {
        final CoreMoves moves = new CoreMoves(cluster);
        final List<TopicPartition> partitions = new ArrayList<>();
        targets.forEach(target -> partitions.addAll(target.partitions(cluster)));
        final Progress progress = new Progress(!json, System.nanoTime());
        int code = 0;
        int moved = 0;
        for (final TopicPartition partition : partitions) {
            try {
                moves.move(partition, core);
                moved++;
                out.line(
                        json
                                ? Json.of(Json.object(
                                        "topic", partition.topic(), "partition", partition.partition(), "core", core))
                                : partition + " is on core " + core);
            } catch (final CommandFailure failure) {
                progress.end();
                out.flush();
                say(failure.getMessage());
                code = FAILED;
            }
            final int done = moved;
            progress.show(System.nanoTime(), () -> done + " of " + partitions.size() + " moved");
        }
        progress.end();
        return code;
    }
}
