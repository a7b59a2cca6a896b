package io.millrace.engine.batch;

import static io.millrace.engine.batch.KafkaBatches.batch;
import static io.millrace.engine.batch.KafkaBatches.kafka;
import static io.millrace.engine.batch.KafkaBatches.ours;
import static io.millrace.engine.batch.KafkaBatches.record;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.status.Outcome;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.record.internal.CompressionType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchValidatorTest {
    private static final long NOW_MS = 1_700_000_000_000L;
    private static final BatchRules STAMPED =
            new BatchRules(1 << 20, TimestampType.LOG_APPEND_TIME, Long.MAX_VALUE, Long.MAX_VALUE, false);

    private final Crc32c crc32c = new Crc32c();
    private final BatchValidator validator = new BatchValidator(crc32c);

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldTakeWhatAKafkaProducerSends(final CompressionType codec) {
        final byte[] bytes = batch().codec(codec).producer(9, 1, 5).count(100, NOW_MS);
        final byte[] before = bytes.clone();

        assertThat(validate(bytes)).isEqualTo(Outcome.OK);
        assertThat(validator.batch().recordCount()).isEqualTo(100);
        assertThat(validator.appendTimeMs()).isEqualTo(-1);
        assertThat(bytes).isEqualTo(before);
    }

    @Test
    void shouldRefuseNothingAtAll() {
        assertThat(validate(new byte[0])).isEqualTo(Outcome.INVALID_RECORD);
        assertThat(validator.validate(0, -1, BatchRules.DEFAULT, NOW_MS)).isEqualTo(Outcome.INVALID_RECORD);
    }

    @Test
    void shouldRefuseBatchWhoseCrcIsWrong() {
        final byte[] bytes = batch().count(3, NOW_MS);
        bytes[bytes.length - 1] ^= 1;
        assertThat(validate(bytes)).isEqualTo(Outcome.CORRUPT_BATCH);
    }

    @Test
    void shouldTellUnknownMagicFromOldMagic() {
        assertThat(spoiled(b -> b.putByte(BatchFlyweight.MAGIC_AT, (byte) 5))).isEqualTo(Outcome.CORRUPT_BATCH);
        assertThat(spoiled(b -> b.putByte(BatchFlyweight.MAGIC_AT, (byte) -1))).isEqualTo(Outcome.CORRUPT_BATCH);
        assertThat(spoiled(b -> b.putByte(BatchFlyweight.MAGIC_AT, (byte) 1))).isEqualTo(Outcome.INVALID_RECORD);
        assertThat(spoiled(b -> b.putByte(BatchFlyweight.MAGIC_AT, (byte) 0))).isEqualTo(Outcome.INVALID_RECORD);
    }

    @Test
    void shouldRefuseLengthsThatDoNotFit() {
        assertThat(spoiled(b -> putInt(b, BatchFlyweight.LENGTH_AT, -1))).isEqualTo(Outcome.CORRUPT_BATCH);
        assertThat(spoiled(b -> putInt(b, BatchFlyweight.LENGTH_AT, Integer.MIN_VALUE)))
                .isEqualTo(Outcome.CORRUPT_BATCH);
        assertThat(spoiled(b -> putInt(b, BatchFlyweight.LENGTH_AT, 13))).isEqualTo(Outcome.CORRUPT_BATCH);
        assertThat(spoiled(b -> putInt(b, BatchFlyweight.LENGTH_AT, 20))).isNotEqualTo(Outcome.OK);
        assertThat(spoiled(b -> putInt(b, BatchFlyweight.LENGTH_AT, b.capacity())))
                .isEqualTo(Outcome.INVALID_RECORD);
        assertThat(spoiled(b -> putInt(b, BatchFlyweight.LENGTH_AT, Integer.MAX_VALUE)))
                .isEqualTo(Outcome.INVALID_RECORD);
    }

    @Test
    void shouldRefuseTwoBatchesButIgnoreHalfOfASecond() {
        final byte[] one = batch().count(3, NOW_MS);
        final byte[] two = Arrays.copyOf(one, one.length * 2);
        System.arraycopy(one, 0, two, one.length, one.length);

        assertThat(validate(two)).isEqualTo(Outcome.INVALID_RECORD);
        assertThat(validate(Arrays.copyOf(two, two.length - 1))).isEqualTo(Outcome.OK);
        assertThat(validator.batch().sizeInBytes()).isEqualTo(one.length);
        assertThat(validate(Arrays.copyOf(one, one.length + 12))).isEqualTo(Outcome.CORRUPT_BATCH);
        assertThat(validate(Arrays.copyOf(one, one.length + 11))).isEqualTo(Outcome.OK);
    }

    @Test
    void shouldRefuseCountsThatContradict() {
        assertThat(resealed(b -> putInt(b, BatchFlyweight.RECORD_COUNT_AT, 4))).isEqualTo(Outcome.INVALID_RECORD);
        assertThat(resealed(b -> putInt(b, BatchFlyweight.RECORD_COUNT_AT, 2))).isEqualTo(Outcome.INVALID_RECORD);
        assertThat(resealed(b -> putInt(b, BatchFlyweight.RECORD_COUNT_AT, -3))).isEqualTo(Outcome.INVALID_RECORD);
        assertThat(resealed(b -> putInt(b, BatchFlyweight.LAST_OFFSET_DELTA_AT, 7)))
                .isEqualTo(Outcome.INVALID_RECORD);
        assertThat(resealed(b -> {
                    putInt(b, BatchFlyweight.RECORD_COUNT_AT, Integer.MIN_VALUE);
                    putInt(b, BatchFlyweight.LAST_OFFSET_DELTA_AT, Integer.MAX_VALUE);
                }))
                .isEqualTo(Outcome.INVALID_RECORD);
        assertThat(resealed(b -> {
                    putInt(b, BatchFlyweight.RECORD_COUNT_AT, 2);
                    putInt(b, BatchFlyweight.LAST_OFFSET_DELTA_AT, 1);
                }))
                .isEqualTo(Outcome.INVALID_RECORD);
        assertThat(resealed(b -> {
                    putInt(b, BatchFlyweight.RECORD_COUNT_AT, 4);
                    putInt(b, BatchFlyweight.LAST_OFFSET_DELTA_AT, 3);
                }))
                .isEqualTo(Outcome.INVALID_RECORD);
    }

    @Test
    void shouldRefuseControlBatchesBaseOffsetsAndMissingSequences() {
        assertThat(resealed(b -> attributes(b, BatchFlyweight.CONTROL_FLAG))).isEqualTo(Outcome.INVALID_RECORD);
        assertThat(spoiled(b -> b.putLong(0, 1, ByteOrder.BIG_ENDIAN))).isEqualTo(Outcome.INVALID_RECORD);
        assertThat(resealed(b -> b.putLong(BatchFlyweight.PRODUCER_ID_AT, 5, ByteOrder.BIG_ENDIAN)))
                .isEqualTo(Outcome.INVALID_RECORD);
    }

    @Test
    void shouldRefuseCodecsThatAreUnknownOrFaked() {
        for (int codec = 1; codec <= 7; codec++) {
            final int number = codec;
            final Outcome expected = codec == 2 ? Outcome.OK : Outcome.UNKNOWN_CODEC;
            // Bytes that no codec wrote; a bare snappy block has no magic to miss, so only a reader can tell.
            assertThat(resealed(b -> attributes(b, number)))
                    .as("codec %d", codec)
                    .isEqualTo(expected);
        }
    }

    @Test
    void shouldRefuseBatchesOverTheLimitBeforeLookingAtTheirCrc() {
        final byte[] bytes = batch().count(3, NOW_MS);
        bytes[bytes.length - 1] ^= 1;
        final BatchRules small =
                new BatchRules(bytes.length - 1, TimestampType.CREATE_TIME, Long.MAX_VALUE, Long.MAX_VALUE, false);
        assertThat(validate(bytes, small)).isEqualTo(Outcome.BATCH_TOO_LARGE);
    }

    @Test
    void shouldNameTheRecordsWhoseTimestampIsOutOfRange() {
        final byte[] bytes = batch().of(
                        record(NOW_MS, "a", "1"),
                        record(NOW_MS + 3_600_001, "b", "2"),
                        record(NOW_MS + 3_600_000, "c", "3"),
                        record(NOW_MS + 9_000_000, "d", "4"));
        assertThat(validate(bytes)).isEqualTo(Outcome.INVALID_TIMESTAMP);
        assertThat(validator.badRecord()).isEqualTo(1);
        assertThat(validator.badRecords()).containsExactly(1, 3);

        final BatchRules recent = new BatchRules(1 << 20, TimestampType.CREATE_TIME, 1_000, 1_000, false);
        assertThat(validate(batch().count(1, NOW_MS - 1_001), recent)).isEqualTo(Outcome.INVALID_TIMESTAMP);
        assertThat(validate(batch().count(1, NOW_MS - 1_000), recent)).isEqualTo(Outcome.OK);
        assertThat(validate(batch().count(1, -1), recent)).isEqualTo(Outcome.OK);
        assertThat(validate(batch().codec(CompressionType.GZIP).count(1, NOW_MS + 1_001), recent))
                .isEqualTo(Outcome.INVALID_TIMESTAMP);
    }

    @Test
    void shouldRefuseKeylessRecordsOfACompactedTopic() {
        final BatchRules compacted =
                new BatchRules(1 << 20, TimestampType.CREATE_TIME, Long.MAX_VALUE, Long.MAX_VALUE, true);
        final byte[] bytes = batch().of(record(1, "a", "1"), record(2, null, "2"), record(3, "", null));
        assertThat(validate(bytes, compacted)).isEqualTo(Outcome.INVALID_RECORD);
        assertThat(validator.badRecords()).containsExactly(1);
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldStampBatchesOfATopicWithLogAppendTime(final CompressionType codec) {
        final byte[] bytes = batch().codec(codec).count(3, 5);
        assertThat(validate(bytes, STAMPED)).isEqualTo(Outcome.OK);
        assertThat(validator.appendTimeMs()).isEqualTo(NOW_MS);
        kafka(bytes).ensureValid();
        kafka(bytes).forEach(record -> assertThat(record.timestamp()).isEqualTo(NOW_MS));
    }

    @Test
    void shouldValidateAgainABatchThatTheLogCouldNotTakeYet() {
        final byte[] bytes = batch().count(3, 5);
        final byte[] sent = bytes.clone();
        assertThat(validate(bytes, STAMPED)).isEqualTo(Outcome.OK);
        validator.batch().baseOffset(17);
        assertThat(bytes).isNotEqualTo(sent);
        validator.restore();
        assertThat(bytes).isEqualTo(sent);
        assertThat(validate(bytes, STAMPED)).isEqualTo(Outcome.OK);
    }

    @Test
    void shouldAllocateNothing() {
        final byte[] bytes = batch().producer(1, 0, 0).count(50, NOW_MS);
        final UnsafeBuffer direct = new UnsafeBuffer(ByteBuffer.allocateDirect(bytes.length));
        direct.putBytes(0, bytes);
        final com.sun.management.ThreadMXBean threads =
                (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            final long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 500; i++) {
                validator.validate(direct.addressOffset(), bytes.length, BatchRules.DEFAULT, NOW_MS);
            }
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(allocated).isLessThan(500);
    }

    @Test
    void shouldRefuseStampsOfTheProducersOwn() {
        assertThat(validate(batch().stamped(NOW_MS).count(1, 5), STAMPED)).isEqualTo(Outcome.INVALID_TIMESTAMP);
    }

    @Test
    void shouldCorrectAWrongMaxTimestamp() {
        final byte[] bytes = batch().count(3, NOW_MS);
        ours(bytes).bytes().putLong(BatchFlyweight.MAX_TIMESTAMP_AT, 12, ByteOrder.BIG_ENDIAN);
        reseal(bytes);
        assertThat(validate(bytes)).isEqualTo(Outcome.OK);
        kafka(bytes).ensureValid();
        assertThat(kafka(bytes).maxTimestamp()).isEqualTo(NOW_MS + 2);
    }

    private Outcome spoiled(final Consumer<UnsafeBuffer> spoil) {
        final byte[] bytes = batch().count(3, NOW_MS);
        spoil.accept(new UnsafeBuffer(bytes));
        return validate(bytes);
    }

    private Outcome resealed(final Consumer<UnsafeBuffer> spoil) {
        final byte[] bytes = batch().count(3, NOW_MS);
        spoil.accept(new UnsafeBuffer(bytes));
        reseal(bytes);
        return validate(bytes);
    }

    private void reseal(final byte[] bytes) {
        final BatchFlyweight batch = ours(bytes);
        putInt(batch.bytes(), BatchFlyweight.CRC_AT, batch.computeCrc(crc32c));
    }

    private Outcome validate(final byte[] bytes) {
        return validate(bytes, BatchRules.DEFAULT);
    }

    private Outcome validate(final byte[] bytes, final BatchRules rules) {
        return validator.validate(new UnsafeBuffer(bytes), 0, bytes.length, rules, NOW_MS);
    }

    private static void putInt(final UnsafeBuffer buffer, final int index, final int value) {
        buffer.putInt(index, value, ByteOrder.BIG_ENDIAN);
    }

    private static void attributes(final UnsafeBuffer buffer, final int value) {
        buffer.putShort(BatchFlyweight.ATTRIBUTES_AT, (short) value, ByteOrder.BIG_ENDIAN);
    }
}
