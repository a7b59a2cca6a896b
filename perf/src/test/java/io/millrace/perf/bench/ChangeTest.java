package io.millrace.perf.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.perf.bench.Change.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChangeTest {
    @Test
    void shouldTakeWhatLiesWithinBothErrorsForNoChange() {
        assertThat(verdict(measured(100, 10, 0), measured(115, 5, 0))).isEqualTo(Verdict.SAME);
        assertThat(verdict(measured(100, 10, 0), measured(116, 5, 0))).isEqualTo(Verdict.SLOWER);
        assertThat(verdict(measured(100, 10, 0), measured(84, 5, 0))).isEqualTo(Verdict.FASTER);
    }

    @Test
    void shouldFailBeyondOneAndAHalfTimesTheTime() {
        assertThat(verdict(measured(100, 1, 0), measured(150, 1, 0)).fails()).isFalse();
        assertThat(verdict(measured(100, 1, 0), measured(151, 1, 0))).isEqualTo(Verdict.TOO_SLOW);
        assertThat(Verdict.TOO_SLOW.fails()).isTrue();
    }

    @Test
    void shouldFailFromOneByteMoreOn() {
        assertThat(verdict(measured(100, 1, 0.2), measured(100, 1, 1.1)).fails())
                .isFalse();
        assertThat(verdict(measured(100, 1, 24), measured(50, 1, 25))).isEqualTo(Verdict.ALLOCATES);
        assertThat(verdict(measured(100, 1, 24), measured(100, 1, 0)).fails()).isFalse();
        assertThat(Verdict.ALLOCATES.fails()).isTrue();
    }

    @Test
    void shouldShowWhatIsNewAndWhatWasNotRun() {
        final Measured gone = new Measured("gone", 1, 0, 0, 0);
        final Measured both = new Measured("both", 2, 0, 0, 0);
        final Measured added = new Measured("added", 3, 0, 0, 0);

        final List<Change> changes = Change.between(List.of(gone, both), List.of(added, both));

        assertThat(changes).extracting(Change::benchmark).containsExactly("gone", "both", "added");
        assertThat(changes).extracting(Change::verdict).containsExactly(Verdict.NOT_RUN, Verdict.SAME, Verdict.NEW);
        assertThat(changes.getFirst().ratio()).isNaN();
        assertThat(table(changes)).contains("not run", "new", "1.00");
    }

    @Test
    void shouldReadABaselineAsItWasWritten(@TempDir final Path folder) throws IOException {
        final Baseline written = new Baseline("2025-01-31", "abc", "2 × some", "some VM", List.of(measured(1, 2, 3)));
        final Path file = folder.resolve("baseline.json");
        written.write(file);

        assertThat(Baseline.read(file)).isEqualTo(written);
        assertThatThrownBy(() -> Baseline.read(folder.resolve("none.json")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("--save");
    }

    @Test
    void shouldNameNoFolderInAnOrigin(@TempDir final Path folder) throws IOException {
        final Baseline origin = Origin.of(folder, List.of());

        assertThat(origin.machine()).contains(" × ").doesNotContain(folder.toString());
        assertThat(origin.commit()).isEmpty();
        assertThat(origin.isOfSameMachine(Origin.of(folder, List.of()))).isTrue();
    }

    private static Verdict verdict(final Measured then, final Measured now) {
        return new Change("it", then, now).verdict();
    }

    private static Measured measured(final double ns, final double nsError, final double bytes) {
        return new Measured("it", ns, nsError, bytes, 0);
    }

    private static String table(final List<Change> changes) {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ChangeTable.write(new PrintStream(bytes, true, StandardCharsets.UTF_8), changes);
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
