package io.millrace.net.connection;

import io.millrace.net.socket.FileSends;
import io.millrace.net.socket.NioTransport;
import io.millrace.net.socket.SocketSettings;
import io.millrace.net.socket.Transport;
import io.millrace.net.socket.Wakers;

/** Slices of files where the system cannot send them by number. */
final class ChannelSliceReplyTest extends SliceReplyTest {
    @Override
    protected Transport transport() {
        return new NioTransport(SocketSettings.DEFAULTS, Wakers.open(), FileSends.NONE);
    }
}
