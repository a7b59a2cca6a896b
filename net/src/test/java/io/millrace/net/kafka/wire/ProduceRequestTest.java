package io.millrace.net.kafka.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProduceRequestTest {
    private final ProduceRequest request = new ProduceRequest();

    static IntStream versions() {
        return IntStream.rangeClosed(ProduceRequest.VERSION_MIN, ProduceRequest.VERSION_MAX);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void shouldReadWhatGeneratedClassesWrite(final int version) {
        final Generated generated = new Generated(version);
        for (int i = 0; i < 300; i++) {
            final ProduceRequestData expected = generated.produceRequest(version);
            final byte[] bytes = Generated.encode(expected, version);

            assertThat(wrap(bytes, bytes.length, version)).isTrue();
            assertThat(request.topicCount()).isEqualTo(expected.topicData().size());
            assertSame(expected);
            request.rewind();
            assertSame(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void shouldPassOverPartitionsThatNobodyLooksAt(final int version) {
        final Generated generated = new Generated(version);
        for (int i = 0; i < 100; i++) {
            final ProduceRequestData expected = generated.produceRequest(version);
            final byte[] bytes = Generated.encode(expected, version);
            assertThat(wrap(bytes, bytes.length, version)).isTrue();
            int topics = 0;
            while (request.nextTopic()) {
                topics++;
            }
            assertThat(topics).isEqualTo(expected.topicData().size());
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void shouldRefuseEveryTruncation(final int version) {
        final Generated generated = new Generated(version);
        for (int i = 0; i < 30; i++) {
            final byte[] bytes = Generated.encode(generated.produceRequest(version), version);
            for (int length = 0; length < bytes.length; length++) {
                assertThat(wrap(bytes, length, version)).isFalse();
                assertThat(request.nextTopic()).isFalse();
                assertThat(request.nextPartition()).isFalse();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void shouldRefuseExactlyWhatGeneratedClassesRefuse(final int version) {
        final Generated generated = new Generated(version);
        for (int i = 0; i < 3_000; i++) {
            final byte[] bytes = generated.damaged(Generated.encode(generated.produceRequest(version), version));
            final ProduceRequestData expected = new ProduceRequestData();
            boolean wellFormed = true;
            try {
                expected.read(Generated.readable(bytes, bytes.length), (short) version);
            } catch (final RuntimeException e) {
                wellFormed = false;
            }
            assertThat(wrap(bytes, bytes.length, version)).isEqualTo(wellFormed);
        }
    }

    private boolean wrap(final byte[] bytes, final int length, final int version) {
        return request.wrap(Generated.buffer(bytes, length), Generated.offset(), length, version);
    }

    private void assertSame(final ProduceRequestData expected) {
        assertThat(text(request.transactionalIdOffset(), request.transactionalIdLength()))
                .isEqualTo(expected.transactionalId());
        assertThat(request.acks()).isEqualTo(expected.acks());
        assertThat(request.timeoutMs()).isEqualTo(expected.timeoutMs());
        int partitions = 0;
        for (final TopicProduceData topic : expected.topicData()) {
            assertThat(request.nextTopic()).isTrue();
            if (request.hasTopicIds()) {
                assertThat(request.topicIdMsb()).isEqualTo(topic.topicId().getMostSignificantBits());
                assertThat(request.topicIdLsb()).isEqualTo(topic.topicId().getLeastSignificantBits());
            } else {
                assertThat(text(request.nameOffset(), request.nameLength())).isEqualTo(topic.name());
            }
            assertThat(request.topicPartitionCount())
                    .isEqualTo(topic.partitionData().size());
            for (final PartitionProduceData partition : topic.partitionData()) {
                assertThat(request.nextPartition()).isTrue();
                assertThat(request.partition()).isEqualTo(partition.index());
                assertRecords((MemoryRecords) partition.records());
                partitions++;
            }
            assertThat(request.nextPartition()).isFalse();
        }
        assertThat(request.nextTopic()).isFalse();
        assertThat(request.partitionCount()).isEqualTo(partitions);
    }

    private void assertRecords(final MemoryRecords expected) {
        if (expected == null) {
            assertThat(request.recordsLength()).isEqualTo(WireReader.NULL);
            return;
        }
        final ByteBuffer bytes = expected.buffer();
        assertThat(request.recordsLength()).isEqualTo(bytes.remaining());
        assertThat(new UnsafeBuffer(request.buffer(), request.recordsOffset(), request.recordsLength()))
                .isEqualTo(new UnsafeBuffer(bytes));
    }

    private String text(final int offset, final int length) {
        return length < 0 ? null : request.buffer().getStringWithoutLengthUtf8(offset, length);
    }
}
