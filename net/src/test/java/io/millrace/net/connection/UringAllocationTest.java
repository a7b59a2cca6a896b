package io.millrace.net.connection;

import io.millrace.net.socket.Transport;
import io.millrace.net.socket.uring.Urings;

/** What a warm core thread allocates on io_uring. */
final class UringAllocationTest extends AllocationTest {
    @Override
    protected Transport transport() {
        return Urings.open();
    }
}
