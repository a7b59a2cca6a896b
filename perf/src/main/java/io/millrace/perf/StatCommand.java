package io.millrace.perf;

import io.millrace.perf.flame.FlameGraph;
import io.millrace.perf.flame.Samples;
import io.millrace.perf.flame.Sampling;
import io.millrace.perf.server.Server;
import io.millrace.perf.server.Servers;
import io.millrace.perf.server.Servers.Kind;
import io.millrace.perf.stat.ChildRun;
import io.millrace.perf.stat.LoadBeside;
import io.millrace.perf.stat.RunningBroker;
import io.millrace.perf.stat.StatReport;
import io.millrace.perf.stat.StatRun;
import io.millrace.perf.workload.Workload;
import io.millrace.perf.workload.Workloads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Says what the threads of a broker cost, and where their time goes. */
@Command(
        name = "stat",
        description = {
            "Says what each core thread of a running broker costs: processor time, waiting, context switches, migrations, "
                    + "page faults, for each request and record, and what the processor counts, where it shows that.",
            "",
            "The broker is only looked at: its threads in /proc, its counters in its mark file, the processor's by perf "
                    + "stat. --flame then samples for as long again."
        },
        footer = {
            "",
            "How to read it: docs/tuning.md. A broker that is to be sampled by perf with whole stacks is started with",
            "MILLRACE_JVM_OPTS=-XX:+PreserveFramePointer; --workload does so.",
            "",
            "Exit code: 0 if all was shown, 1 if there is no broker or it ended, 2 for a mistake on the command line."
        },
        mixinStandardHelpOptions = true)
final class StatCommand implements Callable<Integer> {
    private static final String FRONT_DOOR = "millrace.perf.front-door";
    private static final int SECONDS_MAX = 3_600;

    @Spec
    private CommandSpec spec;

    @Option(names = "--pid", paramLabel = "<pid>", description = "The broker's process.")
    private Long pid;

    @Option(
            names = "--data-dir",
            paramLabel = "<folder>",
            description = "The broker's data directory (default: ./data).")
    private Path dataDirectory;

    @Option(
            names = "--workload",
            paramLabel = "<name>",
            description = "Start a broker under a workload of 'perf compare' (see its --list) and look at that one.")
    private String workload;

    @Option(
            names = "--warm-up",
            defaultValue = "10",
            paramLabel = "<s>",
            description =
                    "Seconds from the workload's first request on that are not looked at (default: ${DEFAULT-VALUE}).")
    private int warmUpSeconds;

    @Option(
            names = "--seconds",
            defaultValue = "10",
            paramLabel = "<s>",
            description = "How long (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(names = "--threads", description = "A line for each of the other threads too, the busiest first.")
    private boolean threads;

    @Option(
            names = {"--flame", "--record"},
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "<file>",
            description =
                    "Sample too, and draw a flame graph (SVG; by default target/perf/flame-<pid>.svg of the project).")
    private String flame;

    @Option(
            names = "--sampler",
            defaultValue = "AUTO",
            description =
                    "Who samples: ${COMPLETION-CANDIDATES}. auto is perf where it is installed and the broker keeps "
                            + "frame pointers, and the JVM's flight recorder elsewhere.")
    private Sampling.Choice sampler;

    @Option(names = "--json", paramLabel = "<file>", description = "Write all figures there too.")
    private Path json;

    @Override
    public Integer call() throws Exception {
        validate();
        if (workload == null) {
            look(pid != null ? RunningBroker.of(pid) : RunningBroker.in(data()));
            return 0;
        }
        final Workload chosen = workload();
        final Path scratch = Files.createDirectories(target().resolve("data"));
        try (Server server =
                new Servers(frontDoor(), scratch).make(Kind.MILLRACE, chosen.durability(), chosen.settings())) {
            server.keepFramePointers();
            System.err.println("perf: starting a broker under " + chosen.name() + " (" + chosen.description() + ")");
            server.start(Workload.START_LIMIT);
            final int looks = flame == null ? 1 : 2;
            try (LoadBeside load = LoadBeside.start(chosen, server, warmUpSeconds, looks * seconds)) {
                final RunningBroker broker = RunningBroker.of(server.pid());
                load.awaitWarm(broker);
                look(broker);
            }
        }
        return 0;
    }

    private void look(final RunningBroker broker) throws Exception {
        final Optional<Path> perf = ChildRun.find("perf");
        final StatReport report = new StatReport(new StatRun(broker, perf, System.err).run(seconds));
        report.print(System.out, threads);
        if (json != null) {
            report.writeJson(json.toAbsolutePath());
            System.out.println("all figures: " + json);
        }
        if (flame != null) {
            final Samples samples = new Sampling(perf, System.err).sample(sampler, broker.pid(), seconds);
            final Path file = flameFile(broker);
            FlameGraph.write(file, samples, "Millrace broker " + broker.pid() + ", " + seconds + " s");
            System.out.println("flame graph: " + file);
            samples.limits().forEach(limit -> System.out.println("  mind: " + limit));
        }
    }

    private Path flameFile(final RunningBroker broker) throws IOException {
        final Path file = flame.isEmpty()
                ? target().resolve("flame-" + broker.pid() + ".svg")
                : Path.of(flame).toAbsolutePath();
        Files.createDirectories(file.getParent());
        return file;
    }

    private void validate() {
        check(seconds >= 1 && seconds <= SECONDS_MAX, "--seconds has to be between 1 and " + SECONDS_MAX);
        check(warmUpSeconds >= 0, "--warm-up cannot be below 0");
        final int named = (pid == null ? 0 : 1) + (dataDirectory == null ? 0 : 1) + (workload == null ? 0 : 1);
        check(named <= 1, "--pid, --data-dir and --workload name the broker: give one of them");
        check(pid == null || pid > 0, "--pid has to be above 0");
        check(
                workload == null || workload().keepsServer(),
                "--workload " + workload + " starts and ends brokers itself: choose another");
        check(Files.isDirectory(Path.of("/proc/self/task")), "perf stat reads /proc, which only Linux has");
    }

    private Workload workload() {
        return Workloads.find(workload)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "no workload is called '" + workload + "': perf compare --list shows them"));
    }

    private Path data() {
        return (dataDirectory == null ? Path.of("data") : dataDirectory)
                .toAbsolutePath()
                .normalize();
    }

    private static Path frontDoor() {
        return Path.of(System.getProperty(FRONT_DOOR));
    }

    private static Path target() {
        return frontDoor().resolveSibling("target").resolve("perf");
    }

    private void check(final boolean holds, final String otherwise) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }
}
