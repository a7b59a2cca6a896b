package io.millrace.engine.metadata;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the moves that make an image fit another number of cores: partitions of cores that are gone find a new one, and
 * cores that are new get their share, with as few moves as that takes. Deterministic.
 */
final class Remapping {
    private final MetadataImage image;
    private final int coreCount;
    private final int[] totals;
    /** By position of the topic in the image: the core of each partition, as planned. */
    private final int[][] cores;

    Remapping(final MetadataImage image, final int coreCount) {
        this.image = image;
        this.coreCount = coreCount;
        this.totals = new int[coreCount];
        this.cores = new int[image.topicCount()][];
        for (int t = 0; t < cores.length; t++) {
            final TopicImage topic = image.topicAt(t);
            cores[t] = new int[topic.partitionCount()];
            for (int p = 0; p < cores[t].length; p++) {
                cores[t][p] = topic.partition(p).ownerCore();
                if (cores[t][p] < coreCount) {
                    totals[cores[t][p]]++;
                }
            }
        }
    }

    List<MetadataRecords.Move> moves() {
        for (final int[] topic : cores) {
            balanceTopic(topic);
        }
        balanceAll();
        final List<MetadataRecords.Move> moves = new ArrayList<>();
        for (int t = 0; t < cores.length; t++) {
            final TopicImage topic = image.topicAt(t);
            for (int p = 0; p < cores[t].length; p++) {
                final PartitionImage partition = topic.partition(p);
                if (cores[t][p] != partition.ownerCore()) {
                    moves.add(new MetadataRecords.Move(
                            topic.topicNumber(), p, image.nodeId(), cores[t][p], partition.leaderEpoch() + 1));
                }
            }
        }
        return moves;
    }

    /** Afterwards no core has two partitions of the topic more than another. */
    private void balanceTopic(final int[] topic) {
        final int[] counts = new int[coreCount];
        for (final int core : topic) {
            if (core < coreCount) {
                counts[core]++;
            }
        }
        for (int p = 0; p < topic.length; p++) {
            if (topic[p] >= coreCount) {
                topic[p] = fewest(counts);
                counts[topic[p]]++;
                totals[topic[p]]++;
            }
        }
        for (int p = topic.length - 1; p >= 0; p--) {
            final int target = fewest(counts);
            if (counts[topic[p]] > counts[target] + 1) {
                move(topic, p, target, counts);
            }
        }
    }

    private void move(final int[] topic, final int partition, final int target, final int[] counts) {
        counts[topic[partition]]--;
        totals[topic[partition]]--;
        topic[partition] = target;
        counts[target]++;
        totals[target]++;
    }

    /** Evens out what remains over without making any topic less even. Ends, for each move evens the totals out. */
    private void balanceAll() {
        boolean moved = true;
        while (moved) {
            moved = false;
            for (int t = cores.length - 1; t >= 0; t--) {
                moved |= moveOne(cores[t]);
            }
        }
    }

    private boolean moveOne(final int[] topic) {
        final int[] counts = new int[coreCount];
        final int target = fewest(counts);
        for (final int core : topic) {
            counts[core]++;
        }
        for (int p = topic.length - 1; p >= 0; p--) {
            final int core = topic[p];
            if (totals[core] > totals[target] + 1 && counts[core] > counts[target]) {
                move(topic, p, target, counts);
                return true;
            }
        }
        return false;
    }

    private int fewest(final int[] counts) {
        int best = 0;
        for (int core = 1; core < coreCount; core++) {
            final int fewer = counts[core] - counts[best];
            if (fewer < 0 || (fewer == 0 && totals[core] < totals[best])) {
                best = core;
            }
        }
        return best;
    }
}
