package io.millrace.net.broker;

import io.millrace.net.socket.uring.Urings;
import org.junit.jupiter.api.BeforeEach;

/** Throttled clients whose sockets are on io_uring. */
final class UringThrottledSocketsTest extends ThrottledSocketsTest {
    @BeforeEach
    void assumeIoUring() {
        Urings.open().close();
    }

    @Override
    protected String transport() {
        return "io_uring";
    }
}
