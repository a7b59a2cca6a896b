package io.millrace.engine.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class MetadataImageTest {
    private final ControllerFixture node = new ControllerFixture(2);

    @Test
    void shouldFindTopicsByNameBytesIdNumberAndKey() {
        for (int i = 0; i < 1000; i++) {
            node.create("topic-" + i, 2);
        }
        for (int i = 0; i < 1000; i += 3) {
            node.delete("topic-" + i);
        }
        for (int i = 0; i < 1000; i++) {
            final String name = "topic-" + i;
            final TopicImage topic = node.image.topic(name);
            final UnsafeBuffer bytes = new UnsafeBuffer(("xx" + name + "yy").getBytes(StandardCharsets.UTF_8));
            assertThat(node.image.topic(bytes, 2, name.length())).isSameAs(topic);
            assertThat(topic == null).isEqualTo(i % 3 == 0);
            if (topic != null) {
                assertThat(topic.name()).isEqualTo(name);
                assertThat(node.image.topicById(topic.idHigh(), topic.idLow())).isSameAs(topic);
                assertThat(node.image.topicByNumber(topic.topicNumber())).isSameAs(topic);
                assertThat(node.image.partition(topic.partition(1).partitionKey()))
                        .isSameAs(topic.partition(1));
                assertThat(node.image.partition(PartitionKeys.key(topic.topicNumber(), 2)))
                        .isNull();
                assertThat(node.image.partition(PartitionKeys.key(topic.topicNumber(), -1)))
                        .isNull();
            }
        }
        assertThat(node.image.topicCount()).isEqualTo(666);
        assertThat(node.image.partitionCount()).isEqualTo(1332);
    }

    @Test
    void shouldNotConfuseNamesOutsideAscii() {
        node.create("topic", 1);
        final byte[] bytes = "tôpic".getBytes(StandardCharsets.UTF_8);
        assertThat(node.image.topic(new UnsafeBuffer(bytes), 0, bytes.length)).isNull();
        assertThat(node.image.topic("tôpic")).isNull();
    }

    @Test
    void shouldListTopicsInTheOrderOfTheirCreation() {
        node.create("z", 1);
        node.create("a", 1);
        node.create("m", 1);
        node.delete("a");
        node.create("a", 1);
        assertThat(node.image.topicAt(0).name()).isEqualTo("z");
        assertThat(node.image.topicAt(1).name()).isEqualTo("m");
        assertThat(node.image.topicAt(2).name()).isEqualTo("a");
    }

    @Test
    void shouldLookUpWithoutAllocating() {
        for (int i = 0; i < 100; i++) {
            node.create("topic-" + i, 1);
        }
        final UnsafeBuffer bytes = new UnsafeBuffer("topic-77".getBytes(StandardCharsets.UTF_8));
        final TopicImage topic = node.image.topic("topic-77");
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final int rounds = 200_000;
        long allocated = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 5 && allocated > rounds / 10; attempt++) {
            final long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < rounds; i++) {
                if (node.image.topic(bytes, 0, bytes.capacity()) != topic
                        || node.image.topicById(topic.idHigh(), topic.idLow()) != topic
                        || node.image.topicByNumber(topic.topicNumber()) != topic
                        || node.image.partition(topic.partition(0).partitionKey()) == null) {
                    throw new AssertionError("lookup " + i);
                }
            }
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated).isLessThan(rounds / 10);
    }

    @Test
    void shouldHandOutEveryProducerIdOnceAcrossBlocks() {
        final ProducerIdBlocks blocks = new ProducerIdBlocks(1);
        assertThat(blocks.take()).isEqualTo(-1);
        final org.agrona.ExpandableArrayBuffer buffer = new org.agrona.ExpandableArrayBuffer();
        long expected = 0;
        for (int i = 0; i < 5000; i++) {
            while (blocks.wantsBlock()) {
                final int length = blocks.ask(buffer, 0);
                final CommandResult result = node.controller.execute(buffer, 0, length);
                node.commit();
                blocks.onBlock(result.first(), result.second());
            }
            assertThat(blocks.take()).isEqualTo(expected);
            expected++;
        }
    }
}
