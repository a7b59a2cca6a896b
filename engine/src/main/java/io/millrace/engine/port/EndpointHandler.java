package io.millrace.engine.port;

/** Told of an {@link Endpoint}'s readiness from within {@link Poller#poll}, on the owning core's thread. */
public interface EndpointHandler {
    void onReadable();

    void onWritable();
}
