package io.millrace.engine.partition;

import io.millrace.engine.batch.BatchRules;
import io.millrace.engine.status.Outcome;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.agrona.BufferUtil;

/**
 * What one partition has looked into or packed beside its core: one batch at a time, the one that all others of the
 * partition wait behind; and the memory of those that are being written. Made with the first of them. Owned by the
 * core's thread, but for the work itself.
 *
 * <pre>
 *   IDLE → WAITING → RUNNING → DONE → IDLE       DONE until the log has taken it, or it was refused
 *                       └→ given up → IDLE       memory that is being looked at goes back when the work has ended
 * </pre>
 */
final class Recoding {
    private enum State {
        IDLE,
        WAITING,
        RUNNING,
        DONE
    }

    private record Written(long endOffset, ByteBuffer memory) {}

    private final Recodings recodings;
    private final PartitionAppend appends;
    private final ArrayDeque<Written> written = new ArrayDeque<>();
    private State state = State.IDLE;
    private long address;
    private int length;
    private BatchRules rules;
    private long judgedAtMs;

    private BatchRecoder recoder;
    private Outcome outcome;
    private int badRecord;
    private ByteBuffer recoded;

    /** Whom the batch belonged to that was given up while the work ran, or null. */
    private AppendTask abandoned;

    private int abandonedPart;
    private Outcome abandonedAs;
    private Runnable whenIdle;

    Recoding(final Recodings recodings, final PartitionAppend appends) {
        this.recodings = recodings;
        this.appends = appends;
    }

    /** Begins with a sound batch that lies as it was sent in lent memory. */
    void begin(final long newAddress, final int newLength, final BatchRules newRules, final long nowMs) {
        address = newAddress;
        length = newLength;
        rules = newRules;
        judgedAtMs = nowMs;
        state = State.WAITING;
        recodings.add(this);
    }

    /** About to be submitted. */
    void onStarted(final BatchRecoder with) {
        recoder = with;
        state = State.RUNNING;
    }

    /** There was no room for it: again later. */
    void onNotStarted() {
        recoder = null;
        state = State.WAITING;
    }

    /** On a housekeeping thread. */
    void run() {
        outcome = recoder.recode(address, length, rules, judgedAtMs);
    }

    /** On the core again; returns what did the work. */
    BatchRecoder ended() {
        final BatchRecoder used = recoder;
        recoder = null;
        badRecord = used.badRecord();
        recoded = used.recoded();
        if (recoded != null) {
            recodings.held(recoded.capacity());
        }
        if (abandoned == null) {
            state = State.DONE;
        } else {
            final AppendTask task = abandoned;
            abandoned = null;
            clear();
            appends.endAbandoned(task, abandonedPart, abandonedAs);
        }
        return used;
    }

    /** Whether a batch of the partition is under way. */
    boolean isBusy() {
        return state != State.IDLE;
    }

    boolean isDone() {
        return state == State.DONE;
    }

    /** Whether lent memory is being looked at, so that its owner must not have it back. */
    boolean isRunning() {
        return state == State.RUNNING;
    }

    /** The batch that is being looked at belongs to nobody any more; whoever lent it is told once the work has ended. */
    void abandon(final AppendTask task, final int part, final Outcome as) {
        abandoned = task;
        abandonedPart = part;
        abandonedAs = as;
    }

    boolean isAbandoned() {
        return abandoned != null;
    }

    /** Forgets the batch, which is not running. */
    void drop() {
        if (state == State.WAITING) {
            recodings.remove(this);
        }
        clear();
    }

    /** The log has taken what was made of the batch, if it was anything new, and writes it from there. */
    void onWritten(final long endOffset) {
        if (recoded != null) {
            written.add(new Written(endOffset, recoded));
            recoded = null;
        }
    }

    /** Nothing below the offset is written from memory any more. */
    void onCommitted(final long offset) {
        while (!written.isEmpty() && written.peekFirst().endOffset() <= offset) {
            free(written.pollFirst().memory());
        }
    }

    /** Nothing above the offset is, since it was undone. */
    void onUndone(final long fromOffset) {
        while (!written.isEmpty() && written.peekLast().endOffset() > fromOffset) {
            free(written.pollLast().memory());
        }
    }

    /** Has it told once no lent memory is looked at any more, at once if none is. */
    void whenIdle(final Runnable told) {
        if (isRunning()) {
            whenIdle = told;
        } else {
            told.run();
        }
    }

    private void clear() {
        state = State.IDLE;
        rules = null;
        if (recoded != null) {
            free(recoded);
            recoded = null;
        }
        final Runnable told = whenIdle;
        whenIdle = null;
        if (told != null) {
            told.run();
        }
    }

    private void free(final ByteBuffer memory) {
        recodings.held(-memory.capacity());
        BufferUtil.free(memory);
    }

    /** What came of it. */
    Outcome outcome() {
        return outcome;
    }

    int badRecord() {
        return badRecord;
    }

    long judgedAtMs() {
        return judgedAtMs;
    }

    /** What is still asked of the batch. */
    BatchRules rules() {
        return rules.forJudged();
    }

    /** Null if it is to be stored as it was sent. */
    ByteBuffer recoded() {
        return recoded;
    }

    void onEnded() {
        appends.resume();
    }
}
