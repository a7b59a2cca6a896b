package io.millrace.perf.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.perf.report.Comparison.Spread;
import io.millrace.perf.server.Servers.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Comparisons as JSON, for programs: workload, server, metric, median and range. */
public final class JsonReport {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private JsonReport() {}

    public static void write(final Path file, final List<Comparison> comparisons) throws IOException {
        final ArrayNode all = MAPPER.createArrayNode();
        for (final Comparison comparison : comparisons) {
            final ObjectNode node = all.addObject();
            node.put("workload", comparison.workload());
            node.put("description", comparison.description());
            node.put("durability", comparison.durability());
            final ObjectNode servers = node.putObject("servers");
            for (final Kind kind : comparison.kinds()) {
                final ObjectNode metrics = servers.putObject(kind.label());
                for (final Metric metric : comparison.metrics()) {
                    write(metrics, comparison, kind, metric);
                }
            }
        }
        MAPPER.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), all);
    }

    private static void write(
            final ObjectNode metrics, final Comparison comparison, final Kind kind, final Metric metric) {
        final Spread spread = comparison.spread(kind, metric);
        if (spread == null) {
            return;
        }
        final ObjectNode value = metrics.putObject(metric.unit());
        value.put("median", spread.median());
        value.put("least", spread.least());
        value.put("most", spread.most());
        value.put("runs", spread.runs());
        final double ratio = comparison.ratio(kind, metric);
        if (!Double.isNaN(ratio)) {
            value.put("ratio", ratio);
        }
    }
}
