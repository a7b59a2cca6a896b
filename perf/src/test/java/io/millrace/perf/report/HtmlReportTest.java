package io.millrace.perf.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.perf.server.Servers.Kind;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

final class HtmlReportTest {
    private static final Pattern SVG = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL);

    @TempDir
    private Path folder;

    @Test
    void shouldShowFiguresAndRatiosInAPageThatNeedsNothingElse() throws IOException {
        final Path file = folder.resolve("page.html");
        final Comparison comparison = new Comparison("java-100b-lz4", "a < b & c", "os");
        comparison.add(Kind.MILLRACE, figures(800_000, 1));
        comparison.add(Kind.MILLRACE, figures(700_000, 2));
        comparison.add(Kind.KAFKA, figures(500_000, 4));

        HtmlReport.write(file, List.of(comparison), List.of("2 processors"));

        final String page = Files.readString(file);
        assertThat(page)
                .contains("750,000", "× 1.50", "608,272", "400,000", "a &lt; b &amp; c", "prefers-color-scheme");
        assertThat(page)
                .contains(
                        "<th>acks</th><th>durability of an ack</th><th>p99</th><th>latency measured end to end?</th>",
                        "<td>608,272</td><td>16 threads, 1 MB batches</td><td>not stated</td><td>not stated</td>",
                        "<td>1</td><td>os</td>",
                        "<td>no: from send() to the ack</td>");
        assertThat(page).doesNotContain("http://", "https://", "<script");
        assertThat(page).doesNotContain("NaN");
    }

    @Test
    void shouldDrawPlotsThatAnyViewerCanParse() throws Exception {
        final Path file = folder.resolve("page.html");
        final Comparison comparison = new Comparison("e2e", "one run, nothing in it", "os");
        comparison.add(Kind.NULL, figures(0, 0));

        HtmlReport.write(file, List.of(comparison), List.of());

        final List<String> plots = SVG.matcher(Files.readString(file))
                .results()
                .map(found -> found.group())
                .toList();
        assertThat(plots).hasSize(2);
        for (final String plot : plots) {
            final var document = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(plot)));
            assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
        }
    }

    private static Figures figures(final double rate, final long latencyMs) {
        final Histogram latencies = new Histogram(3);
        latencies.recordValue(latencyMs * 1_000_000);
        return new Figures().put(Metric.RATE, rate).putLatencies(latencies);
    }
}
