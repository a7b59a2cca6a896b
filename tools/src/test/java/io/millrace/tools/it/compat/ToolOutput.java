package io.millrace.tools.it.compat;

import io.millrace.tools.it.support.BrokerUnderTest;
import java.util.List;

/** Takes out of what a tool printed what two brokers rightly have each for itself. */
final class ToolOutput {
    private ToolOutput() {}

    static List<String> lines(final BrokerUnderTest broker, final String output) {
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
