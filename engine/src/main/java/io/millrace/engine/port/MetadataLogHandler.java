package io.millrace.engine.port;

import org.agrona.DirectBuffer;

/** Receives committed metadata; the buffer is lent for the call only. */
public interface MetadataLogHandler {
    /** A snapshot replaces all state; it comes only first, at start. */
    void onSnapshot(long index, DirectBuffer state, int offset, int length);

    void onEntry(long index, DirectBuffer entry, int offset, int length);
}
