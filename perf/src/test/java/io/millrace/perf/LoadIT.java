package io.millrace.perf;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short form of a load against the real broker. How fast it is depends on the machine and is no test's matter. */
final class LoadIT {
    private static final double NEVER_MET_MS = 0.001;
    private static final double ALWAYS_MET_MS = 1e9;

    @TempDir
    private Path folder;

    @Test
    void shouldFailWhereTheBarIsMissedAndKeepTheBooks() throws IOException {
        final Path json = folder.resolve("results/load.json");

        assertThat(quick(NEVER_MET_MS, json)).isEqualTo(1);

        final JsonNode result = new ObjectMapper().readTree(json.toFile());
        assertThat(result.get("profile").asText()).isEqualTo("quick");
        assertThat(result.get("passed").asBoolean()).isFalse();
        assertThat(result.get("targetRate").asInt()).isEqualTo(200);
        assertThat(result.get("seconds").asInt()).isEqualTo(5);
        assertThat(result.get("lost").asLong()).isZero();
        assertThat(result.get("repeated").asLong()).isZero();
        assertThat(result.get("errors").asLong()).isZero();
        assertThat(result.get("acknowledged").asLong()).isPositive();
        assertThat(result.at("/latencyMs/records").asLong()).isPositive();
        assertThat(texts(result.get("failures")))
                .anySatisfy(text -> assertThat(text).contains("p95 is", "has to be below 0.001 ms"));
    }

    @Test
    void shouldBringBackWhatWasAcknowledgedBeforeTheBrokerWasKilled() throws IOException {
        final Path json = folder.resolve("chaos.json");

        quick(ALWAYS_MET_MS, json, "--chaos", "--seed", "5");

        final JsonNode result = new ObjectMapper().readTree(json.toFile());
        assertThat(result.at("/kills/brokerAwayMs").asLong()).isPositive();
        assertThat(result.get("lost").asLong()).isZero();
        assertThat(result.get("repeated").asLong()).isZero();
        assertThat(result.at("/latencyMs/records").asLong()
                        + result.at("/outageLatencyMs/records").asLong())
                .isPositive();
    }

    @Test
    void shouldRefuseWhatMakesNoSense() {
        assertThat(PerfRuns.run("load", "nope")).isEqualTo(2);
        assertThat(PerfRuns.run("load")).isEqualTo(2);
        assertThat(PerfRuns.run("load", "quick", "--seconds", "0")).isEqualTo(2);
        assertThat(PerfRuns.run("load", "quick", "--bootstrap", "nowhere")).isEqualTo(2);
        assertThat(PerfRuns.run("load", "quick", "--chaos", "--bootstrap", "127.0.0.1:1"))
                .isEqualTo(2);
        assertThat(PerfRuns.run("load", "--help")).isZero();
        assertThat(PerfRuns.run("compare", "--repeats", "0")).isEqualTo(2);
        assertThat(PerfRuns.run("compare", "--seconds", "0")).isEqualTo(2);
        assertThat(PerfRuns.run("compare", "--warm-up", "-1")).isEqualTo(2);
    }

    @Test
    void shouldSayInOneLineThatNothingListens() {
        final PrintStream err = System.err;
        final ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            assertThat(PerfRuns.run("load", "quick", "--bootstrap", "127.0.0.1:1"))
                    .isEqualTo(1);
        } finally {
            System.setErr(err);
        }
        assertThat(said.toString(StandardCharsets.UTF_8)).isEqualTo("millrace: nothing listens at 127.0.0.1:1\n");
    }

    private static int quick(final double p95Ms, final Path json, final String... further) {
        final List<String> arguments = new ArrayList<>(List.of(
                "load",
                "quick",
                "--seconds",
                "5",
                "--warm-up",
                "1",
                "--p95-ms",
                Double.toString(p95Ms),
                "--scratch",
                json.toAbsolutePath().getParent().resolve("data").toString(),
                "--json",
                json.toString()));
        arguments.addAll(List.of(further));
        return PerfRuns.run(arguments.toArray(String[]::new));
    }

    private static List<String> texts(final JsonNode array) {
        final List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }
}
