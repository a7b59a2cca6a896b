package io.millrace.engine.batch;

import static io.millrace.engine.batch.BatchFlyweight.NO_TIMESTAMP;

import io.millrace.engine.status.Outcome;
import org.agrona.collections.IntArrayList;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Judges the records of one batch, as they lie in it or unpacked: their frames, their number, keys and timestamps. In
 * Apache Kafka's order: a malformed record hides what is wrong with those before it. Allocates nothing, throws nothing.
 * Owned by one thread.
 */
public final class RecordJudge {
    /** How many refused records of one batch are named at most. */
    public static final int BAD_RECORDS_MAX = 1_000;

    private final RecordWalker walker = new RecordWalker();
    private final IntArrayList badRecords = new IntArrayList(BAD_RECORDS_MAX, IntArrayList.DEFAULT_NULL_VALUE);
    private boolean badTimestamp;
    private boolean misnumbered;
    private long maxTimestamp;

    void clear() {
        badRecords.clear();
        badTimestamp = false;
        misnumbered = false;
        maxTimestamp = NO_TIMESTAMP;
    }

    /** Of a batch that is not compressed; one in which records carry other numbers than their own is refused. */
    public Outcome judge(final BatchFlyweight batch, final BatchRules rules, final long nowMs) {
        clear();
        walker.wrap(batch);
        return judge(batch, rules, nowMs, true);
    }

    /** Of one that was: its records lie in {@code [from, to)}; what carries a wrong number can be given its own. */
    public Outcome judge(
            final BatchFlyweight batch,
            final UnsafeBuffer unpacked,
            final int from,
            final int to,
            final BatchRules rules,
            final long nowMs) {
        clear();
        walker.wrap(unpacked, from, to, batch.recordCount());
        return judge(batch, rules, nowMs, false);
    }

    private Outcome judge(
            final BatchFlyweight batch, final BatchRules rules, final long nowMs, final boolean numbersCount) {
        final int recordBytesMax = rules.coding().recordBytesMax();
        final boolean stampedByProducer = batch.timestampType() == TimestampType.LOG_APPEND_TIME;
        final long baseTimestamp = batch.baseTimestamp();
        while (walker.next()) {
            if (walker.offsetDelta() != walker.index()) {
                misnumbered = true;
                if (numbersCount) {
                    badRecords.clear();
                    refuse(walker.index());
                    return Outcome.INVALID_RECORD;
                }
            }
            if (!numbersCount && walker.bodyBytes() > recordBytesMax) {
                badRecords.clear();
                return Outcome.INVALID_RECORD;
            }
            final long timestamp = baseTimestamp + walker.timestampDelta();
            maxTimestamp = Math.max(maxTimestamp, timestamp);
            if (rules.keysRequired() && !walker.hasKey()) {
                refuse(walker.index());
            } else if (isBadTimestamp(batch, stampedByProducer ? batch.maxTimestamp() : timestamp, rules, nowMs)) {
                badTimestamp = true;
                refuse(walker.index());
            }
        }
        if (!walker.isComplete()) {
            badRecords.clear();
            return Outcome.INVALID_RECORD;
        }
        return verdict();
    }

    /** By the header alone, of a batch whose records are not looked at. */
    Outcome judgeHeader(final BatchFlyweight batch, final BatchRules rules, final long nowMs) {
        clear();
        maxTimestamp = batch.maxTimestamp();
        if (isBadTimestamp(batch, batch.baseTimestamp(), rules, nowMs)) {
            badTimestamp = true;
            refuse(0);
        } else if (isBadTimestamp(batch, maxTimestamp, rules, nowMs)) {
            badTimestamp = true;
        }
        return verdict();
    }

    private Outcome verdict() {
        if (badTimestamp) {
            return Outcome.INVALID_TIMESTAMP;
        }
        return badRecords.isEmpty() ? Outcome.OK : Outcome.INVALID_RECORD;
    }

    private void refuse(final int index) {
        if (badRecords.size() < BAD_RECORDS_MAX) {
            badRecords.addInt(index);
        }
    }

    private static boolean isBadTimestamp(
            final BatchFlyweight batch, final long timestamp, final BatchRules rules, final long nowMs) {
        if (rules.timestampType() == TimestampType.CREATE_TIME && timestamp != NO_TIMESTAMP) {
            final long ageMs = nowMs - timestamp;
            return ageMs > rules.timestampBeforeMaxMs() || -ageMs > rules.timestampAfterMaxMs();
        }
        return batch.timestampType() == TimestampType.LOG_APPEND_TIME;
    }

    /** Index in the batch of the first record that was refused, or -1 if no single record is to blame. */
    public int badRecord() {
        return badRecords.isEmpty() ? -1 : badRecords.getInt(0);
    }

    /** Indexes of the refused records, ascending, at most {@link #BAD_RECORDS_MAX}; not to be kept. */
    public IntArrayList badRecords() {
        return badRecords;
    }

    /** Whether a record says that it is another one of the batch. */
    public boolean isMisnumbered() {
        return misnumbered;
    }

    /** The largest of the records, or what the header says where they were not looked at. */
    public long maxTimestamp() {
        return maxTimestamp;
    }
}
