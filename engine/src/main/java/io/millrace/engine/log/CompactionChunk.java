package io.millrace.engine.log;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.batch.RecordWalker;
import io.millrace.engine.port.BatchFilter;
import io.millrace.engine.port.Decompressor;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Some bytes of a segment, and what a housekeeping thread makes of the whole batches among them. The core fills it and
 * hands it over, and looks at it again only when it has come back.
 *
 * <p>A client may have packed anything into a batch. One whose records cannot be read, or take more memory than there
 * is, stays as it is, byte for byte; its keys count for nothing.
 */
final class CompactionChunk {
    /** What a library makes of a record, and of a record's header, besides its bytes: about so much. */
    private static final long RECORD_BYTES = 256;

    private static final long RECORD_HEADER_BYTES = 128;
    private static final int OUTPUT_BYTES_KEPT = 1 << 20;

    private final BatchFlyweight batch = new BatchFlyweight();
    private final Crc32c crc32c = new Crc32c();
    private final RecordWalker walker = new RecordWalker();
    private final UnsafeBuffer unpackedView = new UnsafeBuffer(0, 0);
    private UnsafeBuffer records;
    private int recordsFrom;
    private int recordsTo;
    private byte[] key = new byte[256];
    private ExpandableArrayBuffer output = new ExpandableArrayBuffer(OUTPUT_BYTES_KEPT);
    private UnsafeBuffer bytes;
    int length;

    /** Set by the work: bytes of whole batches, what remains of them until the next work, whether the map is full. */
    int consumed;

    DirectBuffer remaining;
    boolean mapFull;
    String fault;
    /** If nothing was consumed, how long the first batch is. */
    int wantedBytes;

    /** Why the last batch that had to stay as it is did so, or null. */
    String unreadable;

    /** Where all those lie. */
    final LeftBatches left = new LeftBatches();

    /** @param memory the chunk's until {@link #free} */
    CompactionChunk(final ByteBuffer memory) {
        bytes = new UnsafeBuffer(memory);
    }

    UnsafeBuffer bytes() {
        return bytes;
    }

    /** For one batch that is larger; what was read has to be read again. */
    void grow(final ByteBuffer memory) {
        free();
        bytes = new UnsafeBuffer(memory);
    }

    void free() {
        BufferUtil.free(bytes);
    }

    private void begin() {
        consumed = 0;
        remaining = null;
        mapFull = false;
        fault = null;
        wantedBytes = 0;
        unreadable = null;
        left.clear();
    }

    /** Notes the keys' last offsets, from {@code fromOffset} on. */
    void index(
            final OffsetMap map,
            final CleanedTransactions transactions,
            final Decompressor decompressor,
            final int unpackedBytesMax,
            final long fromOffset,
            final long segmentEnd) {
        begin();
        try {
            while (!mapFull && nextBatch(consumed, segmentEnd)) {
                final boolean counts = !transactions.isDiscardable(batch);
                if (!batch.isControl() && counts && batch.lastOffset() >= fromOffset) {
                    if (isReadable(decompressor, unpackedBytesMax)) {
                        mapFull = !noteKeys(map, fromOffset);
                    } else {
                        left.add(batch.baseOffset(), batch.lastOffset());
                    }
                }
                if (!mapFull && batch.lastOffset() >= fromOffset) {
                    map.latestOffset(batch.lastOffset());
                }
                consumed += batch.sizeInBytes();
            }
        } catch (final IOException | RuntimeException | OutOfMemoryError unsound) {
            fault = batch + ": " + unsound.getMessage();
        }
    }

    /** Looks at all records first: no key may count of a batch that stays as it is. */
    private boolean isReadable(final Decompressor decompressor, final int unpackedBytesMax) {
        try {
            wrapRecords(decompressor, unpackedBytesMax);
            final long lastDelta = batch.lastOffset() - batch.baseOffset();
            long before = -1;
            while (walker.next() && walker.offsetDelta() > before && walker.offsetDelta() <= lastDelta) {
                before = walker.offsetDelta();
            }
            if (walker.isComplete() && (batch.recordCount() == 0 || walker.offsetDelta() == before)) {
                return true;
            }
            unreadable = batch + ": record " + walker.index() + " cannot be read";
        } catch (final IOException | RuntimeException | OutOfMemoryError unsound) {
            unreadable = batch + ": " + unsound.getMessage();
        }
        return false;
    }

