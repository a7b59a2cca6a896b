package io.millrace.net.kafka.node;

import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.Endpoint;
import io.millrace.engine.port.EndpointHandler;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/** A stream to a client that lives on the same thread. */
final class MemoryEndpoint implements Endpoint {
    private final ExpandableArrayBuffer incoming = new ExpandableArrayBuffer(4096);
    private final ExpandableArrayBuffer outgoing = new ExpandableArrayBuffer(4096);
    private int received;
    private int arrived;
    private int taken;
    private int sent;
    private boolean readable;
    private boolean closed;
    private boolean stalled;
    private EndpointHandler handler;
    private long fileBytes;

    void arrive(final byte[] bytes) {
        if (received == arrived) {
            received = 0;
            arrived = 0;
        }
        incoming.putBytes(arrived, bytes);
        arrived += bytes.length;
    }

    /** The peer stops reading. */
    void stall() {
        stalled = true;
    }

    /** The peer goes away without a word. */
    void hangUp() {
        closed = true;
    }

    int poll() {
        if (readable && (received < arrived || closed)) {
            handler.onReadable();
            return 1;
        }
        return 0;
    }

    boolean hasFrame() {
        return sent - taken >= Integer.BYTES && sent - taken - Integer.BYTES >= nextSize();
    }

    private int nextSize() {
        return outgoing.getInt(taken, ByteOrder.BIG_ENDIAN);
    }

    /** Drops the next frame, which is there; returns its size. */
    int skipFrame() {
        final int size = nextSize();
        taken += Integer.BYTES + size;
        if (taken == sent) {
            taken = 0;
            sent = 0;
        }
        return size;
    }

    /** The next frame that was sent, without its size, or null. */
    byte[] takeFrame() {
        if (!hasFrame()) {
            return null;
        }
        final byte[] frame = bytes(taken + Integer.BYTES, nextSize());
        skipFrame();
        return frame;
    }

    private byte[] bytes(final int from, final int length) {
        final byte[] bytes = new byte[length];
        outgoing.getBytes(from, bytes);
        return bytes;
    }

    /** Bytes that went from files without passing a buffer. */
    long fileBytes() {
        return fileBytes;
    }

    @Override
    public int receive(final MutableDirectBuffer target, final int offset, final int length) {
        final int count = Math.min(length, arrived - received);
        if (count == 0 && closed) {
            return CLOSED;
        }
        target.putBytes(offset, incoming, received, count);
        received += count;
        return count;
    }

    @Override
    public int send(final DirectBuffer source, final int offset, final int length) {
        if (closed) {
            return CLOSED;
        }
        if (stalled) {
            return 0;
        }
        outgoing.putBytes(sent, source, offset, length);
        sent += length;
        return length;
    }

    @Override
    public long send(final DiskFile file, final long position, final long length) {
        if (closed) {
            return CLOSED;
        }
        if (stalled) {
            return 0;
        }
        final int count = file.readResident(position, outgoing, ensure((int) length), (int) length);
        sent += count;
        fileBytes += count;
        return count;
    }

    private int ensure(final int length) {
        outgoing.checkLimit(sent + length);
        return sent;
    }

    @Override
    public void handler(final EndpointHandler newHandler) {
        handler = newHandler;
    }

    @Override
    public void interest(final boolean isReadable, final boolean isWritable) {
        readable = isReadable;
    }

    @Override
    public String remoteAddress() {
        return "memory";
    }

    @Override
    public void close() {
        closed = true;
        readable = false;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }
}
