package io.millrace.tools.it.compat;

import io.millrace.tools.it.support.BrokerUnderTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Takes out of what a tool printed what two brokers rightly have each for itself. */
final class ToolOutput {
    private static final Set<String> OWN_COLUMNS = Set.of("ProducerId", "TransactionDurationMs", "LastTimestamp");

    private ToolOutput() {}

    static List<String> lines(final BrokerUnderTest broker, final String output) {
        return withoutOwnColumns(plain(broker, output));
    }

    /** In tables that have such columns. */
    private static List<String> withoutOwnColumns(final List<String> lines) {
        final List<String> without = new ArrayList<>();
        final Set<Integer> own = new TreeSet<>();
        for (final String line : lines) {
            final String[] cells = line.split("\\s*\t\\s*");
            for (int i = 0; i < cells.length; i++) {
                if (OWN_COLUMNS.contains(cells[i])) {
                    own.add(i);
                } else if (own.contains(i)) {
                    cells[i] = "(own)";
                }
            }
            without.add(String.join("\t", cells));
        }
        return without;
    }

    private static List<String> plain(final BrokerUnderTest broker, final String output) {
        return output.replace(broker.bootstrap(), "(address)")
                .replace("localhost:" + broker.port(), "(address)")
                .replace(broker.dataDir().toString(), "(data)")
                .lines()
                .map(ToolOutput::line)
                .filter(line -> !line.isBlank())
                .toList();
    }

    private static String line(final String line) {
        return line.replaceAll("TopicId: \\S+", "TopicId: (id)")
                // What a broker's start or its controller has set for all topics.
                .replaceAll("min.insync.replicas=1,", "")
                .replaceAll(",millrace.durability=\\w+", "")
                .replaceAll("Epoch: \\d+", "Epoch: (number)")
                .replaceAll("(ClusterId|HighWatermark|LeaderEpoch):\\s+\\S+", "$1: (own)")
                .replaceAll("(CONTROLLER|PLAINTEXT)://[^\"]*", "(endpoint)")
                .replaceAll("\\b1\\d{12}\\b", "(time)")
                // A row of the quorum's table: a node, its directory, the end of its log.
                .replaceAll("^(\\d+)\\s+(\\S{22})\\s+\\d+\\s+", "$1 $2 (offset) ")
                .replaceAll("(host|port): \\S+", "$1: (own)")
                .replaceAll(" +", " ")
                .stripTrailing();
    }
}