    private void wrapRecords(final Decompressor decompressor, final int unpackedBytesMax) throws IOException {
        if (batch.isCompressed()) {
            final DirectBuffer unpacked = decompressor.decompress(
                    batch.attributes() & BatchFlyweight.CODEC_MASK,
                    batch.bytes(),
                    BatchFlyweight.HEADER_BYTES,
                    batch.sizeInBytes() - BatchFlyweight.HEADER_BYTES,
                    unpackedBytesMax);
            unpackedView.wrap(unpacked);
            recordsFrom = 0;
            recordsTo = unpackedView.capacity();
            records = unpackedView;
        } else {
            recordsFrom = BatchFlyweight.HEADER_BYTES;
            recordsTo = batch.sizeInBytes();
            records = batch.bytes();
        }
        walker.wrap(records, recordsFrom, recordsTo, batch.recordCount());
    }

    private boolean noteKeys(final OffsetMap map, final long fromOffset) {
        walker.wrap(records, recordsFrom, recordsTo, batch.recordCount());
        while (walker.next()) {
            final long offset = batch.baseOffset() + walker.offsetDelta();
            if (walker.keyLength() >= 0 && offset >= fromOffset) {
                if (key.length < walker.keyLength()) {
                    key = new byte[walker.keyLength()];
                }
                walker.bytes().getBytes(walker.keyPosition(), key, 0, walker.keyLength());
                if (!map.put(ByteBuffer.wrap(key, 0, walker.keyLength()), offset)) {
                    // The next compaction goes on from here: with more keys in one batch than there is room for, too.
                    map.latestOffset(offset - 1);
                    return false;
                }
            }
        }
        return true;
    }

    /** Takes out what the rules do not keep. */
    void filter(
            final BatchFilter filter,
            final CompactionRules rules,
            final Decompressor decompressor,
            final int unpackedBytesMax,
            final CompactionRun run,
            final long segmentEnd) {
        begin();
        final ChunkFilter each = new ChunkFilter(filter, rules, run.nowMs(), run.deleteRetentionMs(), output());
        try {
            while (nextBatch(consumed, segmentEnd)) {
                if (each.wants(batch)) {
                    final String why = isAffordable(decompressor, unpackedBytesMax) ? each.filter() : unreadable;
                    if (why != null) {
                        unreadable = why;
                        left.add(batch.baseOffset(), batch.lastOffset());
                        each.keep();
                    }
                }
                consumed += batch.sizeInBytes();
            }
            remaining = each.remaining();
        } catch (final IOException | RuntimeException | OutOfMemoryError unsound) {
            fault = batch + ": " + unsound.getMessage();
        }
    }

    /** The same again and again, as far as it is not too large: garbage is collected while the cores stand still. */
    private ExpandableArrayBuffer output() {
        if (output.capacity() > OUTPUT_BYTES_KEPT) {
            output = new ExpandableArrayBuffer(OUTPUT_BYTES_KEPT);
        }
        return output;
    }

    /** Whether its records can be read, and a library can hold them all at once. */
    private boolean isAffordable(final Decompressor decompressor, final int bytesMax) {
        if (!isReadable(decompressor, bytesMax)) {
            return false;
        }
        long bytes = recordsTo - recordsFrom;
        walker.wrap(records, recordsFrom, recordsTo, batch.recordCount());
        while (walker.next()) {
            bytes += RECORD_BYTES + walker.headerCount() * RECORD_HEADER_BYTES;
        }
        if (bytes > bytesMax) {
            unreadable = batch + ": its records take more memory than there is for one batch";
        }
        return bytes <= bytesMax;
    }

    /** Looks at the next whole batch; what was damaged must not be given a new checksum. */
    private boolean nextBatch(final int at, final long segmentEnd) throws IOException {
        if (length - at < BatchFlyweight.HEADER_BYTES) {
            wantedBytes = BatchFlyweight.HEADER_BYTES;
            return false;
        }
        batch.wrap(bytes, at, length - at);
        if (!BatchHeaders.isPlausible(batch, -1, Integer.MAX_VALUE) || batch.lastOffset() >= segmentEnd) {
            throw new IOException("this is no batch that belongs here");
        }
        if (batch.sizeInBytes() > length - at) {
            wantedBytes = batch.sizeInBytes();
            return false;
        }
        if (!batch.hasGoodCrc(crc32c)) {
            throw new IOException("its CRC is wrong");
        }
        return true;
    }
}
