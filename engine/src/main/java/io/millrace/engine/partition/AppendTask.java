package io.millrace.engine.partition;

/** An append request: batches for partitions of this core, each acknowledged as its topic's durability says. */
public final class AppendTask extends PartTask {
    private long[] baseOffsets = {};
    private long[] appendTimesMs = {};
    private long[] logStartOffsets = {};
    private int[] badRecords = {};

    @Override
    void grow(final int partCountMax) {
        baseOffsets = new long[partCountMax];
        appendTimesMs = new long[partCountMax];
        logStartOffsets = new long[partCountMax];
        badRecords = new int[partCountMax];
    }

    /** What a part's answer will say if it succeeds. */
    void accepted(final int part, final long baseOffset, final long appendTimeMs, final long logStartOffset) {
        baseOffsets[part] = baseOffset;
        appendTimesMs[part] = appendTimeMs;
        logStartOffsets[part] = logStartOffset;
        badRecords[part] = -1;
    }

    /** @param judgedAtMs the time against which records were judged, or -1 if no record is to blame */
    void refused(final int part, final long logStartOffset, final int badRecord, final long judgedAtMs) {
        accepted(part, -1, judgedAtMs, logStartOffset);
        badRecords[part] = badRecord;
    }

    /** The batch must come again, with the guard in place of its offset. */
    void unverified(final int part, final long guard, final long logStartOffset) {
        accepted(part, guard, -1, logStartOffset);
    }

    /** Or the guard, if it is unverified. */
    public long baseOffset(final int part) {
        return baseOffsets[part];
    }

    /** −1 unless the topic stamps LogAppendTime, or a record was refused: then when it was judged. */
    public long appendTimeMs(final int part) {
        return appendTimesMs[part];
    }

    public long logStartOffset(final int part) {
        return logStartOffsets[part];
    }

    /** Index in the batch of the record that was refused, or −1. */
    public int badRecord(final int part) {
        return badRecords[part];
    }
}
