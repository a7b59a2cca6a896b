package io.millrace.engine.producer;

import static java.nio.ByteOrder.BIG_ENDIAN;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.RecordWalker;

/**
 * The end of a transaction, as the one record of a control batch says it. Owned by one thread.
 *
 * <pre>
 *   key:   version int16 | type int16 (0 abort, 1 commit)
 *   value: version int16 | coordinator epoch int32 | ...
 * </pre>
 */
public final class TransactionMarker {
    private static final int ABORT = 0;
    private static final int COMMIT = 1;

    private final RecordWalker walker = new RecordWalker();
    private boolean commit;
    private int coordinatorEpoch;

    /** Reads the marker; false if the batch is not a control batch, or holds something else. */
    public boolean wrap(final BatchFlyweight batch) {
        if (!batch.isControl() || batch.isCompressed()) {
            return false;
        }
        walker.wrap(batch);
        if (!walker.next() || walker.keyLength() < 4 || walker.valueLength() < 6) {
            return false;
        }
        final int type = walker.bytes().getShort(walker.keyPosition() + 2, BIG_ENDIAN);
        commit = type == COMMIT;
        coordinatorEpoch = walker.bytes().getInt(walker.valuePosition() + 2, BIG_ENDIAN);
        return commit || type == ABORT;
    }

    public boolean isCommit() {
        return commit;
    }

    public int coordinatorEpoch() {
        return coordinatorEpoch;
    }
}
