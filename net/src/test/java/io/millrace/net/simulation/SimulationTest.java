package io.millrace.net.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.status.PlantedBug;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The simulation keeps its promises, gives the same trace for the same seed, and finds what is planted. */
class SimulationTest {
    private static final List<String> SAID =
            List.of(SimulationMain.GOOD, SimulationMain.BROKEN, SimulationMain.FOUND, SimulationMain.MISSED);

    private static final int FIRST = 31;
    private static final int SEEDS = 70;
    private static final long SHORT_FIRST = 2_001;
    private static final int SHORT_SEEDS = 80;
    private static final int SHORT_STEPS = 1_000;
    private static final int TWICE_FIRST = 81;
    private static final int TWICE = FIRST + SEEDS - TWICE_FIRST;
    private static final long CHILD_SECONDS_MAX = 300;

    /**
     * JVMs of their own, as that of the command is: their first UUID is the simulation's. They run beside each other, and
     * mostly cold code, for which the second compiler costs more than it gains.
     */
    private static ExecutorService pool;

    private static Future<List<String>> seeds;
    private static Future<List<String>> shortRuns;
    private static Future<List<String>> again;
    private static Future<List<String>> plants;

    @BeforeAll
    static void start() {
        pool = Executors.newFixedThreadPool(2);
        seeds = pool.submit(() -> child(false, Integer.toString(FIRST), Integer.toString(SEEDS)));
        plants = pool.submit(() -> child(true, "plants"));
        again = pool.submit(() -> child(false, Integer.toString(TWICE_FIRST), Integer.toString(TWICE)));
        shortRuns = pool.submit(() ->
                child(false, Long.toString(SHORT_FIRST), Integer.toString(SHORT_SEEDS), Integer.toString(SHORT_STEPS)));
    }

    @AfterAll
    static void stop() {
        pool.shutdownNow();
    }

    @Test
    void shouldKeepEveryPromiseOverManySeeds() throws ExecutionException, InterruptedException {
        final List<String> lines = seeds.get();
        assertThat(lines.getLast())
                .as("reproduce: ./run.sh simulate --seed %d", FIRST + lines.size() - 1)
                .startsWith(SimulationMain.GOOD);
        assertThat(lines).hasSize(SEEDS);
    }

    @Test
    void shouldKeepEveryPromiseOverManyShortRuns() throws ExecutionException, InterruptedException {
        final List<String> lines = shortRuns.get();
        assertThat(lines.getLast())
                .as("reproduce: ./run.sh simulate --seed %d --steps %d", SHORT_FIRST + lines.size() - 1, SHORT_STEPS)
                .startsWith(SimulationMain.GOOD);
        assertThat(lines).hasSize(SHORT_SEEDS);
    }

    /** Seeds that once broke, as long as the plan that is drawn from a seed stays as it is. */
    @ParameterizedTest
    @ValueSource(longs = {800_697})
    void shouldKeepEveryPromiseOverSeedsThatOnceBroke(final long seed) {
        final SimResult result = Simulation.run(new SimOptions(seed, SimOptions.STEPS_DEFAULT));
        assertThat(result.violation()).as("%s", result).isNull();
    }

    @Test
    void shouldGiveTheSameTraceInAnotherJvm() throws ExecutionException, InterruptedException {
        final List<String> lines = again.get();
        final Set<String> struck = new TreeSet<>();
        lines.forEach(line -> {
            final String faults = line.substring(line.indexOf('{') + 1, line.indexOf('}'));
            for (final String fault : faults.split(", ")) {
                struck.add(fault.substring(0, fault.indexOf('=')));
            }
        });
        assertThat(struck)
                .as("kinds of faults in the runs that are compared")
                .contains(
                        "connection reset",
                        "kill",
                        "power loss",
                        "orderly stop",
                        "disk.bitFlips",
                        "disk.noSpace",
                        "disk.readErrors",
                        "disk.writeErrors",
                        "disk.syncErrors",
                        "disk.shortWrites",
                        "disk.writesTorn",
                        "disk.namesDropped",
                        "sent without an ack",
                        "continued by the journal",
                        "replica.cut back",
                        "hole left by a compaction",
                        "transaction committed",
                        "transaction aborted",
                        "producer crashed",
                        "producer stood still",
                        "member crashed",
                        "member left",
                        "member stood still",
                        "offset committed",
                        "records moved",
                        "share member crashed",
                        "share member left",
                        "share member stood still",
                        "shared record accepted");
        assertThat(seeds.get().subList(TWICE_FIRST - FIRST, SEEDS)).isEqualTo(lines);
        assertThat(lines.stream().distinct()).hasSize(TWICE);
    }

    @ParameterizedTest
    @EnumSource
    void shouldFindWhatIsPlanted(final PlantedBug bug) throws ExecutionException, InterruptedException {
        assertThat(plants.get().stream().filter(line -> line.contains(bug.name())))
                .as("%s in %d seeds", bug, SimulationMain.SEEDS_MAX)
                .singleElement()
                .asString()
                .startsWith(SimulationMain.FOUND + bug + ' ');
    }

    /** What a JVM says of its runs. */
    private static List<String> child(final boolean planted, final String... args)
            throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(List.of(
                "--add-exports",
                "java.base/jdk.internal.misc=ALL-UNNAMED",
                "--add-opens",
                "java.base/sun.nio.ch=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-ea:io.millrace...",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        if (planted) {
            command.add("-Dmillrace.planted.bug=");
        }
        command.add(SimulationMain.class.getName());
        command.addAll(List.of(args));
        final Process process =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        final List<String> lines = new ArrayList<>();
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line;
            while ((line = reader.readLine()) != null) {
                if (SAID.stream().anyMatch(line::startsWith)) {
                    lines.add(line);
                }
            }
        }
        if (!process.waitFor(CHILD_SECONDS_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the child did not end");
        }
        return lines;
    }
}
