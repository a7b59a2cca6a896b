package io.millrace.engine.batch;

import static io.millrace.engine.batch.KafkaBatches.batch;
import static io.millrace.engine.batch.KafkaBatches.kafka;
import static io.millrace.engine.batch.KafkaBatches.ours;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchFlyweightTest {
    private final Crc32c crc32c = new Crc32c();

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldReadEveryFieldAsKafkaDoes(final CompressionType codec) {
        final byte[] bytes = batch().at(77)
                .codec(codec)
                .producer(4711, 3, 19)
                .leaderEpoch(8)
                .transactional()
                .count(7, 1_000);
        final RecordBatch expected = kafka(bytes);
        final BatchFlyweight actual = ours(bytes);

        assertThat(actual.baseOffset()).isEqualTo(expected.baseOffset());
        assertThat(actual.sizeInBytes()).isEqualTo(expected.sizeInBytes()).isEqualTo(bytes.length);
        assertThat(actual.partitionLeaderEpoch()).isEqualTo(8);
        assertThat(actual.magic()).isEqualTo(expected.magic());
        assertThat(Integer.toUnsignedLong(actual.crc())).isEqualTo(expected.checksum());
        assertThat(actual.hasGoodCrc(crc32c)).isTrue();
        assertThat(actual.codec().lowerCaseName()).isEqualTo(codec.name);
        assertThat(actual.isCompressed()).isEqualTo(codec != CompressionType.NONE);
        assertThat(actual.timestampType()).isEqualTo(TimestampType.CREATE_TIME);
        assertThat(actual.isTransactional()).isTrue();
        assertThat(actual.isControl()).isFalse();
        assertThat(actual.hasDeleteHorizon()).isFalse();
        assertThat(actual.lastOffset()).isEqualTo(expected.lastOffset()).isEqualTo(83);
        assertThat(actual.nextOffset()).isEqualTo(expected.nextOffset());
        assertThat(actual.lastOffsetDelta()).isEqualTo(6);
        assertThat(actual.baseTimestamp()).isEqualTo(((DefaultRecordBatch) expected).baseTimestamp());
        assertThat(actual.maxTimestamp()).isEqualTo(expected.maxTimestamp());
        assertThat(actual.producerId()).isEqualTo(expected.producerId());
        assertThat(actual.producerEpoch()).isEqualTo(expected.producerEpoch());
        assertThat(actual.baseSequence()).isEqualTo(expected.baseSequence());
        assertThat(actual.lastSequence()).isEqualTo(expected.lastSequence());
        assertThat(actual.recordCount()).isEqualTo(expected.countOrNull());
    }

    @Test
    void shouldWrapSequenceBehindTheLargest() {
        final byte[] bytes = batch().producer(1, 0, Integer.MAX_VALUE - 1).count(5, 0);

        assertThat(ours(bytes).lastSequence())
                .isEqualTo(kafka(bytes).lastSequence())
                .isEqualTo(2);
        assertThat(Sequences.minus(2, 4)).isEqualTo(Integer.MAX_VALUE - 1);
        assertThat(Sequences.follows(Integer.MAX_VALUE, 0)).isTrue();
    }

    @Test
    void shouldKeepCrcGoodWhenOffsetAndEpochAreSet() {
        final byte[] bytes = batch().count(2, 5);
        final BatchFlyweight batch = ours(bytes);
        batch.baseOffset(123_456_789_012L);
        batch.partitionLeaderEpoch(31);

        kafka(bytes).ensureValid();
        assertThat(kafka(bytes).baseOffset()).isEqualTo(123_456_789_012L);
        assertThat(kafka(bytes).partitionLeaderEpoch()).isEqualTo(31);
    }

    @Test
    void shouldStampLogAppendTimeAsKafkaReadsIt() {
        final byte[] bytes = batch().codec(CompressionType.LZ4).count(3, 5);
        ours(bytes).stampLogAppendTime(99_000, crc32c);

        final RecordBatch stamped = kafka(bytes);
        stamped.ensureValid();
        assertThat(stamped.timestampType()).isEqualTo(org.apache.kafka.common.record.TimestampType.LOG_APPEND_TIME);
        assertThat(stamped.maxTimestamp()).isEqualTo(99_000);
        assertThat(stamped.iterator().next().timestamp()).isEqualTo(99_000);
    }

    @Test
    void shouldChecksumArraysDirectBuffersAndBareAddressesAlike() {
        final byte[] bytes = batch().count(50, 5);
        final UnsafeBuffer onHeap = new UnsafeBuffer(new byte[bytes.length + 9], 5, bytes.length + 4);
        onHeap.putBytes(3, bytes);
        final UnsafeBuffer direct = new UnsafeBuffer(ByteBuffer.allocateDirect(bytes.length + 3));
        direct.putBytes(3, bytes);

        assertThat(new BatchFlyweight().wrap(onHeap, 3, bytes.length).hasGoodCrc(crc32c))
                .isTrue();
        assertThat(new BatchFlyweight().wrap(direct, 3, bytes.length).hasGoodCrc(crc32c))
                .isTrue();
        assertThat(new BatchFlyweight()
                        .wrap(direct.addressOffset() + 3, bytes.length)
                        .hasGoodCrc(crc32c))
                .isTrue();
        direct.putByte(3 + 100, (byte) (direct.getByte(3 + 100) ^ 1));
        assertThat(new BatchFlyweight().wrap(direct, 3, bytes.length).hasGoodCrc(crc32c))
                .isFalse();
    }
}
