package io.millrace.net.kafka.share;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.batch.RecordWalker;
import io.millrace.engine.port.Decompressor;
import io.millrace.engine.share.RecordRanges;
import io.millrace.engine.share.RecordState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.DefaultRecord;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * A batch of dead letters (KIP-1191): for each offset one record whose headers say which record could not be worked off
 * and why, with that record's key and value where they are to be copied and can be. Made by a core, built once on a
 * housekeeping thread.
 */
final class DeadLetterBatch {
    private static final String PREFIX = "__dlq.errors.";
    private static final String REJECTED = "Offset rejected by client.";
    private static final String TOO_OFTEN = "Offset delivery count exceeded the threshold.";

    private record Copy(ByteBuffer key, ByteBuffer value) {}

    private final ShareKey key;
    private final String topic;
    private final RecordRanges letters;
    private final DeadLetterSource source;
    private final int bytesMax;
    private final long nowMs;
    private final Decompressor decompressor;
    private final Long2ObjectHashMap<Copy> copies = new Long2ObjectHashMap<>();
    private long copiedBytes;
    /** Up to where copies were made, as far as they could be; later offsets go into another batch. */
    private long copiedLast;

    private boolean full;
    private ByteBuffer bytes;
    private long last;

    /**
     * @param topic    whose records these are
     * @param letters  which, with the state that says why
     * @param source   what is copied from
     * @param bytesMax the largest batch that is to be made
     */
    DeadLetterBatch(
            final ShareKey key,
            final String topic,
            final RecordRanges letters,
            final DeadLetterSource source,
            final int bytesMax,
            final long nowMs,
            final Decompressor decompressor) {
        this.key = key;
        this.topic = topic;
        this.letters = letters;
        this.source = source;
        this.bytesMax = bytesMax;
        this.nowMs = nowMs;
        this.decompressor = decompressor;
        copiedLast = source.last();
    }

    /** The batch, once it is built. */
    ByteBuffer bytes() {
        return bytes;
    }

    /** The last offset for which there is a letter in it: more may have to follow. */
    long last() {
        return last;
    }

    /** On a housekeeping thread. */
    void build() {
        if (source.batches() != null) {
            readSource(source.batches());
        }
        final List<SimpleRecord> records = new ArrayList<>();
        long size = DefaultRecordBatch.RECORD_BATCH_OVERHEAD;
        for (int i = 0; i < letters.count(); i++) {
            for (long offset = letters.first(i); offset <= letters.last(i); offset++) {
                final SimpleRecord record = letter(offset, i, records.size());
                size += sizeOf(record, records.size());
                if (!records.isEmpty() && (size > bytesMax || offset > copiedLast)) {
                    finish(records);
                    return;
                }
                records.add(record);
                last = offset;
            }
        }
        finish(records);
    }

    private void finish(final List<SimpleRecord> records) {
        bytes = MemoryRecords.withRecords(Compression.NONE, records.toArray(new SimpleRecord[0]))
                .buffer();
        copies.clear();
        source.release();
    }

    /** What is too large to be copied even alone gets a letter without a copy. */
    private SimpleRecord letter(final long offset, final int range, final int index) {
        final Header[] headers = headers(offset, letters.deliveries(range), letters.state(range));
        final Copy copy = copies.get(offset);
        if (copy != null) {
            final SimpleRecord record = new SimpleRecord(nowMs, copy.key, copy.value, headers);
            if (DefaultRecordBatch.RECORD_BATCH_OVERHEAD + sizeOf(record, index) <= bytesMax) {
                return record;
            }
        }
        return new SimpleRecord(nowMs, (ByteBuffer) null, null, headers);
    }

    private static int sizeOf(final SimpleRecord record, final int index) {
        return DefaultRecord.sizeInBytes(index, 0, record.key(), record.value(), record.headers());
    }

    private Header[] headers(final long offset, final short deliveries, final byte state) {
        return new Header[] {
            header("topic", topic),
            header("partition", Integer.toString(key.partition())),
            header("offset", Long.toString(offset)),
            header("group", key.group()),
            header("delivery.count", Short.toString(deliveries)),
            header("message", state == RecordState.ARCHIVING_REJECTED ? REJECTED : TOO_OFTEN)
        };
    }

    private static Header header(final String name, final String value) {
        return new RecordHeader(PREFIX + name, value.getBytes(StandardCharsets.UTF_8));
    }

    private void readSource(final UnsafeBuffer batches) {
        final BatchFlyweight batch = new BatchFlyweight();
        int at = 0;
        while (!full && at + BatchFlyweight.HEADER_BYTES <= batches.capacity()) {
            batch.wrap(batches, at, batches.capacity() - at);
            final int length = batch.sizeInBytes();
            if (length < BatchFlyweight.HEADER_BYTES || length > batches.capacity() - at) {
                if (at == 0) {
                    // Only the head of a batch too large to be copied from.
                    copiedLast = Math.max(batch.lastOffset(), letters.first(0));
                }
                return;
            }
            copiedLast = batch.wrap(batches, at, length).lastOffset();
            if (batch.hasGoodCrc(new Crc32c())) {
                copy(batch);
            }
            at += length;
        }
    }

    private void copy(final BatchFlyweight batch) {
        final RecordWalker walker = new RecordWalker();
        if (batch.isControl() || batch.lastOffset() < letters.first(0)) {
            return;
        }
        if (!batch.isCompressed()) {
            copy(batch.baseOffset(), walker.wrap(batch));
            return;
        }
        try {
            final DirectBuffer unpacked = decompressor.decompress(
                    batch.attributes() & BatchFlyweight.CODEC_MASK,
                    batch.bytes(),
                    BatchFlyweight.HEADER_BYTES,
                    batch.sizeInBytes() - BatchFlyweight.HEADER_BYTES,
                    DeadLetterSource.UNPACKED_BYTES_MAX);
            final UnsafeBuffer records = new UnsafeBuffer(unpacked);
            copy(batch.baseOffset(), walker.wrap(records, 0, records.capacity(), batch.recordCount()));
        } catch (final IOException | OutOfMemoryError cannotBeCopied) {
            // Its records get letters without copies.
        }
    }

    /** As much as goes into one batch, and no more: it lies on the heap. */
    private void copy(final long baseOffset, final RecordWalker walker) {
        while (!full && walker.next()) {
            final long offset = baseOffset + walker.offsetDelta();
            if (!isLetter(offset)) {
                continue;
            }
            full = copiedBytes > 0 && copiedBytes + walker.sizeInBytes() > bytesMax;
            if (full) {
                copiedLast = offset - 1;
            } else {
                copiedBytes += walker.sizeInBytes();
                copies.put(
                        offset,
                        new Copy(
                                bytesOf(walker.bytes(), walker.keyPosition(), walker.keyLength()),
                                bytesOf(walker.bytes(), walker.valuePosition(), walker.valueLength())));
            }
        }
    }

    private boolean isLetter(final long offset) {
        for (int i = 0; i < letters.count() && letters.first(i) <= offset; i++) {
            if (offset <= letters.last(i)) {
                return true;
            }
        }
        return false;
    }

    private static ByteBuffer bytesOf(final UnsafeBuffer from, final int position, final int length) {
        if (length < 0) {
            return null;
        }
        final byte[] copied = new byte[length];
        from.getBytes(position, copied);
        return ByteBuffer.wrap(copied);
    }
}
