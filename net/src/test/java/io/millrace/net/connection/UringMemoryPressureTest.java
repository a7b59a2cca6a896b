package io.millrace.net.connection;

import io.millrace.net.socket.Transport;
import io.millrace.net.socket.uring.Urings;

/** Memory that is short, and sockets on io_uring. */
final class UringMemoryPressureTest extends MemoryPressureTest {
    @Override
    protected Transport transport() {
        return Urings.open();
    }
}
