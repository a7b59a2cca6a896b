package io.millrace.net.socket.uring;

import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.Endpoint;
import io.millrace.engine.port.EndpointHandler;
import io.millrace.net.socket.PeerAddress;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A TCP connection of one {@link UringTransport}. Its number stays taken until the ring has ended everything that was
 * in flight for it, so that what comes late is not taken for somebody else's.
 */
final class UringEndpoint implements Endpoint {
    private final UringTransport transport;
    private final SocketChannel channel;
    private final int descriptor;
    private final int number;
    private final String remoteAddress;
    private final Input input;
    private final Output output;
    private EndpointHandler handler;
    private boolean wantsToRead;
    private boolean wantsToWrite;
    private boolean closed;

    /** Whether the transport has it among those that are ready. */
    boolean listed;

    UringEndpoint(final UringTransport transport, final SocketChannel channel, final int descriptor, final int number) {
        this.transport = transport;
        this.channel = channel;
        this.descriptor = descriptor;
        this.number = number;
        remoteAddress = PeerAddress.of(channel);
        input = new Input(transport, this);
        output = new Output(transport, this);
    }

    int descriptor() {
        return descriptor;
    }

    int number() {
        return number;
    }

    SocketChannel channel() {
        return channel;
    }

    Output output() {
        return output;
    }

    boolean wantsToRead() {
        return wantsToRead;
    }

    boolean isInFlight() {
        return input.isInFlight() || output.isInFlight();
    }

    boolean isReady() {
        return (wantsToRead && input.isReady()) || (wantsToWrite && output.isReady());
    }

    void onBroken() {
        output.onBroken();
    }

    /** Something that the ring holds for this endpoint has come or ended. */
    void onCompletion(final int kind, final int result, final int flags) {
        switch (kind) {
            case UringTransport.INPUT -> input.onCompletion(result, flags);
            case UringTransport.OUTPUT -> output.onCompletion(result);
            case UringTransport.ROOM -> output.onRoom();
            default -> throw new IllegalStateException("completion of an unknown kind: " + kind);
        }
    }

    /** Calls the handler for what it is interested in; returns how often. */
    int serve() {
        int calls = 0;
        if (wantsToWrite && output.isReady()) {
            handler.onWritable();
            calls++;
        }
        if (wantsToRead && input.isReady()) {
            handler.onReadable();
            calls++;
        }
        watch();
        return calls;
    }

    private void watch() {
        if (wantsToRead) {
            input.watch();
        }
        if (wantsToWrite) {
            output.watch();
        }
    }

    @Override
    public int receive(final MutableDirectBuffer target, final int offset, final int length) {
        if (closed) {
            return CLOSED;
        }
        return length == 0 ? 0 : input.receive(target, offset, length);
    }

    @Override
    public int send(final DirectBuffer source, final int offset, final int length) {
        return closed ? CLOSED : output.send(source, offset, length);
    }

    @Override
    public long send(final DiskFile file, final long position, final long length) {
        return closed ? CLOSED : output.send(file, position, length);
    }

    @Override
    public void handler(final EndpointHandler newHandler) {
        handler = newHandler;
    }

    @Override
    public void interest(final boolean readable, final boolean writable) {
        if (!closed) {
            wantsToRead = readable;
            wantsToWrite = writable;
            watch();
            transport.listIfReady(this);
        }
    }

    @Override
    public String remoteAddress() {
        return remoteAddress;
    }

    @Override
    public void close() {
        if (!closed) {
            output.close();
            input.close();
            closed = true;
            wantsToRead = false;
            wantsToWrite = false;
            try {
                // The ring may hold the socket a little longer; the peer learns of the end when it lets go.
                channel.close();
            } catch (final IOException ignored) {
                // The peer has gone before us.
            }
            transport.onClosed(this);
        }
    }

    @Override
    public boolean isClosed() {
        return closed;
    }
}
