package io.millrace.net.kafka.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Random messages of Kafka's generated classes, the truth that our flyweights are compared with. */
final class Generated {
    private static final int OFFSET = 5;

    private final Random random;

    Generated(final long seed) {
        random = new Random(seed);
    }

    Random random() {
        return random;
    }

    /** The bytes of a message. */
    static byte[] encode(final Message message, final int version) {
        final ByteBuffer encoded =
                MessageUtil.toByteBufferAccessor(message, (short) version).buffer();
        final byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        return bytes;
    }

    /** A buffer that holds nothing behind the bytes, so that looking further throws. */
    static UnsafeBuffer buffer(final byte[] bytes, final int length) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[OFFSET + length]);
        buffer.putBytes(OFFSET, bytes, 0, length);
        return buffer;
    }

    static int offset() {
        return OFFSET;
    }

    static ByteBufferAccessor readable(final byte[] bytes, final int length) {
        return new ByteBufferAccessor(ByteBuffer.wrap(bytes, 0, length).slice());
    }

    /** Bytes with up to three of them changed, more often in the first ones, where the lengths are. */
    byte[] damaged(final byte[] bytes) {
        final byte[] result = bytes.clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
            final int bound = random.nextBoolean() ? result.length : Math.min(result.length, 40);
            final int[] values = {0, 1, 2, 0x7f, 0x80, 0xff, random.nextInt(256)};
            result[random.nextInt(bound)] = (byte) values[random.nextInt(values.length)];
        }
        return result;
    }

    ProduceRequestData produceRequest(final int version) {
        final TopicProduceDataCollection topics = new TopicProduceDataCollection();
        for (int i = random.nextInt(4); i > 0; i--) {
            final TopicProduceData topic = new TopicProduceData().setPartitionData(list(3, this::produced));
            if (version >= 13) {
                topic.setTopicId(uuid());
            } else {
                topic.setName(string());
            }
            topics.mustAdd(withUnknownTag(topic, version >= 9));
        }
        return withUnknownTag(
                new ProduceRequestData()
                        .setTransactionalId(random.nextBoolean() ? null : string())
                        .setAcks((short) (random.nextInt(4) - 2))
                        .setTimeoutMs(random.nextInt())
                        .setTopicData(topics),
                version >= 9);
    }

    private PartitionProduceData produced(final int index) {
        final int length = random.nextInt(300) - 20;
        return new PartitionProduceData()
                .setIndex(random.nextInt())
                .setRecords(length < 0 ? null : MemoryRecords.readableRecords(ByteBuffer.wrap(bytes(length))));
    }

    FetchRequestData fetchRequest(final int version) {
        final FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(random.nextInt())
                .setMinBytes(random.nextInt())
                .setMaxBytes(random.nextInt())
                .setIsolationLevel((byte) random.nextInt(2))
                .setTopics(list(4, i -> fetchTopic(version)));
        if (version < 15) {
            request.setReplicaId(random.nextInt(3) - 1);
        } else if (random.nextBoolean()) {
            request.replicaState().setReplicaId(random.nextInt(5)).setReplicaEpoch(random.nextLong());
        }
        if (version >= 7) {
            request.setSessionId(random.nextInt()).setSessionEpoch(random.nextInt());
            request.setForgottenTopicsData(list(3, i -> forgotten(version)));
        }
        if (version >= 11) {
            request.setRackId(random.nextBoolean() ? "" : string());
        }
        if (version >= 12) {
            request.setClusterId(random.nextBoolean() ? null : string());
        }
        return withUnknownTag(request, version >= 12);
    }

    private FetchTopic fetchTopic(final int version) {
        final FetchTopic topic = new FetchTopic().setPartitions(list(4, i -> fetchPartition(version)));
        if (version >= 13) {
            topic.setTopicId(uuid());
        } else {
            topic.setTopic(string());
        }
        return withUnknownTag(topic, version >= 12);
    }

    private FetchPartition fetchPartition(final int version) {
        final FetchPartition partition = new FetchPartition()
                .setPartition(random.nextInt())
                .setFetchOffset(random.nextLong())
                .setPartitionMaxBytes(random.nextInt());
        if (version >= 5) {
            partition.setLogStartOffset(random.nextLong());
        }
        if (version >= 9) {
            partition.setCurrentLeaderEpoch(random.nextInt());
        }
        if (version >= 12) {
            partition.setLastFetchedEpoch(random.nextInt());
        }
        if (version >= 17 && random.nextBoolean()) {
            partition.setReplicaDirectoryId(uuid());
        }
        if (version >= 18 && random.nextBoolean()) {
            partition.setHighWatermark(random.nextLong());
        }
        return withUnknownTag(partition, version >= 12);
    }

    private ForgottenTopic forgotten(final int version) {
        final ForgottenTopic topic = new ForgottenTopic().setPartitions(list(4, i -> random.nextInt()));
        if (version >= 13) {
            topic.setTopicId(uuid());
        } else {
            topic.setTopic(string());
        }
        return topic;
    }

    <T> List<T> list(final int lengthMax, final IntFunction<T> element) {
        final List<T> result = new ArrayList<>();
        final int length = random.nextInt(lengthMax + 1);
        for (int i = 0; i < length; i++) {
            result.add(element.apply(i));
        }
        return result;
    }

    String string() {
        final int length = random.nextInt(10) == 0 ? 200 : random.nextInt(12);
        final StringBuilder result = new StringBuilder();
        for (int i = 0; i < length; i++) {
            result.append((char) ('a' + random.nextInt(26)));
        }
        return result.toString();
    }

    Uuid uuid() {
        return new Uuid(random.nextLong(), random.nextLong());
    }

    byte[] bytes(final int length) {
        final byte[] result = new byte[length];
        random.nextBytes(result);
        return result;
    }

    private <T extends Message> T withUnknownTag(final T message, final boolean flexible) {
        if (flexible && random.nextInt(5) == 0) {
            message.unknownTaggedFields()
                    .add(new RawTaggedField(100 + random.nextInt(100000), bytes(random.nextInt(9))));
        }
        return message;
    }
}
