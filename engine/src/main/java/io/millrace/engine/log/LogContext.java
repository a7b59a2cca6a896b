package io.millrace.engine.log;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.port.BatchFilter;
import io.millrace.engine.port.Compressor;
import io.millrace.engine.port.Decompressor;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.Housekeeping;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.IntFunction;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** What all logs of one core share: its disk, its leases, and its bounds on memory and reserved space. */
public final class LogContext {
    private static final int SCRATCH_BYTES = 16 * 1024;
    private static final long UNPACKED_BYTES_MAX = 1L << 30;
    /** Records that get new numbers may become 2.4 times as long, in one array. */
    private static final int RECODED_BYTES_MAX = 256 << 20;

    /** While a batch is unpacked there are up to three times its bytes, and a few threads may do so at once. */
    private static final int HEAP_SHARE_UNPACKED = 16;

    private final Disk disk;
    private final LeaseTable leases;
    private final Housekeeping housekeeping;
    private final Decompressor decompressor;
    private final MutableDirectBuffer scratch = new UnsafeBuffer(ByteBuffer.allocateDirect(SCRATCH_BYTES));
    private final BatchFlyweight scratchBatch = new BatchFlyweight();
    private Residency residency = new Residency(256L << 20);
    private final IndexMemory indexMemory = new IndexMemory();
    private IndexCache indexCache = new IndexCache(16L << 20);
    private Reservations reservations = new Reservations(256L << 20);
    private Housekeeping recodingLane;
    private int recodingThreads = 1;
    private Compressor compressor = (codec, level, records, offset, length, bytesMax) -> {
        throw new IOException("nothing is packed here");
    };
    private Housekeeping compactionLane;
    private BatchFilter batchFilter;
    private IntFunction<ByteBuffer> compactionMemory = ByteBuffer::allocateDirect;
    private int unpackedBytesMax =
            (int) Math.min(UNPACKED_BYTES_MAX, Runtime.getRuntime().maxMemory() / HEAP_SHARE_UNPACKED);
    private long cleanedBytesMax = Segment.POSITION_MAX;
    private int nextSegmentId;

    public LogContext(
            final Disk disk,
            final LeaseTable leases,
            final Housekeeping housekeeping,
            final Decompressor decompressor) {
        this.disk = disk;
        this.leases = leases;
        this.housekeeping = housekeeping;
        this.decompressor = decompressor;
    }

    /** How many bytes, counted from the newest, are taken to be still in memory after they were written or fetched. */
    public LogContext residentBytesMax(final long bytes) {
        residency = new Residency(bytes);
        return this;
    }

    /** Memory for indexes of sealed segments. */
    public LogContext indexCacheBytesMax(final long bytes) {
        indexCache = new IndexCache(bytes);
        return this;
    }

    /** Space that may be reserved beyond the ends of all active segments together; 0 for none. */
    public LogContext preallocateBytesMax(final long bytes) {
        reservations = new Reservations(bytes);
        return this;
    }

    /** Where compactions look into batches, and who takes outdated records out; without one nothing is compacted. */
    public LogContext compactions(final Housekeeping lane, final BatchFilter filter) {
        compactionLane = lane;
        batchFilter = filter;
        return this;
    }

    /**
     * Where batches are looked into and packed on their way in, and who packs them.
     *
     * @param threads that do so at once at most
     */
    public LogContext recodings(final Housekeeping lane, final Compressor packer, final int threads) {
        recodingLane = lane;
        compressor = packer;
        recodingThreads = threads;
        return this;
    }

    public Housekeeping recodingLane() {
        return recodingLane == null ? housekeeping : recodingLane;
    }

    public Compressor compressor() {
        return compressor;
    }

    /** The most that a batch on its way in may unpack to: what all of them may take together is the same for any number. */
    public int recodingBytesMax() {
        return Math.min(unpackedBytesMax / recodingThreads, RECODED_BYTES_MAX);
    }

    /** Where compactions have memory from, zeros outside the heap; an OutOfMemoryError puts one off. */
    LogContext compactionMemory(final IntFunction<ByteBuffer> source) {
        compactionMemory = source;
        return this;
    }

    IntFunction<ByteBuffer> compactionMemory() {
        return compactionMemory;
    }

    /** The most memory that what is packed in one batch may take; what takes more is not looked into. */
    public LogContext unpackedBytesMax(final int bytes) {
        unpackedBytesMax = bytes;
        return this;
    }

    /** The most bytes of a segment that a compaction writes: what is beyond cannot be addressed. */
    LogContext cleanedBytesMax(final long bytes) {
        cleanedBytesMax = bytes;
        return this;
    }

    long cleanedBytesMax() {
        return cleanedBytesMax;
    }

    int unpackedBytesMax() {
        return unpackedBytesMax;
    }

    public Disk disk() {
        return disk;
    }

    public LeaseTable leases() {
        return leases;
    }

    public Housekeeping housekeeping() {
        return housekeeping;
    }

    public Decompressor decompressor() {
        return decompressor;
    }

    Housekeeping compactionLane() {
        return compactionLane;
    }

    BatchFilter batchFilter() {
        return batchFilter;
    }

    Residency residency() {
        return residency;
    }

    IndexMemory indexMemory() {
        return indexMemory;
    }

    IndexCache indexCache() {
        return indexCache;
    }

    Reservations reservations() {
        return reservations;
    }

    /** For looking at batch headers, within one call. */
    MutableDirectBuffer scratch() {
        return scratch;
    }

    BatchFlyweight scratchBatch() {
        return scratchBatch;
    }

    int nextSegmentId() {
        return nextSegmentId++;
    }
}
