package io.millrace.perf.report;

import io.millrace.perf.report.Comparison.Spread;
import io.millrace.perf.server.Servers.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Comparisons as one page that needs nothing else: no network, no script, light or dark as the reader's system is. */
public final class HtmlReport {
    private static final String STYLE = "/perf/report.css";

    /** The workload that the published claims are about. */
    private static final String CLAIMED = "java-100b-lz4";

    private static final String NOT_STATED = "not stated";

    private HtmlReport() {}

    /** @param conditions where and how it was measured, in a line each */
    public static void write(final Path file, final List<Comparison> comparisons, final List<String> conditions)
            throws IOException {
        final StringBuilder page = new StringBuilder(64 << 10);
        page.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
                .append("<title>Millrace beside Apache Kafka</title><style>")
                .append(style())
                .append("</style></head><body><main>");
        page.append("<header><h1>Millrace beside Apache Kafka</h1>")
                .append("<p class=\"lead\">Medians of the runs; the thin line is from the least run to the most. "
                        + "× is the ratio to Apache Kafka in the same run, on the same machine, with the same client. "
                        + "The same broker beside itself differs by up to 1.3 ×.</p><ul class=\"conditions\">");
        conditions.forEach(
                condition -> page.append("<li>").append(escaped(condition)).append("</li>"));
        page.append("</ul></header>");
        contents(page, comparisons);
        comparisons.forEach(comparison -> section(page, comparison));
        claims(page, comparisons);
        page.append("</main></body></html>\n");
        Files.writeString(file, page);
    }

