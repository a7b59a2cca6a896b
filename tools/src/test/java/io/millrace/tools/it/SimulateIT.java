package io.millrace.tools.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.ChildProcess;
import io.millrace.tools.it.support.MillraceBroker;
import io.millrace.tools.it.support.Project;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The simulation as people run it: what it prints, and how it ends. */
class SimulateIT {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final Map<String, String> PLANTED =
            Map.of("JAVA_TOOL_OPTIONS", "-Dmillrace.planted.bug=ANSWERS_SWAPPED");

    private Path folder;

    @BeforeEach
    void prepare() {
        Assumptions.assumeTrue(Brokers.areMillrace(), "skipped: this is about Millrace's command line");
        folder = Project.scratch("simulate");
    }

    @AfterEach
    void clean() {
        if (folder != null) {
            Project.discard(folder);
        }
    }

    @Test
    void shouldEndWithWhatHappenedAndTheSameTraceAgain() {
        final String said = run(Map.of(), 0, "--seed", "7", "--steps", "1500");
        assertThat(said.lines().map(line -> line.split("  ", 2)[0]))
                .contains("seed", "steps", "operations", "trace hash");
        assertThat(said).contains("× start").doesNotContain("BROKEN");
        assertThat(run(Map.of(), 0, "--seed", "7", "--steps", "1500")).isEqualTo(said);
        assertThat(run(Map.of(), 0, "--seed", "8", "--steps", "1500")).isNotEqualTo(said);
    }

    @Test
    void shouldNameTheCommandThatBreaksItAgain() {
        final String said = run(PLANTED, 1, "--seed", "1", "--seeds", "500");
        final String broken = lineOf(said, "BROKEN");
        final String reproduce = lineOf(said, "reproduce");
        assertThat(reproduce).contains("./run.sh simulate --seed ");
        final String[] arguments =
                reproduce.substring(reproduce.indexOf("--seed")).split(" ");
        assertThat(lineOf(run(PLANTED, 1, arguments), "BROKEN")).isEqualTo(broken);
    }

    @Test
    void shouldNameMistakesInItsOptions() {
        assertThat(run(Map.of(), 2, "--seed", "many")).contains("--seed", "many");
        assertThat(run(Map.of(), 2, "--steps", "0")).contains("--steps 0: expected at least 1");
        assertThat(run(Map.of(), 2, "--speed", "1")).contains("--speed");
        assertThat(run(Map.of(), 0, "--help")).contains("--seed", "--steps", "Exit code");
    }

    private String run(final Map<String, String> environment, final int exitCode, final String... arguments) {
        final List<String> command = new ArrayList<>(List.of("simulate"));
        command.addAll(Arrays.asList(arguments));
        try (ChildProcess process = MillraceBroker.command(folder, environment, command)) {
            assertThat(process.awaitExit(LIMIT)).as(process.output()).isEqualTo(exitCode);
            return process.output();
        }
    }

    private static String lineOf(final String said, final String prefix) {
        return said.lines()
                .filter(line -> line.startsWith(prefix))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no line " + prefix + " in " + said));
    }
}
