package io.millrace.perf.flame;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Stacks as one picture that needs nothing else: each box a function, as wide as the share of the samples that had it on
 * their stack, upon the one that called it. Any viewer shows it; in a browser boxes can be clicked and searched.
 */
public final class FlameGraph {
    private static final int WIDTH = 1200;
    private static final int MARGIN = 12;
    private static final int ROW = 17;
    private static final int LINE = 18;
    private static final double CHARACTER = 6.7;
    /** Narrower boxes are not drawn: nobody sees them, and they are most of the file. */
    private static final double SHOWN_MIN = 0.25;

    private final Samples samples;
    private final StringBuilder svg = new StringBuilder(256 << 10);
    private int bottom;

    private FlameGraph(final Samples samples) {
        this.samples = samples;
    }

    /** @throws IllegalStateException if there is nothing to draw */
    public static void write(final Path file, final Samples samples, final String title) throws IOException {
        if (samples.count() == 0) {
            throw new IllegalStateException("no samples: no thread of the broker ran meanwhile; put a load on it");
        }
        Files.writeString(file, new FlameGraph(samples).draw(title));
    }

    private String draw(final String title) throws IOException {
        final List<String> limits = samples.limits();
        final int head = 30 + (limits.size() + 2) * LINE;
        bottom = head + samples.root().depth() * ROW;
        final int height = bottom + MARGIN;
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"%d 0 %d %d\" width=\"%d\" height=\"%d\" "
                        + "data-width=\"%d\" data-samples=\"%d\">%n",
                -MARGIN,
                WIDTH + 2 * MARGIN,
                height,
                WIDTH + 2 * MARGIN,
                height,
                WIDTH,
                samples.count()));
        svg.append("<title>").append(escaped(title)).append("</title>\n<style>").append(resource("flame.css"));
        svg.append("</style>\n");
        text("head", 24, title);
        text("note", 24 + LINE, samples.count() + " samples by " + samples.source());
        for (int i = 0; i < limits.size(); i++) {
            text("note", 24 + (i + 2) * LINE, "mind: " + limits.get(i));
        }
        controls(24 + (limits.size() + 2) * LINE);
        box(samples.root(), 0, 0);
        svg.append("<script><![CDATA[\n").append(resource("flame.js")).append("]]></script>\n</svg>\n");
        return svg.toString();
    }

    private void text(final String style, final int y, final String text) {
        svg.append(String.format(Locale.ROOT, "<text class=\"%s\" y=\"%d\">%s</text>%n", style, y, escaped(text)));
    }

    private void controls(final int y) {
        svg.append(String.format(
                Locale.ROOT,
                "<text id=\"at\" class=\"at\" y=\"%d\"></text>"
                        + "<text id=\"back\" class=\"button gone\" x=\"%d\" y=\"24\" text-anchor=\"end\">all (Esc)</text>"
                        + "<text id=\"find\" class=\"button gone\" x=\"%d\" y=\"24\" text-anchor=\"end\">find (/)</text>%n",
                y,
                WIDTH - 70,
                WIDTH));
    }

    private void box(final StackTree tree, final long from, final int row) {
        final double scale = (double) WIDTH / samples.count();
        final double width = tree.samples() * scale;
        if (width < SHOWN_MIN) {
            return;
        }
        final Frame frame = tree.frame();
        final double x = from * scale;
        final int y = bottom - (row + 1) * ROW;
        svg.append(String.format(
                Locale.ROOT,
                "<g class=\"f %s\" data-x=\"%d\" data-n=\"%d\" data-y=\"%d\" data-l=\"%s\"><title>%s: %d samples, %.2f %%"
                        + "</title><rect x=\"%.2f\" y=\"%d\" width=\"%.2f\" height=\"%d\" rx=\"1.5\"/>"
                        + "<text x=\"%.2f\" y=\"%d\">%s</text></g>%n",
                frame.kind().name().toLowerCase(Locale.ROOT),
                from,
                tree.samples(),
                row,
                escaped(frame.label()),
                escaped(frame.name()),
                tree.samples(),
                100.0 * tree.samples() / samples.count(),
                x,
                y,
                width,
                ROW - 1,
                x + 3,
                y + 12,
                escaped(clipped(frame.label(), width))));
        long next = from;
        for (final StackTree callee : tree.callees()) {
            box(callee, next, row + 1);
            next += callee.samples();
        }
    }

    private static String clipped(final String label, final double width) {
        final int fits = (int) ((width - 6) / CHARACTER);
        if (fits < 3) {
            return "";
        }
        return label.length() <= fits ? label : label.substring(0, fits - 1) + "…";
    }

    private static String resource(final String name) throws IOException {
        try (InputStream in = FlameGraph.class.getResourceAsStream("/perf/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String escaped(final String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
