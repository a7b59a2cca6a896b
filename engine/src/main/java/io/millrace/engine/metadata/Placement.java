package io.millrace.engine.metadata;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Chooses cores for partitions: first the core that has the fewest of the topic's partitions, among equals the one with
 * the fewest of all. So the load of one busy topic spreads, and so do many topics of one partition.
 */
final class Placement {
    /** Where a partition lives. */
    record Place(int node, int core, int leaderEpoch) {}

    private final int node;
    private final int[] totals;
    private final int[] ofTopic;

    Placement(final MetadataImage image, final int coreCount) {
        this.node = image.nodeId();
        this.totals = new int[coreCount];
        this.ofTopic = new int[coreCount];
        for (int i = 0; i < image.topicCount(); i++) {
            count(image.topicAt(i), totals);
        }
    }

    /** From now on partitions are placed for this topic; null for a new one. */
    void topic(final TopicImage topic) {
        Arrays.fill(ofTopic, 0);
        if (topic != null) {
            count(topic, ofTopic);
        }
    }

    private static void count(final TopicImage topic, final int[] counts) {
        for (int p = 0; p < topic.partitionCount(); p++) {
            final int core = topic.partition(p).ownerCore();
            if (core < counts.length) {
                counts[core]++;
            }
        }
    }

    /** Takes the best core into account and returns it. */
    int next() {
        int best = 0;
        for (int core = 1; core < totals.length; core++) {
            final int fewer = ofTopic[core] - ofTopic[best];
            if (fewer < 0 || (fewer == 0 && totals[core] < totals[best])) {
                best = core;
            }
        }
        take(best);
        return best;
    }

    void take(final int core) {
        totals[core]++;
        ofTopic[core]++;
    }

    List<Place> places(final int count) {
        final List<Place> places = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            places.add(new Place(node, next(), 0));
        }
        return places;
    }
}
