package io.millrace.net.socket;

import java.lang.foreign.MemorySegment;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.UnsafeApi;

/**
 * One {@link ByteBuffer} that is laid over whatever memory is to be received into or sent from, since NIO takes nothing
 * else and a new one for each call would be garbage. Memory on the heap goes through a copy. Owned by one thread.
 */
final class MemoryView {
    private static final long ADDRESS_OFFSET = UnsafeApi.objectFieldOffset(Buffer.class, "address");
    private static final int VIEW_BYTES = 1 << 30;
    private static final int COPY_BYTES = 64 * 1024;

    private final ByteBuffer view =
            MemorySegment.ofAddress(0).reinterpret(VIEW_BYTES).asByteBuffer();
    private ByteBuffer copy;

    /** The memory itself, or a place for at most {@code length} bytes that are {@link #copyBack copied back} later. */
    ByteBuffer toReceive(final MutableDirectBuffer target, final int offset, final int length) {
        target.boundsCheck(offset, length);
        return target.byteArray() == null ? over(target, offset, length) : copyOf(length);
    }

    /** After a receive of {@code length} bytes. */
    void copyBack(final MutableDirectBuffer target, final int offset, final int length) {
        if (target.byteArray() != null) {
            target.putBytes(offset, copy, 0, length);
        }
    }

    /** The memory itself, or a copy of at most {@code length} bytes. */
    ByteBuffer toSend(final DirectBuffer source, final int offset, final int length) {
        source.boundsCheck(offset, length);
        if (source.byteArray() == null) {
            return over(source, offset, length);
        }
        final ByteBuffer buffer = copyOf(length);
        source.getBytes(offset, buffer, 0, buffer.limit());
        return buffer;
    }

    private ByteBuffer over(final DirectBuffer memory, final int offset, final int length) {
        UnsafeApi.putLong(view, ADDRESS_OFFSET, memory.addressOffset() + offset);
        return view.limit(Math.min(length, VIEW_BYTES)).position(0);
    }

    private ByteBuffer copyOf(final int length) {
        if (copy == null) {
            copy = ByteBuffer.allocateDirect(COPY_BYTES);
        }
        return copy.limit(Math.min(length, COPY_BYTES)).position(0);
    }
}
