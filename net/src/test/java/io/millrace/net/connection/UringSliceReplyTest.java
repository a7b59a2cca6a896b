package io.millrace.net.connection;

import io.millrace.net.socket.Transport;
import io.millrace.net.socket.uring.Urings;

/** Slices of files through io_uring. */
final class UringSliceReplyTest extends SliceReplyTest {
    @Override
    protected Transport transport() {
        return Urings.open();
    }
}
