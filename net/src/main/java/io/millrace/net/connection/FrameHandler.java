package io.millrace.net.connection;

import org.agrona.DirectBuffer;

/** What a connection's frames mean. Called on the owning core's thread. */
public interface FrameHandler {
    /** Whether the frame may be started before the frames ahead of it are answered, if those may overlap too. */
    boolean mayOverlap(DirectBuffer frame, int offset, int length);

    /**
     * Starts the request. It ends, now or in a later duty cycle, by exactly one of {@link Exchange#finish}, {@link
     * Exchange#finishWithoutReply} and {@link Exchange#fail}.
     */
    void onFrame(Exchange exchange);
}
