package io.millrace.engine.port;

import org.agrona.DirectBuffer;

/** Receives one whole message; the buffer is lent for the call only. */
@FunctionalInterface
public interface PeerHandler {
    void onMessage(DirectBuffer message, int offset, int length);
}
