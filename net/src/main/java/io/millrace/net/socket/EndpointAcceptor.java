package io.millrace.net.socket;

import io.millrace.engine.port.Endpoint;

/** Begins to serve an endpoint that its core has just adopted. */
@FunctionalInterface
public interface EndpointAcceptor {
    /** @param listener number of the listener through which the client came */
    void onEndpoint(int listener, Endpoint endpoint);

    /**
     * The client was another core's so far.
     *
     * @param luggage what that core sent along
     */
    default void onMoved(final Object luggage, final Endpoint endpoint) {
        throw new UnsupportedOperationException("clients stay on their core here");
    }

    /** The client went away while it was on its way to this core. */
    default void onLost(final Object luggage) {
        throw new UnsupportedOperationException("clients stay on their core here");
    }
}
