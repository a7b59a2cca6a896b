package io.millrace.engine.log;

import io.millrace.engine.batch.AbortedSink;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;

/**
 * The producers' state as a log sees it: it follows the log's batches, is undone with them, and is written beside the
 * segments. Owned by the partition's core.
 */
public interface LogProducers {
    /** Who is told of transactions that were aborted, by an append or a replay, from now on. */
    void abortedTo(AbortedSink sink);

    /** Others, who know of nothing yet: for those who read an older part of the log again. */
    LogProducers another();

    /** Forgets everything. */
    void clear();

    /** A batch that recovery found in the log. */
    void replay(DirectBuffer batch, int offset, int length);

    /** Undoes the effect of every batch whose base offset is at or beyond {@code offset}. */
    void rollBackTo(long offset);

    /** Batches below the offset will never be rolled back. */
    void settle(long offset);

    /** The state in the format of Kafka's producer snapshots, in memory of its own. */
    DirectBuffer encodeSnapshot();

    /** As {@link #encodeSnapshot}, of the state of now, but encoded when asked for: once, perhaps by another thread. */
    default Supplier<DirectBuffer> freezeSnapshot() {
        final DirectBuffer encoded = encodeSnapshot();
        return () -> encoded;
    }

    /** Where producers stand now, made ready when asked for: once, perhaps by another thread. */
    default Supplier<LastRecords> freezeLastRecords() {
        return () -> LastRecords.NONE;
    }

    /** Replaces the state by a snapshot's; false if the bytes are not a sound snapshot (the state is then empty). */
    boolean loadSnapshot(DirectBuffer bytes, int offset, int length, long nowMs);
}
