package io.millrace.perf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.perf.stat.ChildRun;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Looks at the real broker under a small load: that figures and names are there, not how large they are. */
final class StatIT {
    @TempDir
    private Path folder;

    @Test
    void shouldShowEachCoreAndDrawItsStacksWithNothingButTheJdk() throws IOException {
        final Path json = folder.resolve("stat.json");
        final Path flame = folder.resolve("deep/flame.svg");

        final String said =
                look("--sampler", "jfr", "--threads", "--flame", flame.toString(), "--json", json.toString());

        assertThat(said)
                .contains("records appended", "hardware counters: ", "core-0", "others (", "flame graph: " + flame)
                .contains("mind: no kernel functions");
        final JsonNode result = new ObjectMapper().readTree(json.toFile());
        assertThat(result.at("/threads/core-0/cpuNs").asLong()).isPositive();
        assertThat(result.at("/threads/core-0/voluntarySwitches").asLong()).isPositive();
        assertThat(result.at("/threads/core-0/migrations").asLong(0)).isZero();
        assertThat(result.at("/threads/all/records").asLong()).isPositive();
        assertThat(result.at("/threads/all/requests").asLong()).isPositive();
        assertThat(result.at("/threads/all/cpuNsPerRecord").asDouble()).isPositive();
        assertThat(result.at("/threads/all/cpuNs").asLong())
                .isGreaterThan(result.at("/threads/core-0/cpuNs").asLong());
        assertThat(Files.readString(flame)).contains("io.millrace.engine.core.Core.doWork", "<title>core-0: ");
    }

    @Test
    void shouldDrawStacksDownToTheKernelWherePerfIsInstalled() throws IOException {
        assumeTrue(ChildRun.find("perf").isPresent(), "no program perf");
        final Path flame = folder.resolve("flame.svg");

        look("--sampler", "perf", "--flame", flame.toString());

        assertThat(Files.readString(flame))
                .contains("io.millrace.net.broker.CoreThread.serve", "<title>core-0: ")
                .doesNotContain("keeps no frame pointers");
    }

    @Test
    void shouldSayWhatCannotBe() {
        final String nowhere = folder.resolve("nowhere").toString();
        assertThat(PerfRuns.run("stat", "--data-dir", nowhere)).isEqualTo(1);
        assertThat(PerfRuns.run(
                        "stat", "--pid", Long.toString(ProcessHandle.current().pid())))
                .isEqualTo(1);
        assertThat(PerfRuns.run("stat", "--pid", "1", "--data-dir", nowhere)).isEqualTo(2);
        assertThat(PerfRuns.run("stat", "--workload", "nope")).isEqualTo(2);
        assertThat(PerfRuns.run("stat", "--workload", "start")).isEqualTo(2);
        assertThat(PerfRuns.run("stat", "--seconds", "0")).isEqualTo(2);
        assertThat(PerfRuns.run("stat", "--help")).isZero();
    }

    private static String look(final String... further) {
        final List<String> arguments =
                new ArrayList<>(List.of("stat", "--workload", "raw-tiny", "--warm-up", "1", "--seconds", "3"));
        arguments.addAll(List.of(further));
        final PrintStream out = System.out;
        final ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            assertThat(PerfRuns.run(arguments.toArray(String[]::new))).isZero();
        } finally {
            System.setOut(out);
        }
        return said.toString(StandardCharsets.UTF_8);
    }
}
