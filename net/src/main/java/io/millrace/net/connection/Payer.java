package io.millrace.net.connection;

/** Who pays for what a connection's client takes, as the protocol above knows it. */
public interface Payer {
    /** How long the client is to wait now for what it took, in nanoseconds; not above 0 if it may go on. */
    long waitNs(long nowNs);
}
