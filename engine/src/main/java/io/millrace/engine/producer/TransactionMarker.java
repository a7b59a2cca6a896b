package io.millrace.engine.producer;

import static java.nio.ByteOrder.BIG_ENDIAN;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.RecordWalker;

/**
 * The end of a transaction, as the one record of a control batch says it. Read at recovery only.
 *
 * <pre>
 *   key:   version int16 | type int16 (0 abort, 1 commit)
 *   value: version int16 | coordinator epoch int32 | ...
 * </pre>
 */
record TransactionMarker(boolean commit, int coordinatorEpoch) {
    private static final int ABORT = 0;
    private static final int COMMIT = 1;

    /** The marker, or null if the control batch holds something else. */
    static TransactionMarker of(final BatchFlyweight batch) {
        final RecordWalker walker = new RecordWalker().wrap(batch);
        if (batch.isCompressed() || !walker.next() || walker.keyLength() < 4 || walker.valueLength() < 6) {
            return null;
        }
        final int type = walker.bytes().getShort(walker.keyPosition() + 2, BIG_ENDIAN);
        if (type != ABORT && type != COMMIT) {
            return null;
        }
        return new TransactionMarker(type == COMMIT, walker.bytes().getInt(walker.valuePosition() + 2, BIG_ENDIAN));
    }
}
