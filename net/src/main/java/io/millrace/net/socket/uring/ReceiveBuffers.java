package io.millrace.net.socket.uring;

import java.lang.invoke.VarHandle;
import org.agrona.BufferUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Buffers that the kernel takes one of whenever bytes come in for a connection that waits for some, so that waiting
 * costs no memory. Those with bytes in them form a chain for each connection until they are read.
 *
 * <pre>
 *   offered to the kernel, a ring of         chains
 *   ├address─────┼length┼id┼tail¹┤           next[id], length[id]
 *   0            8      12 14    16
 * </pre>
 *
 * ¹ the tail lies in the first entry.
 */
final class ReceiveBuffers implements AutoCloseable {
    static final int NONE = -1;
    static final int GROUP = 0;

    private static final int ENTRY_BYTES = 16;
    private static final int TAIL_AT = 14;
    private static final int REGISTRATION_BYTES = 40;

    private final int count;
    private final int bytes;
    private final long address;
    private final long mappedBytes;
    private final UnsafeBuffer offered;
    private final UnsafeBuffer memory;
    private final int[] next;
    private final int[] length;
    private int tail;
    private boolean closed;

    /** @param count a power of two */
    ReceiveBuffers(final Uring ring, final int count, final int bytes) throws UringException {
        this.count = count;
        this.bytes = bytes;
        next = new int[count];
        length = new int[count];
        final long offeredBytes = pages((long) count * ENTRY_BYTES);
        mappedBytes = offeredBytes + pages((long) count * bytes);
        address = SystemCalls.mapMemory(mappedBytes);
        if (address < 0 && address > -SystemCalls.PAGE_BYTES) {
            throw new UringException("no memory for its buffers");
        }
        offered = new UnsafeBuffer(address, count * ENTRY_BYTES);
        memory = new UnsafeBuffer(address + offeredBytes, count * bytes);
        final UnsafeBuffer registration =
                new UnsafeBuffer(BufferUtil.allocateDirectAligned(REGISTRATION_BYTES, Long.BYTES));
        registration.putLong(0, address);
        registration.putInt(8, count);
        registration.putShort(12, (short) GROUP);
        final int result =
                SystemCalls.register(ring.descriptor(), Uring.REGISTER_PBUF_RING, registration.addressOffset(), 1);
        if (result < 0) {
            close();
            throw new UringException("its buffers cannot be registered (error " + -result + ")");
        }
        for (int id = 0; id < count; id++) {
            giveBack(id);
        }
        publish();
    }

    private static long pages(final long wanted) {
        return (wanted + SystemCalls.PAGE_BYTES - 1) / SystemCalls.PAGE_BYTES * SystemCalls.PAGE_BYTES;
    }

    /** Size of each. */
    int bytes() {
        return bytes;
    }

    /** The kernel has filled a buffer. */
    void onFilled(final int id, final int filledBytes) {
        next[id] = NONE;
        length[id] = filledBytes;
    }

    int length(final int id) {
        return length[id];
    }

    int next(final int id) {
        return next[id];
    }

    void chain(final int last, final int id) {
        next[last] = id;
    }

    void copy(final int id, final int from, final MutableDirectBuffer target, final int offset, final int copied) {
        target.putBytes(offset, memory, id * bytes + from, copied);
    }

    /** Offers a buffer to the kernel again, as of {@link #publish}. */
    void giveBack(final int id) {
        final int at = (tail++ & (count - 1)) * ENTRY_BYTES;
        offered.putLong(at, memory.addressOffset() + (long) id * bytes);
        offered.putInt(at + 8, bytes);
        offered.putShort(at + 12, (short) id);
    }

    void publish() {
        VarHandle.releaseFence();
        offered.putShort(TAIL_AT, (short) tail);
    }

    /** Only once the kernel writes into them no more. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            SystemCalls.unmap(address, mappedBytes);
        }
    }
}
