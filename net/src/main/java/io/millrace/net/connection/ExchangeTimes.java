package io.millrace.net.connection;

/** When an exchange came how far, on the core's clock, see {@link RequestMeter}. Owned by the connection's core. */
final class ExchangeTimes {
    long receivedNs;
    long beganNs;
    long parsedNs;
    long answeredNs;
    long handoverNs;
    long diskNs;
    int hops;

    void received(final long nowNs) {
        receivedNs = nowNs;
        beganNs = nowNs;
        parsedNs = nowNs;
        answeredNs = nowNs;
        handoverNs = 0;
        diskNs = 0;
        hops = 0;
    }
}
