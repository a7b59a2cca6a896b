package io.millrace.net.kafka.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.port.BatchFilter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Records are taken out of batches that lie in memory as a compaction's chunks do. */
final class RecordsFilterTest {
    private static final int BATCHES = 5;
    private static final int RECORDS = 40;

    /** Keeps records at even offsets, and all of the batches that begin with one. */
    private static final class Even implements BatchFilter.Rules {
        @Override
        public BatchFilter.Keep onBatch(final BatchFlyweight batch) {
            return batch.baseOffset() == 0 ? BatchFilter.Keep.NOTHING : BatchFilter.Keep.RECORDS;
        }

        @Override
        public boolean isMarkerAlone() {
            return false;
        }

        @Override
        public boolean keeps(final long offset, final ByteBuffer key, final boolean hasValue) {
            assertThat(StandardCharsets.UTF_8.decode(key.duplicate()).toString())
                    .isEqualTo("key-" + offset);
            return offset % 2 == 0;
        }
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldTakeOutRecordsOfEveryCodec(final CompressionType codec) throws IOException {
        for (final boolean direct : new boolean[] {true, false}) {
            final UnsafeBuffer source = batches(codec, direct);
            final DirectBuffer left = new RecordsFilter().filter(source, source.capacity() - 10, 0, 0, new Even());
            final byte[] bytes = new byte[left.capacity()];
            left.getBytes(0, bytes);
            final List<Long> offsets = new ArrayList<>();
            MemoryRecords.readableRecords(ByteBuffer.wrap(bytes)).batches().forEach(batch -> {
                batch.ensureValid();
                assertThat(batch.compressionType()).isEqualTo(codec);
                for (final Record record : batch) {
                    offsets.add(record.offset());
                }
            });
            final List<Long> expected = new ArrayList<>();
            for (long offset = RECORDS; offset < (long) BATCHES * RECORDS; offset += 2) {
                expected.add(offset);
            }
            assertThat(offsets).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource(value = CompressionType.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void shouldSayThatABatchCannotBeRead(final CompressionType codec) {
        final UnsafeBuffer source = batches(codec, true);
        source.setMemory(source.capacity() - 90, 80, (byte) 7);
        assertThatThrownBy(() -> new RecordsFilter().filter(source, source.capacity() - 10, 0, 0, new Even()))
                .isInstanceOfAny(IOException.class, RuntimeException.class);
    }

    /** Ten bytes of something else lie behind them. */
    private static UnsafeBuffer batches(final CompressionType codec, final boolean direct) {
        final List<ByteBuffer> all = new ArrayList<>();
        for (int i = 0; i < BATCHES; i++) {
            final SimpleRecord[] records = new SimpleRecord[RECORDS];
            for (int j = 0; j < RECORDS; j++) {
                final String key = "key-" + (i * RECORDS + j);
                records[j] = new SimpleRecord(
                        1,
                        key.getBytes(StandardCharsets.UTF_8),
                        "value".repeat(20).getBytes(StandardCharsets.UTF_8));
            }
            all.add(MemoryRecords.withRecords(
                            (long) i * RECORDS, Compression.of(codec).build(), records)
                    .buffer());
        }
        final int length = all.stream().mapToInt(ByteBuffer::remaining).sum() + 10;
        final ByteBuffer target = direct ? ByteBuffer.allocateDirect(length) : ByteBuffer.allocate(length);
        all.forEach(target::put);
        return new UnsafeBuffer(target);
    }
}
