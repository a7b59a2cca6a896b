package io.millrace.tools.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What must not come back, or grow. A file that offends already stands in {@code tidy-offenders.txt} with its measure;
 * it may only shrink, and leaves the list when it no longer offends.
 */
final class TidyTest {
    private static final int FILE_LINES_MAX = 600;
    private static final int METHOD_LINES_MAX = 70;

    private static final Set<String> TOP_LEVEL = Set.of(
            "pom.xml",
            "engine",
            "codec-sbe",
            "net",
            "tools",
            "perf",
            "run.sh",
            "README.md",
            "docs",
            "LICENSE",
            "NOTICE",
            "CHANGELOG.md",
            "target",
            "data");

    /** Written in pieces, so that this file does not offend. */
    private static final Pattern POSTPONED = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");

    private static final Pattern MACHINE_PATH = Pattern.compile("(?<![\\w.*$}/-])/(wo" + "rk|ro" + "ot|ho" + "me)/\\w");

    @Test
    void shouldKeepFilesShort() {
        Map<String, Integer> long_ = new TreeMap<>();
        for (Path file : ProjectFiles.java()) {
            int lines = (int) ProjectFiles.read(file).lines().count();
            if (lines > FILE_LINES_MAX) {
                long_.put(ProjectFiles.relative(file), lines);
            }
        }
        assertOnlyKnown("file", long_);
    }

    @Test
    void shouldKeepMethodsShort() {
        Map<String, Integer> long_ = new TreeMap<>();
        for (JavaSource source : JavaSource.parse(ProjectFiles.java())) {
            source.methodLines().forEach((method, lines) -> {
                if (lines > METHOD_LINES_MAX) {
                    long_.merge(source.path() + "#" + method, lines, Math::max);
                }
            });
        }
        assertOnlyKnown("method", long_);
    }

    @Test
    void shouldSayWhyATestIsDisabled() {
        List<String> silent = new ArrayList<>();
        for (JavaSource source : JavaSource.parse(ProjectFiles.java())) {
            source.disabledWithoutReason().forEach(line -> silent.add(source.path() + ":" + line));
        }
        assertThat(silent).as("@Disabled without a reason").isEmpty();
    }

    @Test
    void shouldFinishWhatIsBegun() {
        assertThat(linesWith(POSTPONED)).as("work put off in a comment").isEmpty();
    }

    @Test
    void shouldKnowNobodysMachine() {
        assertThat(linesWith(MACHINE_PATH)).as("paths of one machine").isEmpty();
    }

    @Test
    void shouldKeepTheTopLevelSmall() throws IOException {
        try (Stream<Path> entries = Files.list(ProjectFiles.root())) {
            assertThat(entries.map(entry -> entry.getFileName().toString())
                            .filter(name -> !name.startsWith(".") && !TOP_LEVEL.contains(name)))
                    .as("files at the top level that have a better home")
                    .isEmpty();
        }
    }

    private static List<String> linesWith(Pattern pattern) {
        List<String> found = new ArrayList<>();
        for (Path file : ProjectFiles.text()) {
            String[] lines = ProjectFiles.read(file).split("\n", -1);
            for (int i = 0; i < lines.length; i++) {
                if (pattern.matcher(lines[i]).find()) {
                    found.add(ProjectFiles.relative(file) + ":" + (i + 1) + ": " + lines[i].strip());
                }
            }
        }
        return found;
    }

    private static void assertOnlyKnown(String rule, Map<String, Integer> found) {
        assertThat(found)
                .as(
                        "every %s over the limit, with its lines; the known ones may only shrink (tidy-offenders.txt)",
                        rule)
                .isEqualTo(knownOffenders(rule));
    }

    /** Lines of the form {@code rule path lines}. */
    private static Map<String, Integer> knownOffenders(String rule) {
        Map<String, Integer> known = new TreeMap<>();
        try (InputStream list = TidyTest.class.getResourceAsStream("/tidy-offenders.txt")) {
            new String(list.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(rule + " "))
                    .map(line -> line.split(" "))
                    .forEach(words -> known.put(words[1], Integer.valueOf(words[2])));
            return known;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
