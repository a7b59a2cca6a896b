package io.millrace.net.connection;

/** Told when nobody waits for an answer any more. */
@FunctionalInterface
public interface ExchangeListener {
    /** The connection is gone. The exchange must still be ended, and should be soon. */
    void onAbandoned(Exchange exchange);
}
