package io.millrace.perf;

import com.sun.management.OperatingSystemMXBean;
import io.millrace.perf.report.Comparison;
import io.millrace.perf.report.Figures;
import io.millrace.perf.report.HtmlReport;
import io.millrace.perf.report.JsonReport;
import io.millrace.perf.report.TextReport;
import io.millrace.perf.server.DiskFloor;
import io.millrace.perf.server.Durability;
import io.millrace.perf.server.Server;
import io.millrace.perf.server.Servers;
import io.millrace.perf.server.Servers.Kind;
import io.millrace.perf.workload.Timing;
import io.millrace.perf.workload.Workload;
import io.millrace.perf.workload.Workloads;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs workloads against Millrace and Apache Kafka in turn, each on an empty data directory, and prints ratios. */
@Command(
        name = "compare",
        description = "Runs workloads against Millrace, Apache Kafka and a null broker in turn: same machine, same "
                + "client, same durability.",
        mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {
    private static final String FRONT_DOOR = "millrace.perf.front-door";

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "<workload>", description = "Which to run; all without any. See --list.")
    private List<String> names = List.of();

    @Option(names = "--list", description = "List the workloads and end.")
    private boolean list;

    @Option(
            names = "--servers",
            split = ",",
            defaultValue = "MILLRACE,KAFKA,NULL,DISK",
            description = "What to compare: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private List<Kind> kinds;

    @Option(names = "--repeats", defaultValue = "3", description = "Runs of each pair (default: ${DEFAULT-VALUE}).")
    private int repeats;

    @Option(names = "--warm-up", defaultValue = "10", description = "Seconds not measured (default: ${DEFAULT-VALUE}).")
    private int warmUpSeconds;

    @Option(names = "--seconds", defaultValue = "15", description = "Seconds measured (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--scratch",
            description =
                    "Where the servers' data lies while they run: on the disk to be measured (default: the project's target).")
    private Path scratch;

    @Option(names = "--json", paramLabel = "<file>", description = "Write all figures there too.")
    private Path json;

    @Option(
            names = "--html",
            paramLabel = "<file>",
            description = "Write a page with plots there too; it needs no network.")
    private Path html;

    @Override
    public Integer call() throws Exception {
        if (list) {
            Workloads.all().forEach(w -> System.out.printf("%-16s %s%n", w.name(), w.description()));
            return 0;
        }
        check(repeats > 0, "--repeats has to be 1 at least");
        check(seconds > 0, "--seconds has to be 1 at least");
        check(warmUpSeconds >= 0, "--warm-up cannot be below 0");
        final List<Workload> chosen = chosen();
        final Path frontDoor = Path.of(System.getProperty(FRONT_DOOR));
        final Path folder = scratch == null ? frontDoor.resolveSibling("target/perf/data") : scratch.toAbsolutePath();
        final Servers servers = new Servers(frontDoor, Files.createDirectories(folder));
        final TextReport text = new TextReport(System.out);
        final List<Comparison> comparisons = new ArrayList<>();
        for (final Workload workload : chosen) {
            final Comparison comparison = compare(servers, workload);
            text.write(comparison);
            comparisons.add(comparison);
            if (json != null) {
                JsonReport.write(json, comparisons);
            }
            if (html != null) {
                HtmlReport.write(html, comparisons, conditions());
            }
        }
        return 0;
    }

    private void check(final boolean holds, final String otherwise) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }

    private List<String> conditions() throws IOException {
        final long bytes = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
        return List.of(
                LocalDate.now(ZoneOffset.UTC).toString(),
                Runtime.getRuntime().availableProcessors() + " processors, clients on them too",
                String.format(Locale.ROOT, "%.0f GB of memory", bytes / 1e9),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                "Java " + Runtime.version(),
                repeats + " runs of each, " + seconds + " s measured after " + warmUpSeconds + " s of warm-up");
    }

    private List<Workload> chosen() {
        final List<Workload> chosen = new ArrayList<>();
        for (final String name : names) {
            chosen.add(Workloads.find(name)
                    .orElseThrow(() -> new ParameterException(
                            spec.commandLine(), "no workload is called '" + name + "': --list shows them")));
        }
        return names.isEmpty() ? Workloads.all() : chosen;
    }

    /** In turn and not one after the other, so that a machine that slows down slows both. */
    private Comparison compare(final Servers servers, final Workload workload) throws Exception {
        final Comparison comparison = new Comparison(
                workload.name(), workload.description(), workload.durability().label());
        for (int repeat = 1; repeat <= repeats; repeat++) {
            for (final Kind kind : kinds) {
                if (isFor(workload, kind)) {
                    System.err.printf("perf: %s, %s, run %d of %d%n", workload.name(), kind.label(), repeat, repeats);
                    comparison.add(kind, runOnce(servers, workload, kind));
                }
            }
        }
        return comparison;
    }

    private static boolean isFor(final Workload workload, final Kind kind) {
        return kind == Kind.DISK
                ? workload.durability() == Durability.FSYNC
                : workload.kinds().contains(kind);
    }

    private Figures runOnce(final Servers servers, final Workload workload, final Kind kind) throws Exception {
        if (kind == Kind.DISK) {
            return new DiskFloor(servers.scratch()).run(seconds * 1_000L);
        }
        try (Server server = servers.make(kind, workload.durability(), workload.settings())) {
            if (workload.wantsRunningServer()) {
                server.start(Workload.START_LIMIT);
            }
            return workload.run(server, new Timing(warmUpSeconds * 1_000L, seconds * 1_000L));
        }
    }
}
