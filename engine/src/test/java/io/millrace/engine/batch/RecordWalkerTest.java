package io.millrace.engine.batch;

import static io.millrace.engine.batch.KafkaBatches.batch;
import static io.millrace.engine.batch.KafkaBatches.kafka;
import static io.millrace.engine.batch.KafkaBatches.ours;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.status.Outcome;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

class RecordWalkerTest {
    private final RecordWalker walker = new RecordWalker();

    @Test
    void shouldSeeWhatKafkaSeesInRandomBatches() {
        final Random random = new Random(42);
        for (int round = 0; round < 200; round++) {
            final byte[] bytes = batch().at(round).of(randomRecords(random));
            final DefaultRecordBatch expected = (DefaultRecordBatch) kafka(bytes);
            walker.wrap(ours(bytes));
            for (final Record record : expected) {
                assertThat(walker.next()).isTrue();
                assertSame(record, expected);
            }
            assertThat(walker.next()).isFalse();
            assertThat(walker.isComplete()).isTrue();
        }
    }

    @Test
    void shouldAgreeWithKafkaOnRandomDamage() {
        final Random random = new Random(7);
        final BatchValidator validator = new BatchValidator(new Crc32c());
        final BatchRules lenient =
                new BatchRules(1 << 20, TimestampType.CREATE_TIME, Long.MAX_VALUE, Long.MAX_VALUE, false);
        int refused = 0;
        for (int round = 0; round < 5_000; round++) {
            final byte[] bytes = batch().of(randomRecords(random));
            final int at = BatchFlyweight.HEADER_BYTES + random.nextInt(bytes.length - BatchFlyweight.HEADER_BYTES);
            bytes[at] = (byte) random.nextInt();
            final BatchFlyweight batch = ours(bytes);
            batch.bytes().putInt(BatchFlyweight.CRC_AT, batch.computeCrc(new Crc32c()), ByteOrder.BIG_ENDIAN);
            final boolean expected = isReadableByKafka(bytes);
            final Outcome outcome = validator.validate(new UnsafeBuffer(bytes), 0, bytes.length, lenient, 0);
            assertThat(outcome == Outcome.OK).as("round %d, byte %d", round, at).isEqualTo(expected);
            refused += expected ? 0 : 1;
        }
        assertThat(refused).isBetween(500, 4_500);
    }

    private static boolean isReadableByKafka(final byte[] bytes) {
        try {
            int index = 0;
            boolean dense = true;
            for (final Record record : kafka(bytes)) {
                dense &= record.offset() == index++;
            }
            return dense;
        } catch (final KafkaException e) {
            return false;
        }
    }

    private void assertSame(final Record record, final DefaultRecordBatch batch) {
        assertThat(batch.baseOffset() + walker.offsetDelta()).isEqualTo(record.offset());
        assertThat(batch.baseTimestamp() + walker.timestampDelta()).isEqualTo(record.timestamp());
        assertThat(walker.sizeInBytes()).isEqualTo(record.sizeInBytes());
        assertThat(slice(walker.keyPosition(), walker.keyLength())).isEqualTo(bytes(record.key()));
        assertThat(slice(walker.valuePosition(), walker.valueLength())).isEqualTo(bytes(record.value()));
        assertThat(walker.headerCount()).isEqualTo(record.headers().length);
        for (final Header header : record.headers()) {
            assertThat(walker.nextHeader()).isTrue();
            assertThat(slice(walker.headerKeyPosition(), walker.headerKeyLength()))
                    .isEqualTo(header.key().getBytes(StandardCharsets.UTF_8));
            assertThat(slice(walker.headerValuePosition(), walker.headerValueLength()))
                    .isEqualTo(header.value());
        }
        assertThat(walker.nextHeader()).isFalse();
    }

    private byte[] slice(final int position, final int length) {
        if (length < 0) {
            return null;
        }
        final byte[] slice = new byte[length];
        walker.bytes().getBytes(position, slice);
        return slice;
    }

    private static byte[] bytes(final ByteBuffer buffer) {
        return buffer == null ? null : KafkaBatches.toBytes(buffer);
    }

    private static SimpleRecord[] randomRecords(final Random random) {
        final SimpleRecord[] records = new SimpleRecord[1 + random.nextInt(6)];
        for (int i = 0; i < records.length; i++) {
            final Header[] headers = new Header[random.nextInt(3)];
            for (int h = 0; h < headers.length; h++) {
                headers[h] = new RecordHeader("h" + h, randomBytes(random));
            }
            records[i] = new SimpleRecord(
                    1_000_000 + random.nextInt(10_000), randomBytes(random), randomBytes(random), headers);
        }
        return records;
    }

    private static byte[] randomBytes(final Random random) {
        if (random.nextInt(5) == 0) {
            return null;
        }
        final byte[] bytes = new byte[random.nextInt(random.nextInt(10) == 0 ? 300 : 8)];
        random.nextBytes(bytes);
        return bytes;
    }
}
