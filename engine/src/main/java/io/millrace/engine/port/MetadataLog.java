package io.millrace.engine.port;

import org.agrona.DirectBuffer;

/**
 * The totally ordered log of metadata entries; on one node a local, always synced file. Owned by core 0's thread. An
 * entry is the whole effect of one command, so that it is applied or not.
 */
public interface MetadataLog {
    /** Proposes an entry; it comes back in {@link #poll} once committed. Returns its index, or negative if full. */
    long propose(DirectBuffer entry, int offset, int length);

    /** Hands at most {@code limit} newly committed entries over, in order. */
    int poll(MetadataLogHandler handler, int limit);

    /** Index of the last committed entry, 0 before the first. */
    long committedIndex();

    /**
     * Whether the log has grown long enough for a snapshot of the state as of {@link #committedIndex}, and this is a
     * moment to take it.
     */
    default boolean wantsSnapshot() {
        return false;
    }

    /**
     * Replaces all entries up to {@code index} by the given state, so that the log stays short. The bytes are copied.
     * A snapshot that comes at another moment than when it is wanted may be ignored.
     */
    void snapshot(long index, DirectBuffer state, int offset, int length);

    /** Whether an entry was proposed that has not been handed over. */
    boolean hasPending();

    /** Whether {@link #poll} has something to do at once; a core must not park while this is so. */
    boolean isReady();

    /** Whether the log has failed for good (its disk did); every proposal from then on is refused. */
    boolean isFailed();
}
