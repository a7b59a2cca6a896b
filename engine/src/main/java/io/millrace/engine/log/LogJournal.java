package io.millrace.engine.log;

import org.agrona.DirectBuffer;

/**
 * Takes a copy of each batch that has reached its segment's page cache, in order, so that it may become stable before
 * the segment is synced. A write that failed and was undone never comes here.
 */
@FunctionalInterface
public interface LogJournal {
    /** The bytes may be looked at within this call alone. */
    void onWritten(DirectBuffer batch, int length, long baseOffset, long nextOffset);
}
