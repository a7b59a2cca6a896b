package io.millrace.engine.journal;

import io.millrace.engine.log.Log;
import io.millrace.engine.log.LogJournal;
import io.millrace.engine.log.PartitionDirectory;
import java.util.Arrays;
import org.agrona.DirectBuffer;

/** One log's share in its core's journal: what of it waits for the next block, and what lies in which file. */
public final class JournaledLog implements LogJournal {
    private static final long NONE = -1;

    private final Journal journal;
    private final Log log;
    private final long topicIdHigh;
    private final long topicIdLow;
    private final int partition;
    /** What the block that is being filled has of the log, without a gap. */
    private long stagedFrom = NONE;

    private long stagedTo;
    /** Where the first of it lies in that block. */
    private int stagedAt;
    /** What was appended since the last round began. */
    private long roundBytes;
    /** The last round brought so much that syncing the segment is cheaper than writing it twice. */
    private boolean isHeavy;
    /** Where the last record in each of the journal's files ends. */
    private final long[] endInFile;

    JournaledLog(final Journal journal, final Log log, final int files) {
        this.journal = journal;
        this.log = log;
        topicIdHigh = log.metadata().topicIdHigh();
        topicIdLow = log.metadata().topicIdLow();
        partition = PartitionDirectory.parse(log.directory()).partition();
        endInFile = new long[files];
        Arrays.fill(endInFile, NONE);
    }

    @Override
    public void onWritten(final DirectBuffer batch, final int length, final long baseOffset, final long nextOffset) {
        roundBytes += length;
        if (isHeavy || roundBytes > journal.memberBytesMax() || (stagedFrom != NONE && stagedTo != baseOffset)) {
            return; // it, or something before it, is not staged: this round syncs the segments
        }
        final int at = journal.stagingPosition();
        if (journal.stage(this, batch, length, baseOffset, nextOffset)) {
            if (stagedFrom == NONE) {
                stagedFrom = baseOffset;
                stagedAt = at;
                journal.addMember(this);
            }
            stagedTo = nextOffset;
        }
    }

    /**
     * Whether the block that was filled makes everything appended so far stable. Then its first record is told what is
     * stable by now, which may be more than when it was staged: so the block proves by itself that it is.
     */
    public boolean isCovered() {
        final boolean covered =
                stagedFrom != NONE && stagedFrom <= log.stableOffset() && stagedTo == log.appendedOffset();
        if (covered) {
            journal.proves(stagedAt, log.stableOffset());
        }
        return covered;
    }

    /** A round takes what was appended so far; what comes now is the next one's. */
    public void roundBegins() {
        isHeavy = roundBytes > journal.memberBytesMax();
        roundBytes = 0;
    }

    /** The block is about to be written to a file. True if it is the first of this log there. */
    boolean enterFile(final int number) {
        final boolean first = endInFile[number] == NONE;
        endInFile[number] = stagedTo;
        stagedFrom = NONE;
        return first;
    }

    /** The block that was filled is not written. */
    void leaveBlock() {
        stagedFrom = NONE;
    }

    void leaveFile(final int number) {
        endInFile[number] = NONE;
    }

    /** Whether the file's records are not needed any more: the segments are synced beyond them, or the log is gone. */
    boolean isFreeOf(final int number) {
        return log.syncedOffset() >= endInFile[number] || log.isClosed();
    }

    Log log() {
        return log;
    }

    long topicIdHigh() {
        return topicIdHigh;
    }

    long topicIdLow() {
        return topicIdLow;
    }

    int partition() {
        return partition;
    }
}
