package io.millrace.engine.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RemappingTest {
    private static int[] totals(final MetadataImage image, final int coreCount) {
        final int[] totals = new int[coreCount];
        for (int t = 0; t < image.topicCount(); t++) {
            final TopicImage topic = image.topicAt(t);
            for (int p = 0; p < topic.partitionCount(); p++) {
                totals[topic.partition(p).ownerCore()]++;
            }
        }
        return totals;
    }

    private static void assertBalanced(final MetadataImage image, final int coreCount) {
        int min = Integer.MAX_VALUE;
        int max = 0;
        for (final int total : totals(image, coreCount)) {
            min = Math.min(min, total);
            max = Math.max(max, total);
        }
        assertThat(max - min).isLessThanOrEqualTo(1);
        for (int t = 0; t < image.topicCount(); t++) {
            final int[] counts = new int[coreCount];
            final TopicImage topic = image.topicAt(t);
            for (int p = 0; p < topic.partitionCount(); p++) {
                counts[topic.partition(p).ownerCore()]++;
            }
            for (final int count : counts) {
                assertThat(count)
                        .isBetween(
                                topic.partitionCount() / coreCount,
                                (topic.partitionCount() + coreCount - 1) / coreCount);
            }
        }
    }

    @Test
    void shouldEndInBalanceAfterTwoOneTwoCores() {
        final ControllerFixture node = new ControllerFixture(2);
        for (int i = 0; i < 7; i++) {
            node.create("single" + i, 1);
            node.create("triple" + i, 3);
        }
        node.remap(1);
        assertThat(totals(node.image, 1)).containsExactly(28);
        node.remap(2);
        assertBalanced(node.image, 2);
    }

    @Test
    void shouldRaiseTheLeaderEpochOfWhatMovesAlone() {
        final ControllerFixture node = new ControllerFixture(2);
        node.create("a", 2);
        node.remap(1);
        assertThat(node.image.topic("a").partition(0).leaderEpoch()).isZero();
        assertThat(node.image.topic("a").partition(1).leaderEpoch()).isOne();
        assertThat(node.remap(1).first()).isZero();
        assertThat(node.image.topic("a").partition(1).leaderEpoch()).isOne();
    }

    @Test
    void shouldTellTheListenerWhereAPartitionWas() {
        final ControllerFixture node = new ControllerFixture(2);
        node.create("a", 2);
        final List<String> heard = new ArrayList<>();
        node.machine.listener(new MetadataListener() {
            @Override
            public void onPartitionPlaced(
                    final TopicImage topic, final PartitionImage partition, final int previousCore) {
                heard.add(topic.name() + "-" + partition.partition() + " from " + previousCore + " to "
                        + partition.ownerCore());
            }
        });
        node.remap(1);
        node.create("b", 1);
        assertThat(heard).containsExactly("a-1 from 1 to 0", "b-0 from -1 to 0");
    }

    @Test
    void shouldBalanceAnyHistory() {
        for (int seed = 0; seed < 200; seed++) {
            final Random random = new Random(seed);
            int cores = 1 + random.nextInt(5);
            final ControllerFixture node = new ControllerFixture(cores);
            for (int step = 0; step < 12; step++) {
                if (random.nextInt(3) == 0) {
                    cores = 1 + random.nextInt(5);
                    node.remap(cores);
                    assertBalanced(node.image, cores);
                } else {
                    node.create("t" + step, 1 + random.nextInt(9));
                }
            }
        }
    }
}
