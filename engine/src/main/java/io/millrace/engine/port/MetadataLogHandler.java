package io.millrace.engine.port;

import org.agrona.DirectBuffer;

/** Receives committed metadata; the buffer is lent for the call only. */
public interface MetadataLogHandler {
    /** A snapshot replaces all state; it comes only first, at start. */
    void onSnapshot(long index, DirectBuffer state, int offset, int length);

    void onEntry(long index, DirectBuffer entry, int offset, int length);

    /**
     * All entries proposed from this index on are dropped: the disk is full, or the log has failed. Comes after every
     * earlier entry was handed over. If the log failed, a dropped entry may still come to light after a restart.
     */
    default void onRefused(final long fromIndex) {}

    /** At start, after all entries: the log ends in what looks like an unfinished write. Throws if that cannot be cut. */
    default void onUnfinishedEnd() {}
}
