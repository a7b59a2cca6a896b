package io.millrace.engine.metadata;

import static io.millrace.engine.metadata.ControllerFixture.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.settings.Settings;
import io.millrace.engine.status.Outcome;
import java.util.Map;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Random histories: replay, snapshots and the controller's own image must all come to the same. */
class MetadataPropertyTest {
    private static byte[] bytesOf(final MetadataImage image) {
        final MetadataSnapshot snapshot = new MetadataSnapshot();
        final byte[] bytes = new byte[snapshot.encode(image)];
        snapshot.buffer().getBytes(0, bytes);
        return bytes;
    }

    private static void step(final ControllerFixture node, final Random random) {
        final String name = "topic" + random.nextInt(12);
        switch (random.nextInt(10)) {
            case 0, 1, 2 ->
                node.create(name, 1 + random.nextInt(6), -1, Map.of("segment.ms", "" + (1 + random.nextInt(99))));
            case 3 -> node.delete(name);
            case 4 -> node.addPartitions(name, 1 + random.nextInt(12));
            case 5 -> node.alter(ResourceType.TOPIC, name, set("retention.ms", "" + random.nextInt(1000)));
            case 6 ->
                node.alter(
                        ResourceType.BROKER,
                        random.nextBoolean() ? "" : "1",
                        set("log.roll.ms", "" + (1 + random.nextInt(1000))));
            case 7, 8 -> move(node, node.image.topic(name), random);
            default -> {
                if (random.nextBoolean()) {
                    node.takeProducerIds(0, 1 + random.nextInt(1000));
                } else {
                    node.remap(1 + random.nextInt(4));
                }
            }
        }
    }

    /** To another core, in effect sooner or later than its entry, or given up when its epoch is reserved. */
    private static void move(final ControllerFixture node, final TopicImage topic, final Random random) {
        if (topic == null) {
            return;
        }
        final PartitionImage partition = topic.partition(random.nextInt(topic.partitionCount()));
        final int epoch = partition.leaderEpoch();
        node.reserve(partition.partitionKey(), epoch);
        final int toCore = random.nextInt(Math.max(1, node.image.coreCount(ControllerFixture.NODE)));
        if (random.nextInt(3) > 0 && toCore != partition.ownerCore()) {
            assertThat(node.moveUncommitted(partition.partitionKey(), toCore, epoch)
                            .outcome())
                    .isEqualTo(Outcome.OK);
            if (random.nextBoolean()) {
                node.applyAhead();
            }
            node.commit();
            assertThat(partition.ownerCore()).isEqualTo(toCore);
            assertThat(partition.leaderEpoch()).isEqualTo(epoch + 1);
        }
    }

    @Test
    void shouldComeToTheSameByReplayAndBySnapshot() {
        for (int seed = 0; seed < 100; seed++) {
            final Random random = new Random(seed);
            final ControllerFixture node = new ControllerFixture(2);
            final int steps = 60;
            final int snapshotAt = random.nextInt(steps);
            byte[] snapshot = null;
            long snapshotIndex = 0;
            for (int i = 0; i < steps; i++) {
                step(node, random);
                if (i == snapshotAt) {
                    snapshot = bytesOf(node.image);
                    snapshotIndex = node.image.version();
                }
            }
            final byte[] expected = bytesOf(node.image);

            assertThat(replay(node, null, 0)).as("replay, seed %d", seed).isEqualTo(expected);
            assertThat(replay(node, snapshot, snapshotIndex))
                    .as("snapshot, seed %d", seed)
                    .isEqualTo(expected);
        }
    }

    private static byte[] replay(final ControllerFixture node, final byte[] snapshot, final long snapshotIndex) {
        final MetadataImage image = new MetadataImage(ControllerFixture.NODE, Settings.defaults());
        final MetadataStateMachine machine = new MetadataStateMachine(image);
        if (snapshot != null) {
            machine.load(snapshotIndex, new UnsafeBuffer(snapshot), 0, snapshot.length);
            assertThat(bytesOf(image)).isEqualTo(snapshot);
        }
        for (int i = (int) snapshotIndex; i < node.log.entries.size(); i++) {
            final byte[] entry = node.log.entries.get(i);
            machine.apply(i + 1, new UnsafeBuffer(entry), 0, entry.length);
        }
        for (int t = 0; t < image.topicCount(); t++) {
            final TopicImage topic = image.topicAt(t);
            assertThat(topic.config()).isEqualTo(node.image.topic(topic.name()).config());
        }
        return bytesOf(image);
    }
}
