package io.millrace.net.socket;

import io.millrace.engine.port.Endpoint;

/** Begins to serve an endpoint that its core has just adopted. */
@FunctionalInterface
public interface EndpointAcceptor {
    /** @param listener number of the listener through which the client came */
    void onEndpoint(int listener, Endpoint endpoint);
}
