package io.millrace.net.connection;

import io.millrace.engine.port.Endpoint;
import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;

/**
 * Cuts a connection's bytes into frames: a four-byte size, then that many bytes. Bytes come through the core's one
 * receive buffer; a frame that is whole there is copied into a buffer of its size. For half a frame memory is claimed
 * as its bytes arrive, at most {@value #CLAIM_FACTOR} times what is there, and its large rest is received in place.
 *
 * <p>When memory is short, one connection of the core at a time holds the permit to use the part of the budget that is
 * kept back for it, so that half frames cannot starve each other.
 */
final class FrameReader {
    private static final int CLAIM_FACTOR = 4;
    private static final int CLAIM_BYTES_MIN = 4096;
    private static final int DIRECT_BYTES_MIN = 32 * 1024;
    private static final int RECEIVES_MAX = 8;

    private final Connection connection;
    private final Connections owner;
    private int sizeBytes;
    private int size;
    private int received;
    private PooledBuffer half;
    private PooledBuffer pending;
    private int pendingOffset;

    FrameReader(final Connection connection, final Connections owner) {
        this.connection = connection;
        this.owner = owner;
    }

    /** Whether bytes were received that could not be cut into frames yet. */
    boolean hasPending() {
        return pending != null;
    }

    /** Whether nothing was received that is not part of a whole frame. */
    boolean isEmpty() {
        return sizeBytes == 0 && half == null && pending == null;
    }

    boolean holdsMemory() {
        return half != null;
    }

    int pendingBytes() {
        return pending == null ? 0 : pending.capacity();
    }

    /** Receives until there is no more, a bound is met, or memory ends. */
    void onReadable() {
        // For a core that slept its cycle begins here, whatever comes of what is received.
        connection.meter().clock().arrivalNs();
        for (int i = 0; i < RECEIVES_MAX && connection.mayTake() && pending == null; i++) {
            final boolean isDirect = half != null && size - received >= DIRECT_BYTES_MIN;
            if (!(isDirect ? hasRoom() : owner.mayReceive(connection))) {
                connection.onStarving();
                return;
            }
            final int asked = isDirect
                    ? Math.min(half.capacity(), size) - received
                    : owner.scratch().capacity();
            final int got = isDirect
                    ? connection.endpoint().receive(half, received, asked)
                    : connection.endpoint().receive(owner.scratch(), 0, asked);
            if (got == Endpoint.CLOSED) {
                connection.onPeerGone();
                return;
            }
            onReceived(isDirect, got);
            if (got < asked) {
                return;
            }
        }
    }

    private void onReceived(final boolean isDirect, final int got) {
        if (got > 0) {
            connection.moved = true;
            owner.counters().bytesIn += got;
        }
        if (isDirect) {
            received += got;
            if (received == size) {
                deliver(half);
            }
            return;
        }
        final int parsed = parse(owner.scratch(), 0, got);
        if (parsed < got && !connection.isClosed()) {
            pending = owner.pool().take(got - parsed).limit(got - parsed);
            pending.putBytes(0, owner.scratch(), parsed, got - parsed);
            pendingOffset = 0;
        }
        if (half == null) {
            owner.releasePermit(connection);
        }
    }

    /** Cuts what was left over; returns whether that brought a frame. */
    boolean parsePending() {
        if (pending == null || !connection.mayTake()) {
            return false;
        }
        final long before = owner.counters().requests;
        final int parsed = parse(pending, pendingOffset, pending.capacity());
        if (pending != null) {
            pendingOffset = parsed;
            if (parsed == pending.capacity()) {
                pending.release();
                pending = null;
            }
        }
        return owner.counters().requests != before;
    }

    /** Cuts frames off the front; returns where it stopped: at the end, or when no more may be taken. */
    private int parse(final MutableDirectBuffer source, final int offset, final int end) {
        int position = offset;
        while (position < end && connection.mayTake()) {
            if (sizeBytes < Integer.BYTES) {
                position += parseSize(source, position, end);
            } else {
                position += parseBody(source, position, end);
            }
        }
        return position;
    }

    private int parseSize(final MutableDirectBuffer source, final int offset, final int end) {
        int used = 0;
        if (sizeBytes == 0 && end - offset >= Integer.BYTES) {
            size = source.getInt(offset, ByteOrder.BIG_ENDIAN);
            sizeBytes = Integer.BYTES;
            used = Integer.BYTES;
        }
        while (sizeBytes < Integer.BYTES && offset + used < end) {
            size = (size << Byte.SIZE) | (source.getByte(offset + used++) & 0xff);
            sizeBytes++;
        }
        if (sizeBytes == Integer.BYTES) {
            received = 0;
            if (size <= 0 || size > owner.settings().frameBytesMax()) {
                connection.onBadFrame(CloseReason.FRAME_SIZE);
            } else if (!owner.canEverHold(size)) {
                connection.onBadFrame(CloseReason.MEMORY);
            }
        }
        return used;
    }

    private int parseBody(final MutableDirectBuffer source, final int offset, final int end) {
        final int used = Math.min(end - offset, size - received);
        if (half == null || received + used > half.capacity()) {
            claim(received + used);
        }
        half.putBytes(received, source, offset, used);
        received += used;
        if (received == size) {
            deliver(half);
        }
        return used;
    }

    /** Makes room for {@code needed} bytes that are here already, and for some that are to come if memory allows. */
    private void claim(final int needed) {
        final int wanted = (int) Math.min(size, Math.max(CLAIM_BYTES_MIN, (long) CLAIM_FACTOR * needed));
        PooledBuffer room = needed == size ? null : owner.tryTake(connection, wanted);
        if (room == null) {
            room = owner.pool().take(needed);
        }
        moveTo(room);
    }

    /** Whether there is room to receive into; a full one is exchanged for a larger one. */
    private boolean hasRoom() {
        if (received < Math.min(half.capacity(), size)) {
            return true;
        }
        PooledBuffer room = owner.tryTake(connection, (int) Math.min(size, (long) CLAIM_FACTOR * received));
        if (room == null && owner.acquirePermit(connection)) {
            room = owner.pool().tryTake(size);
        }
        if (room == null) {
            return false;
        }
        moveTo(room);
        return true;
    }

    private void moveTo(final PooledBuffer room) {
        if (half != null) {
            room.putBytes(0, half, 0, received);
            half.release();
        }
        half = room;
    }

    private void deliver(final PooledBuffer frame) {
        half = null;
        sizeBytes = 0;
        size = 0;
        owner.releasePermit(connection);
        connection.onFrame(frame.limit(received), received);
    }

    void close() {
        if (half != null) {
            half.release();
            half = null;
        }
        if (pending != null) {
            pending.release();
            pending = null;
        }
        owner.releasePermit(connection);
    }
}
