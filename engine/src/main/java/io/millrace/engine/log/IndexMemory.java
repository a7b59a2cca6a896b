package io.millrace.engine.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Memory for a core's indexes, outside the heap and in small chunks that go from one index to the next, so that a log
 * that grows makes no garbage.
 */
final class IndexMemory {
    static final int CHUNK_BYTES = 4096;
    private static final int SLAB_BYTES = 256 * 1024;

    private final ArrayList<UnsafeBuffer> free = new ArrayList<>();

    UnsafeBuffer acquire() {
        if (free.isEmpty()) {
            final ByteBuffer slab = ByteBuffer.allocateDirect(SLAB_BYTES);
            for (int at = SLAB_BYTES - CHUNK_BYTES; at >= 0; at -= CHUNK_BYTES) {
                free.add(new UnsafeBuffer(slab, at, CHUNK_BYTES));
            }
        }
        return free.removeLast();
    }

    void release(final UnsafeBuffer chunk) {
        free.add(chunk);
    }
}
