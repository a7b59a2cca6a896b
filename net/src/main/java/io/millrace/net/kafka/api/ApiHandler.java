package io.millrace.net.kafka.api;

import io.millrace.net.connection.Exchange;

/** Answers the requests of one API on one core. */
@FunctionalInterface
public interface ApiHandler {
    /**
     * Starts the request; it is ended through the exchange, now or later. The header stays valid as long as the
     * exchange. An {@link IndexOutOfBoundsException} means that the bytes do not parse, and closes the connection.
     */
    void handle(Exchange exchange, RequestHeader header);
}
