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
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Some bytes of a segment, and what a housekeeping thread makes of the whole batches among them. The core fills it and
 * hands it over, and looks at it again only when it has come back.
 */
final class CompactionChunk {
    private static final int UNPACKED_BYTES_MAX = 1 << 30;

    private final BatchFlyweight batch = new BatchFlyweight();
    private final Crc32c crc32c = new Crc32c();
    private final RecordWalker walker = new RecordWalker();
    private final UnsafeBuffer unpackedView = new UnsafeBuffer(0, 0);
    private byte[] key = new byte[256];
    private UnsafeBuffer bytes;
    int length;

    /** Set by the work: bytes of whole batches, what remains of them, whether the map is full, what is wrong. */
    int consumed;

    DirectBuffer remaining;
    boolean mapFull;
    String fault;
    /** If nothing was consumed, how long the first batch is. */
    int wantedBytes;

    CompactionChunk(final int capacity) {
        bytes = new UnsafeBuffer(ByteBuffer.allocateDirect(capacity));
    }

    UnsafeBuffer bytes() {
        return bytes;
    }

    /** For one batch that is larger. */
    void grow(final int capacity) {
        free();
        bytes = new UnsafeBuffer(ByteBuffer.allocateDirect(capacity));
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
    }

    /** Notes the keys' last offsets, from {@code fromOffset} on. */
    void index(
            final OffsetMap map,
            final CleanedTransactions transactions,
            final Decompressor decompressor,
            final long fromOffset,
            final long segmentEnd) {
        begin();
        try {
            while (!mapFull && nextBatch(consumed, segmentEnd)) {
                final boolean counts = !transactions.isDiscardable(batch);
                if (!batch.isControl() && counts && batch.lastOffset() >= fromOffset) {
                    mapFull = !noteKeys(map, decompressor, fromOffset);
                }
                if (!mapFull && batch.lastOffset() >= fromOffset) {
                    map.latestOffset(batch.lastOffset());
                }
                consumed += batch.sizeInBytes();
            }
        } catch (final IOException | RuntimeException unsound) {
            fault = batch + ": " + unsound.getMessage();
        }
    }

    private boolean noteKeys(final OffsetMap map, final Decompressor decompressor, final long fromOffset)
            throws IOException {
        if (batch.isCompressed()) {
            final DirectBuffer unpacked = decompressor.decompress(
                    batch.attributes() & BatchFlyweight.CODEC_MASK,
                    batch.bytes(),
                    BatchFlyweight.HEADER_BYTES,
                    batch.sizeInBytes() - BatchFlyweight.HEADER_BYTES,
                    UNPACKED_BYTES_MAX);
            unpackedView.wrap(unpacked);
            walker.wrap(unpackedView, 0, unpackedView.capacity(), batch.recordCount());
        } else {
            walker.wrap(batch);
        }
        int records = 0;
        while (walker.next()) {
            records++;
            final long offset = batch.baseOffset() + walker.offsetDelta();
            if (walker.keyLength() >= 0 && offset >= fromOffset) {
                if (key.length < walker.keyLength()) {
                    key = new byte[2 * walker.keyLength()];
                }
                walker.bytes().getBytes(walker.keyPosition(), key, 0, walker.keyLength());
                if (!map.put(ByteBuffer.wrap(key, 0, walker.keyLength()), offset)) {
                    return false;
                }
            }
        }
        if (records != batch.recordCount()) {
            throw new IOException("record " + records + " cannot be read");
        }
        return true;
    }

    /** Takes out what the rules do not keep. */
    void filter(
            final BatchFilter filter,
            final CompactionRules rules,
            final long nowMs,
            final long deleteRetentionMs,
            final long segmentEnd) {
        begin();
        try {
            int end = 0;
            while (nextBatch(end, segmentEnd)) {
                end += batch.sizeInBytes();
            }
            remaining = filter.filter(bytes, end, nowMs, deleteRetentionMs, rules);
            consumed = end;
        } catch (final IOException | RuntimeException unsound) {
            fault = batch + ": " + unsound.getMessage();
        }
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
