package io.millrace.net.kafka.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.KafkaBatches;
import io.millrace.engine.share.RecordRanges;
import io.millrace.engine.share.RecordState;
import io.millrace.net.kafka.wire.RecordsDecompressor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.Test;

/** Which letters get copies when not all can be had. */
class DeadLetterBatchTest {
    private static final int BYTES_MAX = 100_000;

    private final RecordRanges records = new RecordRanges();
    private DeadLetterBatch batch;

    private List<Boolean> copies(final DeadLetterSource source) {
        records.add(10, 19, RecordState.ARCHIVING, (short) 5);
        batch = new DeadLetterBatch(
                new ShareKey("g", 1, Uuid.randomUuid(), 0, 0),
                "topic",
                records,
                source,
                BYTES_MAX,
                0,
                new RecordsDecompressor());
        batch.build();
        return StreamSupport.stream(
                        MemoryRecords.readableRecords(batch.bytes()).records().spliterator(), false)
                .map(Record::hasValue)
                .toList();
    }

    private static byte[] five(final long offset) {
        return KafkaBatches.batch().at(offset).count(5, 1);
    }

    private static DeadLetterSource of(final byte[] first, final byte[] second) {
        final byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return DeadLetterSource.of(new UnsafeBuffer(both));
    }

    @Test
    void shouldCopyWhatWasReadAndLeaveTheRestToAnotherBatch() {
        assertThat(copies(of(five(10), new byte[0]))).containsExactly(true, true, true, true, true);
        assertThat(batch.last()).isEqualTo(14);
    }

    @Test
    void shouldCopyNothingOfABatchWhoseCrcIsWrong() {
        final byte[] rotten = five(10);
        rotten[rotten.length - 1] ^= 1;
        assertThat(copies(of(rotten, five(15))))
                .containsExactly(false, false, false, false, false, true, true, true, true, true);
    }

    @Test
    void shouldEndWhereWhatCannotBeCopiedEnds() {
        assertThat(copies(DeadLetterSource.none(12))).containsExactly(false, false, false);
        assertThat(batch.last()).isEqualTo(12);
    }

    @Test
    void shouldCopyNothingOfABatchThatIsTooLargeToBeRead() {
        final byte[] head = Arrays.copyOf(five(10), BatchFlyweight.HEADER_BYTES);
        assertThat(copies(DeadLetterSource.of(new UnsafeBuffer(head))))
                .containsExactly(false, false, false, false, false);
        assertThat(batch.last()).isEqualTo(14);
    }
}
