package io.millrace.engine.port;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * One non-blocking byte stream to a client. Every call may move fewer bytes than asked, down to one. Owned by one
 * core's thread. A peer that went away is a return value, never an exception.
 */
public interface Endpoint {
    /** The stream is over: closed by the peer, reset, or by {@link #close}. */
    int CLOSED = -1;

    /** Bytes received, 0 if there are none now, or {@link #CLOSED}. */
    int receive(MutableDirectBuffer target, int offset, int length);

    /** Bytes taken, 0 if the stream is full now, or {@link #CLOSED}. They leave with the next poll at the latest. */
    int send(DirectBuffer source, int offset, int length);

    /** Sends resident bytes of a file; bytes taken, 0 if the stream is full now, or {@link #CLOSED}. */
    long send(DiskFile file, long position, long length);

    /** Whom to tell about readiness; set once, right after the endpoint was handed over. */
    void handler(EndpointHandler handler);

    /** What to be told of. Both start as false. */
    void interest(boolean readable, boolean writable);

    /** The peer's address for people, for example {@code 127.0.0.1:50123}. */
    String remoteAddress();

    /** Closes at once; what was taken is sent as far as there is room. Idempotent; no call back to the handler follows. */
    void close();

    boolean isClosed();
}
