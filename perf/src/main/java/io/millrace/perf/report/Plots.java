package io.millrace.perf.report;

import io.millrace.perf.report.Comparison.Spread;
import io.millrace.perf.server.Servers.Kind;
import java.util.List;
import java.util.Locale;

/** Plots as SVG, in the colours of the page's style sheet: a class for each server, none of them spelled out here. */
final class Plots {
    private static final int WIDTH = 640;
    private static final int LABEL_WIDTH = 104;
    private static final int VALUE_WIDTH = 176;
    private static final int ROW = 26;
    private static final int BAR = 14;
    private static final int CURVE_HEIGHT = 330;
    private static final int LEFT = 68;
    private static final int RIGHT = 120;
    private static final int TOP = 14;
    private static final int BOTTOM = 34;
    private static final double[] CURVE_X = {50, 90, 99, 99.9, 99.99};

    private Plots() {}

    /** A bar for each server: the median, a whisker from the least to the most, the figure and its ratio beside it. */
    static String bars(final Comparison comparison, final Metric metric) {
        final List<Kind> kinds = comparison.kinds().stream()
                .filter(kind -> comparison.spread(kind, metric) != null)
                .toList();
        final double most = kinds.stream()
                .mapToDouble(kind -> comparison.spread(kind, metric).most())
                .max()
                .orElse(1);
        final int room = WIDTH - LABEL_WIDTH - VALUE_WIDTH;
        final StringBuilder svg = open(kinds.size() * ROW + 4, metric.unit() + " by server");
        for (int i = 0; i < kinds.size(); i++) {
            final Kind kind = kinds.get(i);
            final Spread spread = comparison.spread(kind, metric);
            final int middle = i * ROW + ROW / 2 + 2;
            final double scale = most > 0 ? room / most : 0;
            text(svg, LABEL_WIDTH - 10, middle + 4, "end", "label", kind.label());
            format(
                    svg,
                    "<rect class=\"bar %s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>",
                    kind.label(),
                    LABEL_WIDTH,
                    middle - BAR / 2,
                    Math.max(1, spread.median() * scale),
                    BAR);
            if (spread.runs() > 1) {
                whisker(svg, LABEL_WIDTH + spread.least() * scale, LABEL_WIDTH + spread.most() * scale, middle);
            }
            final double ratio = comparison.ratio(kind, metric);
            final boolean isRatio = kind != Kind.KAFKA && !Double.isNaN(ratio);
            format(
                    svg,
                    "<text class=\"value\" x=\"%.1f\" y=\"%d\">%s%s</text>",
                    LABEL_WIDTH + spread.most() * scale + 10,
                    middle + 4,
                    TextReport.number(spread.median()),
                    isRatio ? " <tspan class=\"ratio\">× " + TextReport.number(ratio) + "</tspan>" : "");
        }
        return svg.append("</svg>").toString();
    }

    private static void whisker(final StringBuilder svg, final double from, final double to, final int middle) {
        format(
                svg,
                "<path class=\"whisker\" d=\"M%.1f %dV%dM%.1f %dH%.1fM%.1f %dV%d\"/>",
                from,
                middle - 4,
                middle + 4,
                from,
                middle,
                to,
                to,
                middle - 4,
                middle + 4);
    }

    /** Latency by percentile, both axes logarithmic: the tail is what is looked at. The band is all runs. */
    static String latencies(final Comparison comparison) {
        final List<Kind> kinds = comparison.kinds().stream()
                .filter(kind -> comparison.spread(kind, Metric.P50) != null)
                .toList();
        double least = Double.MAX_VALUE;
        double most = 0;
        for (final Kind kind : kinds) {
            for (final Metric metric : Metric.LATENCIES) {
                least = Math.min(least, comparison.spread(kind, metric).least());
                most = Math.max(most, comparison.spread(kind, metric).most());
            }
        }
        final Axis axis = new Axis(Math.max(0.01, least), Math.max(0.02, most));
        final StringBuilder svg = open(CURVE_HEIGHT, "latency by percentile");
        grid(svg, axis);
        double labelled = Double.MAX_VALUE;
        final List<Kind> fromTop = kinds.stream()
                .sorted((a, b) -> Double.compare(end(comparison, a), end(comparison, b)))
                .toList();
        for (final Kind kind : fromTop) {
            curve(svg, comparison, kind, axis);
            labelled = Math.min(labelled - 16, axis.y(end(comparison, kind)) + 4);
            labelled = Math.max(labelled, TOP);
            format(
                    svg,
                    "<text class=\"name %s\" x=\"%d\" y=\"%.1f\">%s</text>",
                    kind.label(),
                    WIDTH - RIGHT + 10,
                    labelled,
                    kind.label());
        }
        return svg.append("</svg>").toString();
    }

