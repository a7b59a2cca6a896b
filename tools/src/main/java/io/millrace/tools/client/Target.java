package io.millrace.tools.client;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;

/**
 * A topic or one of its partitions, written {@code T} or {@code T:P}.
 *
 * @param partition -1 for all
 */
record Target(String topic, int partition) {
    /** @throws IllegalArgumentException naming the text and what was expected */
    static Target parse(final String option, final String text) {
        final int colon = text.lastIndexOf(':');
        final String topic = colon < 0 ? text : text.substring(0, colon);
        try {
            final int partition = colon < 0 ? -1 : Integer.parseInt(text.substring(colon + 1));
            if (!topic.isEmpty() && (colon < 0 || partition >= 0)) {
                return new Target(topic, partition);
            }
        } catch (final NumberFormatException notAPartition) {
            // told below
        }
        throw new IllegalArgumentException(
                option + " " + text + ": expected a topic, or a topic and a partition such as orders:0");
    }

    /** @throws CommandFailure if there is no such topic or partition */
    List<TopicPartition> partitions(final Cluster cluster) {
        final TopicDescription description = cluster.topic(topic);
        final int count = description.partitions().size();
        if (partition >= count) {
            throw new CommandFailure("no partition " + partition + " of " + topic + ": expected 0 to " + (count - 1));
        }
        return partition < 0
                ? Cluster.partitions(description)
                : new ArrayList<>(List.of(new TopicPartition(topic, partition)));
    }

    @Override
    public String toString() {
        return partition < 0 ? topic : topic + ":" + partition;
    }
}
