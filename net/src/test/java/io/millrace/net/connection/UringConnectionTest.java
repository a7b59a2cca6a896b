package io.millrace.net.connection;

import io.millrace.net.socket.Transport;
import io.millrace.net.socket.uring.Urings;

/** Order, bounds and endings of connections, over io_uring. */
final class UringConnectionTest extends ConnectionTest {
    @Override
    protected Transport transport() {
        return Urings.open();
    }
}
