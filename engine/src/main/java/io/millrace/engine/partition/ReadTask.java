package io.millrace.engine.partition;

import io.millrace.engine.log.LogSlice;

/** A read request: slices of partitions of this core, each told with its positions of one moment. */
public final class ReadTask extends PartTask {
    private LogSlice[] slices = {};
    private long[] fetchOffsets = {};
    private int[] bytesMax = {};
    private long[] highWatermarks = {};
    private long[] logStartOffsets = {};
    private long[] lastStableOffsets = {};
    private boolean committed;
    private int[] divergingEpochs = {};
    private long[] divergingEndOffsets = {};

    void begin(final int from, final long correlation, final int partCount, final boolean committedOnly) {
        begin(from, correlation, partCount);
        committed = committedOnly;
    }

    @Override
    void grow(final int partCountMax) {
        slices = new LogSlice[partCountMax];
        fetchOffsets = new long[partCountMax];
        bytesMax = new int[partCountMax];
        highWatermarks = new long[partCountMax];
        logStartOffsets = new long[partCountMax];
        lastStableOffsets = new long[partCountMax];
        divergingEpochs = new int[partCountMax];
        divergingEndOffsets = new long[partCountMax];
    }

    void wanted(final int part, final long fetchOffset, final int bytes) {
        fetchOffsets[part] = fetchOffset;
        bytesMax[part] = bytes;
        slices[part] = null;
        positions(part, -1, -1, -1);
        diverging(part, -1, -1);
    }

    void slice(final int part, final LogSlice slice) {
        slices[part] = slice;
    }

    void positions(final int part, final long highWatermark, final long lastStableOffset, final long logStartOffset) {
        highWatermarks[part] = highWatermark;
        lastStableOffsets[part] = lastStableOffset;
        logStartOffsets[part] = logStartOffset;
    }

    void diverging(final int part, final int epoch, final long endOffset) {
        divergingEpochs[part] = epoch;
        divergingEndOffsets[part] = endOffset;
    }

    /** Whether it stops at last stable offsets. */
    boolean isCommitted() {
        return committed;
    }

    long fetchOffset(final int part) {
        return fetchOffsets[part];
    }

    int bytesMax(final int part) {
        return bytesMax[part];
    }

    /** The lease, or null if there are no bytes. */
    public LogSlice slice(final int part) {
        return slices[part];
    }

    public long highWatermark(final int part) {
        return highWatermarks[part];
    }

    public long lastStableOffset(final int part) {
        return lastStableOffsets[part];
    }

    public long logStartOffset(final int part) {
        return logStartOffsets[part];
    }

    /** The largest epoch both histories may share, or −1 if the client's did not diverge. */
    public int divergingEpoch(final int part) {
        return divergingEpochs[part];
    }

    public long divergingEndOffset(final int part) {
        return divergingEndOffsets[part];
    }
}