    private static double end(final Comparison comparison, final Kind kind) {
        return comparison.spread(kind, Metric.P9999).median();
    }

    private static void grid(final StringBuilder svg, final Axis axis) {
        for (double tick = axis.from; tick <= axis.to * 1.0001; tick *= 10) {
            format(
                    svg,
                    "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text class=\"tick\" text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%s ms</text>",
                    LEFT,
                    axis.y(tick),
                    WIDTH - RIGHT,
                    LEFT - 8,
                    axis.y(tick) + 4,
                    tick >= 1 ? Long.toString(Math.round(tick)) : trimmed(tick));
        }
        for (int i = 0; i < CURVE_X.length; i++) {
            text(svg, (int) x(i), CURVE_HEIGHT - 12, "middle", "tick", "p" + trimmed(CURVE_X[i]));
        }
    }

    private static String trimmed(final double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(Math.round(value * 1e4) / 1e4);
    }

    private static void curve(final StringBuilder svg, final Comparison comparison, final Kind kind, final Axis axis) {
        final StringBuilder line = new StringBuilder();
        final StringBuilder upper = new StringBuilder();
        final StringBuilder lower = new StringBuilder();
        final StringBuilder dots = new StringBuilder();
        for (int i = 0; i < Metric.LATENCIES.size(); i++) {
            final Spread spread = comparison.spread(kind, Metric.LATENCIES.get(i));
            format(line, "%s%.1f %.1f", i == 0 ? "M" : "L", x(i), axis.y(spread.median()));
            format(upper, "%s%.1f %.1f", i == 0 ? "M" : "L", x(i), axis.y(spread.most()));
            lower.insert(0, String.format(Locale.ROOT, "L%.1f %.1f", x(i), axis.y(spread.least())));
            format(
                    dots,
                    "<circle class=\"dot %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>%s %s: %s</title></circle>",
                    kind.label(),
                    x(i),
                    axis.y(spread.median()),
                    kind.label(),
                    Metric.LATENCIES.get(i).unit(),
                    TextReport.number(spread.median()));
        }
        format(svg, "<path class=\"band %s\" d=\"%s%sZ\"/>", kind.label(), upper, lower);
        format(svg, "<path class=\"line %s\" d=\"%s\"/>%s", kind.label(), line, dots);
    }

    /** By the number of nines: each is ten times rarer than the one before. */
    private static double x(final int index) {
        final double nines = -Math.log10(1 - CURVE_X[index] / 100);
        final double from = -Math.log10(0.5);
        return LEFT + (WIDTH - LEFT - RIGHT) * (nines - from) / (4 - from);
    }

    private static StringBuilder open(final int height, final String title) {
        final StringBuilder svg = new StringBuilder();
        format(svg, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">", WIDTH, height, title);
        return svg;
    }

    private static void text(
            final StringBuilder svg,
            final int x,
            final int y,
            final String anchor,
            final String style,
            final String text) {
        format(svg, "<text class=\"%s\" text-anchor=\"%s\" x=\"%d\" y=\"%d\">%s</text>", style, anchor, x, y, text);
    }

    private static void format(final StringBuilder to, final String format, final Object... arguments) {
        to.append(String.format(Locale.ROOT, format, arguments));
    }

    /** Milliseconds on a logarithmic axis, from a power of ten to a power of ten. */
    private static final class Axis {
        private final double from;
        private final double to;

        Axis(final double least, final double most) {
            from = Math.pow(10, Math.floor(Math.log10(least)));
            to = Math.max(from * 10, Math.pow(10, Math.ceil(Math.log10(most))));
        }

        double y(final double ms) {
            final double share =
                    (Math.log10(Math.max(ms, from)) - Math.log10(from)) / (Math.log10(to) - Math.log10(from));
            return CURVE_HEIGHT - BOTTOM - (CURVE_HEIGHT - BOTTOM - TOP) * share;
        }
    }
}
