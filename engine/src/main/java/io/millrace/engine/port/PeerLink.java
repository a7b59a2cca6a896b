package io.millrace.engine.port;

import org.agrona.DirectBuffer;

/**
 * One lane to a peer node's core and back, promising what an Aeron session promises and no more: messages arrive whole
 * and in order within a session, back-pressure is a return value, and a lost session drops its unacknowledged tail, in
 * both directions. The two ends notice a loss, and the next session, each at its own time. Owned by one thread, which
 * must call {@link #poll} every duty cycle.
 */
public interface PeerLink extends AutoCloseable {
    /** The peer cannot take more now: try again in a later duty cycle. */
    long BACK_PRESSURED = -1;
    /** No session at present; one may come (again). */
    long NOT_CONNECTED = -2;
    /** This end was closed. */
    long CLOSED = -3;

    /**
     * Sends one message of 1 to {@link #maxMessageBytes} bytes, which are copied. Positive: taken, though it is lost if
     * the session is; else one of the constants.
     */
    long offer(DirectBuffer message, int offset, int length);

    /**
     * Hands at most {@code limit} received messages to the handler, all of the session that {@link #session} told
     * before the call. A message of a lost session is never handed over after the next session has begun.
     */
    int poll(PeerHandler handler, int limit);

    boolean isConnected();

    /** Changes whenever a session was lost and a new one began: whatever was not acknowledged is gone. */
    long session();

    int maxMessageBytes();

    @Override
    void close();
}
