package io.millrace.net.simulation;

import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.Endpoint;
import io.millrace.engine.port.EndpointHandler;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The broker's end of a simulated connection. */
final class SimEndpoint implements Endpoint {
    private static final int CHUNK_BYTES = 32 * 1024;

    private final SimLink link;
    private final SimPoller poller;
    private final UnsafeBuffer chunk = new UnsafeBuffer(ByteBuffer.allocateDirect(CHUNK_BYTES));
    private EndpointHandler handler;
    private boolean wantsRead;
    private boolean wantsWrite;
    private boolean closed;

    SimEndpoint(final SimLink link, final SimPoller poller) {
        this.link = link;
        this.poller = poller;
    }

    @Override
    public int receive(final MutableDirectBuffer target, final int offset, final int length) {
        if (isGone() || link.toBroker().isOver()) {
            return CLOSED;
        }
        return link.toBroker().receive(target, offset, length);
    }

    @Override
    public int send(final DirectBuffer source, final int offset, final int length) {
        return isGone() ? CLOSED : link.toClient().send(source, offset, length);
    }

    @Override
    public long send(final DiskFile file, final long position, final long length) {
        if (isGone()) {
            return CLOSED;
        }
        if (!link.toClient().hasRoom()) {
            return 0;
        }
        final int read = file.readResident(position, chunk, 0, (int) Math.min(length, CHUNK_BYTES));
        return read < 0 ? CLOSED : link.toClient().send(chunk, 0, read);
    }

    @Override
    public void handler(final EndpointHandler newHandler) {
        handler = newHandler;
    }

    @Override
    public void interest(final boolean readable, final boolean writable) {
        wantsRead = readable;
        wantsWrite = writable;
    }

    /** Calls the handler for what it wants and can have; returns how many calls. */
    int poll() {
        int calls = 0;
        if (!closed && wantsRead && isReadable()) {
            handler.onReadable();
            calls++;
        }
        if (!closed && wantsWrite && (link.isReset() || link.toClient().hasRoom())) {
            handler.onWritable();
            calls++;
        }
        return calls;
    }

    boolean isReady() {
        return !closed
                && (wantsRead && isReadable()
                        || wantsWrite && (link.isReset() || link.toClient().hasRoom()));
    }

    private boolean isReadable() {
        return link.isReset() || link.toBroker().hasArrived() || link.toBroker().isOver();
    }

    private boolean isGone() {
        return closed || link.isReset();
    }

    /** Ends this endpoint and leaves its connection open. */
    SimLink release() {
        closed = true;
        poller.remove(this);
        return link;
    }

    @Override
    public String remoteAddress() {
        return "simulated:" + link.id();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            link.toClient().end();
            poller.remove(this);
        }
    }

    @Override
    public boolean isClosed() {
        return closed;
    }
}
