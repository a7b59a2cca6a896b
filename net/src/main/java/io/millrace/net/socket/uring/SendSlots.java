package io.millrace.net.socket.uring;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Memory in which small answers wait until the ring is entered: all of a duty cycle then leave in one system call. A
 * slot is held from the answer to the end of the next poll; longer only by who does not read what it is sent.
 */
final class SendSlots implements AutoCloseable {
    static final int NONE = -1;

    private final int bytes;
    private final UnsafeBuffer memory;
    private final int[] free;
    private int freeCount;
    private boolean closed;

    SendSlots(final int count, final int bytes) throws UringException {
        this.bytes = bytes;
        final long address = SystemCalls.mapMemory((long) count * bytes);
        if (address < 0 && address > -SystemCalls.PAGE_BYTES) {
            throw new UringException("no memory for its buffers");
        }
        memory = new UnsafeBuffer(address, count * bytes);
        free = new int[count];
        while (freeCount < count) {
            free[freeCount] = count - ++freeCount;
        }
    }

    /** Size of each. */
    int bytes() {
        return bytes;
    }

    /** A slot, the one that was in use last if possible, or {@link #NONE}. */
    int take() {
        return freeCount == 0 ? NONE : free[--freeCount];
    }

    void giveBack(final int slot) {
        free[freeCount++] = slot;
    }

    UnsafeBuffer memory() {
        return memory;
    }

    /** Where in {@link #memory} a slot begins. */
    int begin(final int slot) {
        return slot * bytes;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            SystemCalls.unmap(memory.addressOffset(), memory.capacity());
        }
    }
}
