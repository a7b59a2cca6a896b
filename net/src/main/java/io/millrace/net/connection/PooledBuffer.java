package io.millrace.net.connection;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Off-heap memory that belongs to a {@link BufferPool}, counted by reference. Its capacity can be narrowed to the bytes
 * in use, so that a hostile length runs into the bounds check and not into what the last user left there. Its address
 * may be lent to other cores; {@link #retain} and {@link #release} belong to the pool's thread alone.
 */
public final class PooledBuffer extends UnsafeBuffer {
    final int sizeClass;
    int slot;

    private final BufferPool pool;
    private final ByteBuffer memory;
    private int references;

    PooledBuffer(final BufferPool pool, final int sizeClass, final int bytes) {
        super(ByteBuffer.allocateDirect(bytes));
        this.pool = pool;
        this.sizeClass = sizeClass;
        this.memory = byteBuffer();
    }

    /** Bytes that the pool gave, whatever the capacity was narrowed to. */
    public int allocatedBytes() {
        return memory.capacity();
    }

    /** Narrows or widens the capacity to the first {@code length} bytes of what the pool gave. */
    public PooledBuffer limit(final int length) {
        wrap(memory, 0, length);
        return this;
    }

    public int references() {
        return references;
    }

    public void retain() {
        if (references <= 0) {
            throw new IllegalStateException("retain of a buffer that went back to its pool");
        }
        references++;
    }

    /** Gives one reference back; with the last one the memory returns to the pool. */
    public void release() {
        if (references <= 0) {
            throw new IllegalStateException("release of a buffer that went back to its pool");
        }
        if (--references == 0) {
            pool.takeBack(this);
        }
    }

    void onTaken() {
        references = 1;
        if (capacity() != memory.capacity()) {
            wrap(memory);
        }
    }

    void free() {
        references = 0;
        wrap(0, 0);
        BufferUtil.free(memory);
    }
}
