package io.millrace.net.socket;

import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.Endpoint;
import io.millrace.engine.port.EndpointHandler;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** A TCP connection of one {@link NioTransport}. Resets and broken pipes read as {@link #CLOSED}. */
final class NioEndpoint implements Endpoint, Selected {
    private final NioTransport transport;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final int descriptor;
    private final String remoteAddress;
    private EndpointHandler handler;
    private int interestOps;
    private boolean closed;

    NioEndpoint(final NioTransport transport, final SocketChannel channel) throws IOException {
        this.transport = transport;
        this.channel = channel;
        remoteAddress = PeerAddress.of(channel);
        descriptor = transport.descriptorOf(channel);
        key = channel.register(transport.selector(), 0, this);
    }

    @Override
    public int receive(final MutableDirectBuffer target, final int offset, final int length) {
        if (closed) {
            return CLOSED;
        }
        if (length == 0) {
            return 0;
        }
        final MemoryView view = transport.view();
        try {
            final int received = channel.read(view.toReceive(target, offset, length));
            if (received > 0) {
                view.copyBack(target, offset, received);
            }
            return received < 0 ? CLOSED : received;
        } catch (final IOException gone) {
            return CLOSED;
        }
    }

    @Override
    public int send(final DirectBuffer source, final int offset, final int length) {
        if (closed) {
            return CLOSED;
        }
        try {
            return channel.write(transport.view().toSend(source, offset, length));
        } catch (final IOException gone) {
            return CLOSED;
        }
    }

    @Override
    public long send(final DiskFile file, final long position, final long length) {
        if (closed) {
            return CLOSED;
        }
        if (descriptor >= 0 && file.descriptor() >= 0) {
            final long sent = transport.sendFile(descriptor, file.descriptor(), position, length);
            if (sent > 0) {
                return sent;
            }
        }
        try {
            return file.transferTo(position, length, channel);
        } catch (final IOException gone) {
            return CLOSED;
        }
    }

    @Override
    public void handler(final EndpointHandler newHandler) {
        handler = newHandler;
    }

    @Override
    public void interest(final boolean readable, final boolean writable) {
        final int ops = (readable ? SelectionKey.OP_READ : 0) | (writable ? SelectionKey.OP_WRITE : 0);
        if (ops != interestOps && !closed) {
            interestOps = ops;
            key.interestOps(ops);
        }
    }

    @Override
    public int onReady(final int readyOps) {
        int calls = 0;
        if ((readyOps & SelectionKey.OP_WRITE) != 0 && (interestOps & SelectionKey.OP_WRITE) != 0) {
            handler.onWritable();
            calls++;
        }
        if ((readyOps & SelectionKey.OP_READ) != 0 && (interestOps & SelectionKey.OP_READ) != 0) {
            handler.onReadable();
            calls++;
        }
        return calls;
    }

    /** Ends this endpoint and leaves its socket open. */
    SocketChannel release() {
        closed = true;
        interestOps = 0;
        key.cancel();
        transport.onClosed();
        return channel;
    }

    @Override
    public String remoteAddress() {
        return remoteAddress;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            interestOps = 0;
            transport.onClosed();
            NioTransport.closeQuietly(channel);
        }
    }

    @Override
    public boolean isClosed() {
        return closed;
    }
}
