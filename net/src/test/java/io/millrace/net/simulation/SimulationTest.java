package io.millrace.net.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.status.PlantedBug;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The simulation keeps its promises, gives the same trace for the same seed, and finds what is planted. */
class SimulationTest {
    private static final int SEEDS = 160;
    private static final int SEEDS_MAX = 500;
    private static final int TWICE_FIRST = 1001;
    private static final int TWICE = 40;
    private static final int CHILDREN = 2;
    private static final long CHILD_SECONDS_MAX = 300;

    /** In a JVM of its own, as those of the command: its first UUID is the simulation's. */
    @Test
    void shouldKeepEveryPromiseOverManySeeds() throws IOException, InterruptedException {
        final List<String> lines = child(null, 1, SEEDS, false);
        assertThat(lines.getLast())
                .as("reproduce: ./run.sh simulate --seed %d", lines.size())
                .startsWith("good");
        assertThat(lines).hasSize(SEEDS);
    }

    /** Seeds that once broke, as long as the plan that is drawn from a seed stays as it is. */
    @ParameterizedTest
    @ValueSource(longs = {800_697})
    void shouldKeepEveryPromiseOverSeedsThatOnceBroke(final long seed) {
        final SimResult result = Simulation.run(new SimOptions(seed, SimOptions.STEPS_DEFAULT));
        assertThat(result.violation()).as("%s", result).isNull();
    }

    @Test
    void shouldGiveTheSameTraceInAnotherJvm() throws IOException, InterruptedException {
        final List<String> lines = child(null, TWICE_FIRST, TWICE, false);
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
                        "records moved");
        assertThat(child(null, TWICE_FIRST, TWICE, false)).isEqualTo(lines);
        assertThat(lines.stream().distinct()).hasSize(TWICE);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "(TXN|GROUP)_.*")
    void shouldFindWhatIsPlanted(final PlantedBug bug) throws IOException, InterruptedException {
        final List<String> lines = child(bug, 1, SEEDS_MAX, false);
        assertThat(lines.getLast()).as("%s in %d seeds", bug, SEEDS_MAX).startsWith("BROKEN");
    }

    /** Two at a time: each is a JVM that has hardly warmed up when it has found its bug. */
    @Test
    void shouldFindWhatIsPlantedInTransactionsAndGroups() throws ExecutionException, InterruptedException {
        final Map<PlantedBug, Future<List<String>>> runs = new EnumMap<>(PlantedBug.class);
        try (ExecutorService pool = Executors.newFixedThreadPool(CHILDREN)) {
            for (final PlantedBug bug : PlantedBug.values()) {
                if (isOfPrograms(bug)) {
                    runs.put(bug, pool.submit(() -> child(bug, 1, SEEDS_MAX, true)));
                }
            }
            for (final Map.Entry<PlantedBug, Future<List<String>>> run : runs.entrySet()) {
                assertThat(run.getValue().get().getLast())
                        .as("%s in %d seeds", run.getKey(), SEEDS_MAX)
                        .startsWith("BROKEN");
            }
        }
    }

    private static boolean isOfPrograms(final PlantedBug bug) {
        return bug.name().startsWith("TXN_") || bug.name().startsWith("GROUP_");
    }

    private static List<String> child(
            final PlantedBug bug, final long firstSeed, final int seeds, final boolean programsOnly)
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
                "-ea:io.millrace...",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        if (programsOnly) {
            command.add("-XX:TieredStopAtLevel=1");
        }
        if (bug != null) {
            command.add("-Dmillrace.planted.bug=" + bug.name());
        }
        command.addAll(List.of(
                SimulationMain.class.getName(),
                Long.toString(firstSeed),
                Integer.toString(seeds),
                Boolean.toString(programsOnly)));
        final Process process =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        final List<String> lines = new ArrayList<>();
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line;
            while ((line = reader.readLine()) != null) {
                if (line.startsWith("good") || line.startsWith("BROKEN")) {
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
