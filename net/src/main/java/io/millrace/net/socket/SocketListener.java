package io.millrace.net.socket;

import java.net.InetSocketAddress;

/** A listening socket of a {@link Transport}; hands what it accepts to an {@link AcceptHandler} on that one's thread. */
public interface SocketListener extends AutoCloseable {
    /** Where it really listens: a wanted port of 0 has become a free one. */
    InetSocketAddress address();

    default int port() {
        return address().getPort();
    }

    /** Accepts that failed, for want of file descriptors in all likelihood. */
    long failedAccepts();

    /** Accepts again after its handler did not let it; no effect otherwise. By the core's thread. */
    void goOn();

    @Override
    void close();
}