    private static String style() throws IOException {
        try (InputStream in = HtmlReport.class.getResourceAsStream(STYLE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void contents(final StringBuilder page, final List<Comparison> comparisons) {
        page.append("<nav>");
        for (final Comparison each : comparisons) {
            page.append("<a href=\"#")
                    .append(each.workload())
                    .append("\">")
                    .append(each.workload())
                    .append("</a>");
        }
        page.append("<a href=\"#claims\">published claims</a></nav>");
    }

    private static void section(final StringBuilder page, final Comparison comparison) {
        page.append("<section id=\"")
                .append(comparison.workload())
                .append("\"><h2>")
                .append(comparison.workload())
                .append(" <span class=\"chip\">durability: ")
                .append(escaped(comparison.durability()))
                .append("</span></h2><p>")
                .append(escaped(comparison.description()))
                .append("</p><div class=\"plots\">");
        if (hasCurve(comparison)) {
            page.append("<figure class=\"curve\"><figcaption><b>latency</b> by percentile; the shade is all runs "
                    + "<span class=\"better\">less is better</span></figcaption>");
            page.append(Plots.latencies(comparison)).append("</figure>");
        }
        for (final Metric metric : comparison.metrics()) {
            if (!Metric.LATENCIES.contains(metric)) {
                bars(page, comparison, metric);
            }
        }
        page.append("</div>");
        table(page, comparison);
        page.append("</section>");
    }

    private static boolean hasCurve(final Comparison comparison) {
        return comparison.kinds().stream().anyMatch(kind -> comparison.spread(kind, Metric.P50) != null);
    }

    private static void bars(final StringBuilder page, final Comparison comparison, final Metric metric) {
        page.append("<figure><figcaption title=\"")
                .append(escaped(metric.description()))
                .append("\"><b>")
                .append(escaped(metric.unit()))
                .append("</b> ")
                .append(escaped(metric.description()))
                .append(" <span class=\"better\">")
                .append(metric.moreIsBetter() ? "more is better" : "less is better")
                .append("</span></figcaption>")
                .append(Plots.bars(comparison, metric))
                .append("</figure>");
    }

    /** Every figure once more, to be read and copied. */
    private static void table(final StringBuilder page, final Comparison comparison) {
        page.append("<details><summary>all figures</summary><div class=\"wide\"><table><thead><tr><th></th>");
        comparison
                .kinds()
                .forEach(kind -> page.append("<th>").append(kind.label()).append("</th>"));
        page.append("</tr></thead><tbody>");
        for (final Metric metric : comparison.metrics()) {
            page.append("<tr><th>").append(escaped(metric.unit())).append("</th>");
            for (final Kind kind : comparison.kinds()) {
                page.append("<td>").append(cell(comparison, kind, metric)).append("</td>");
            }
            page.append("</tr>");
        }
        page.append("</tbody></table></div></details>");
    }

    private static String cell(final Comparison comparison, final Kind kind, final Metric metric) {
        final Spread spread = comparison.spread(kind, metric);
        if (spread == null) {
            return "–";
        }
        final double ratio = comparison.ratio(kind, metric);
        return TextReport.number(spread.median())
                + (spread.runs() > 1
                        ? " <small>" + TextReport.number(spread.least()) + "–" + TextReport.number(spread.most())
                                + "</small>"
                        : "")
                + (kind == Kind.KAFKA || Double.isNaN(ratio)
                        ? ""
                        : " <span class=\"ratio\">× " + TextReport.number(ratio) + "</span>");
    }

    private static void claims(final StringBuilder page, final List<Comparison> comparisons) {
        page.append(
                        "<section id=\"claims\"><h2>Published claims</h2><p>Others publish 400,000 and 608,272 a second with 16 "
                                + "threads and 1 MB batches. That is all that is known of these figures here: not which acks "
                                + "were asked for, what an ack was worth, whether and from where to where latency was measured, "
                                + "nor the size of a record or the machine. So they cannot be set against the rows "
                                + "measured here; only these can be set against each other.</p>")
                .append("<div class=\"wide\"><table><thead><tr><th></th><th>records/s</th><th>load</th><th>acks</th>"
                        + "<th>durability of an ack</th><th>p99</th><th>latency measured end to end?</th><th>machine</th>"
                        + "</tr></thead><tbody>");
        published(page, "400,000");
        published(page, "608,272");
        comparisons.stream()
                .filter(comparison -> comparison.workload().equals(CLAIMED))
                .forEach(comparison -> measured(page, comparison));
        page.append("</tbody></table></div>");
        if (comparisons.stream().noneMatch(comparison -> comparison.workload().equals(CLAIMED))) {
            page.append("<p>Not measured in this run: <code>./run.sh perf compare ")
                    .append(CLAIMED)
                    .append("</code></p>");
        }
        page.append("</section>");
    }

    private static void published(final StringBuilder page, final String rate) {
        claim(
                page,
                "published",
                rate,
                "16 threads, 1 MB batches",
                NOT_STATED,
                NOT_STATED,
                NOT_STATED,
                NOT_STATED,
                NOT_STATED);
    }

    private static void measured(final StringBuilder page, final Comparison comparison) {
        for (final Kind kind : comparison.kinds()) {
            final Spread rate = comparison.spread(kind, Metric.RATE);
            final Spread p99 = comparison.spread(kind, Metric.P99);
            if (rate != null) {
                claim(
                        page,
                        kind.label() + (kind == Kind.NULL ? " (the client's ceiling)" : ""),
                        TextReport.number(rate.median()),
                        "16 producers, 1 MB batches, 100 B, lz4",
                        "1",
                        kind == Kind.NULL ? "none: it keeps nothing" : comparison.durability(),
                        p99 == null ? "–" : String.format(Locale.ROOT, "%s ms", TextReport.number(p99.median())),
                        "no: from send() to the ack",
                        "this one, clients included");
            }
        }
    }

    private static void claim(final StringBuilder page, final String... cells) {
        page.append("<tr><th>").append(escaped(cells[0])).append("</th>");
        for (int i = 1; i < cells.length; i++) {
            page.append("<td>").append(escaped(cells[i])).append("</td>");
        }
        page.append("</tr>");
    }

    private static String escaped(final String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
