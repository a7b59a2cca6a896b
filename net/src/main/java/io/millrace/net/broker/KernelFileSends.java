package io.millrace.net.broker;

import io.millrace.engine.os.Descriptors;
import io.millrace.net.socket.FileSends;
import java.nio.channels.SelectableChannel;

/** sendfile(2). */
public final class KernelFileSends implements FileSends {
    private KernelFileSends() {}

    public static FileSends orNone() {
        return Descriptors.canSendFile() ? new KernelFileSends() : FileSends.NONE;
    }

    @Override
    public int descriptorOf(final SelectableChannel channel) {
        return Descriptors.of(channel);
    }

    @Override
    public long send(final int socket, final int file, final long position, final long length) {
        return Descriptors.sendFile(socket, file, position, length);
    }
}
