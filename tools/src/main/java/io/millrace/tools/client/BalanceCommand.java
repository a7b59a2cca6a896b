package io.millrace.tools.client;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Node;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Proposes moves of partitions that even the loads of a broker's cores, and does them when told. */
@Command(
        name = "balance",
        description = {
            "Measure what each core of a broker has to do for its partitions, and propose moves that even it.",
            "Nothing is moved without --execute. The figures are those of ./run.sh stat --partitions."
        },
        footer = {
            "",
            "For example:",
            "  ./run.sh balance                        what would be moved",
            "  ./run.sh balance --execute              measure, and do it",
            "  ./run.sh balance --seconds 60 --threshold 20",
            "",
            "A load is bytes written and read a second, and 4096 for each batch and each read: docs/commands.md.",
            ClientCommand.EXIT_CODES
        },
        mixinStandardHelpOptions = true)
public final class BalanceCommand extends ClientCommand {
    private static final int SECONDS_MAX = 3600;
    private static final double PERCENT = 100;

    @Mixin
    private ClientOptions options;

    @Option(
            names = "--data-dir",
            paramLabel = "D",
            description = "The broker's data directory, where its figures are (default: ./data).")
    private Path dataDirectory = Path.of("./data");

    @Option(names = "--seconds", paramLabel = "S", description = "How long to measure (default: 5).")
    private int seconds = 5;

    @Option(
            names = "--threshold",
            paramLabel = "P",
            description = "Only moves that take so many per cent off the busier core's load (default: 10).")
    private int threshold = 10;

    @Option(names = "--execute", description = "Do the moves, one by one, at the broker of --bootstrap.")
    private boolean executes;

    @Option(
            names = {"-j", "--json"},
            order = 90,
            description = "One JSON object.")
    private boolean json;

    @Override
    String title() {
        return "balance";
    }

    @Override
    ClientOptions options() {
        return options;
    }

    @Override
    boolean asksBroker() {
        return executes;
    }

    @Override
    void validate() {
        if (seconds < 1 || seconds > SECONDS_MAX) {
            throw new IllegalArgumentException("--seconds " + seconds + ": expected 1 to " + SECONDS_MAX);
        }
        if (threshold < 1 || threshold > PERCENT) {
            throw new IllegalArgumentException("--threshold " + threshold + ": expected 1 to 100 per cent");
        }
    }

    @Override
    int run(final Output out) {
        final LoadMeter meter = new LoadMeter(dataDirectory.toAbsolutePath().normalize());
        final Progress progress = new Progress(!json, System.nanoTime());
        for (int i = 1; i <= seconds; i++) {
            meter.sample();
            final int done = i;
            progress.show(System.nanoTime(), () -> "measured " + done + " of " + seconds + " s");
        }
        progress.end();
        final List<CoreLoad> loads = meter.loads();
        final MoveProposal proposal = MoveProposal.of(loads, threshold / PERCENT);
        final Table cores = cores(loads, proposal);
        final Table moves = moves(loads, proposal);
        if (json && !executes) {
            out.line(Json.of(Json.object("cores", objects(cores), "moves", objects(moves))));
        } else if (!json) {
            cores.print(out, false);
            if (!moves.isEmpty()) {
                out.newline();
                moves.print(out, false);
            }
            out.flush();
            if (moves.isEmpty()) {
                say("nothing to do: " + proposal.whyNothing());
            } else if (!executes) {
                say("nothing is moved yet: --execute does it");
            }
        }
        return executes ? execute(meter.nodeId(), proposal, cores, moves, out) : 0;
    }

    private static Table cores(final List<CoreLoad> loads, final MoveProposal proposal) {
        final long sum = sum(loads);
        final Table table = new Table("core", "busy%", "in/s", "out/s", "requests/s", "load%", "after%");
        for (final CoreLoad load : loads) {
            table.row(
                    load.core(),
                    Math.round(load.busyShare() * PERCENT),
                    load.all().bytesIn(),
                    load.all().bytesOut(),
                    load.all().requests(),
                    percent(load.load(), sum),
                    percent(proposal.loadAfter(load.core()), sum));
        }
        return table;
    }

    private static Table moves(final List<CoreLoad> loads, final MoveProposal proposal) {
        final long sum = sum(loads);
        final Table table = new Table("topic", "partition", "from", "to", "in/s", "out/s", "requests/s", "load%");
        for (final MoveProposal.Move move : proposal.moves()) {
            final CoreLoad.Rates rates = move.what().rates();
            table.row(
                    move.partition().topic(),
                    move.partition().partition(),
                    move.from(),
                    move.to(),
                    rates.bytesIn(),
                    rates.bytesOut(),
                    rates.requests(),
                    percent(rates.load(), sum));
        }
        return table;
    }

    /** Programs read a name's unit in words. */
    private static List<Map<String, Object>> objects(final Table table) {
        final List<Map<String, Object>> objects = new ArrayList<>();
        for (final Map<String, Object> row : table.objects()) {
            final Map<String, Object> object = new LinkedHashMap<>();
            row.forEach((name, value) -> object.put(
                    name.replace("%", "Percent")
                            .replace("in/s", "bytesInPerSecond")
                            .replace("out/s", "bytesOutPerSecond")
                            .replace("/s", "PerSecond"),
                    value));
            objects.add(object);
        }
        return objects;
    }

    private static long sum(final List<CoreLoad> loads) {
        return loads.stream().mapToLong(CoreLoad::load).sum();
    }

    private static long percent(final long part, final long whole) {
        return whole <= 0 ? 0 : Math.round(PERCENT * part / whole);
    }

    private int execute(
            final int nodeId, final MoveProposal proposal, final Table cores, final Table moves, final Output out) {
        final List<Map<String, Object>> objects = objects(moves);
        int code = 0;
        if (!proposal.moves().isEmpty()) {
            try (Cluster cluster = new Cluster(this)) {
                checkNode(cluster, nodeId);
                final List<Boolean> done = execute(cluster, proposal.moves(), out);
                for (int i = 0; i < done.size(); i++) {
                    objects.get(i).put("moved", done.get(i));
                }
                code = done.contains(false) ? FAILED : 0;
            }
        }
        if (json) {
            out.line(Json.of(Json.object("cores", objects(cores), "moves", objects)));
        }
        return code;
    }

    /** Whether each was done; the others are, whatever becomes of one. */
    private List<Boolean> execute(final Cluster cluster, final List<MoveProposal.Move> moves, final Output out) {
        final CoreMoves coreMoves = new CoreMoves(cluster);
        final List<Boolean> done = new ArrayList<>();
        for (final MoveProposal.Move move : moves) {
            try {
                coreMoves.move(move.partition(), move.to());
                done.add(true);
                if (!json) {
                    out.line(move.partition() + " is on core " + move.to() + " (" + done.size() + " of " + moves.size()
                            + ")");
                    out.flush();
                }
            } catch (final CommandFailure failure) {
                done.add(false);
                out.flush();
                say(failure.getMessage());
            }
        }
        return done;
    }

    /** The figures are of a directory, the moves go to an address: that must be one broker. */
    private void checkNode(final Cluster cluster, final int nodeId) {
        final List<Integer> ids = cluster.get(cluster.admin().describeCluster().nodes()).stream()
                .map(Node::id)
                .toList();
        if (CoreMoves.nodeOf(ids) != nodeId) {
            throw new CommandFailure("the broker at " + bootstrap() + " is not node " + nodeId
                    + ", whose figures are in " + dataDirectory + " (see --bootstrap and --data-dir)");
        }
    }
}
