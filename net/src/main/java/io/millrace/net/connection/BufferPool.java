package io.millrace.net.connection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One core's memory for requests and answers: off-heap buffers in size classes, two to a doubling, from 512 B up. It
 * grows lazily within a fixed budget and gives memory back to the system above a watermark. Owned by one core's thread.
 *
 * <p>What clients can make grow without limit is taken by {@link #tryTake}, which refuses. Answers to requests that
 * were already admitted take by {@link #take}, which may overdraw; while the pool is overdrawn nothing is admitted.
 */
public final class BufferPool implements AutoCloseable {
    public static final int SMALLEST_BYTES = 512;
    private static final int LARGEST_BYTES = 1 << 30;
    private static final int SIZE_CLASSES = sizeClassOf(LARGEST_BYTES) + 1;

    private final long budgetBytes;
    private final long idleBytesMax;
    private final List<PooledBuffer> all = new ArrayList<>();
    private final PooledBuffer[][] idle = new PooledBuffer[SIZE_CLASSES][4];
    private final int[] idleCount = new int[SIZE_CLASSES];
    private long usedBytes;
    private long idleBytes;
    private long idleLowBytes;
    private long releases;

    public BufferPool(final long budgetBytes) {
        if (budgetBytes < 64 * SMALLEST_BYTES) {
            throw new IllegalArgumentException(
                    "budget of " + budgetBytes + " bytes: expected at least " + 64 * SMALLEST_BYTES);
        }
        this.budgetBytes = budgetBytes;
        this.idleBytesMax = budgetBytes / 2;
    }

    /** A buffer of at least {@code bytes}, or null if the budget is spent. */
    public PooledBuffer tryTake(final int bytes) {
        return tryTake(bytes, 0);
    }

    /** As {@link #tryTake(int)}, but leaving {@code reservedBytes} of the budget untouched. */
    public PooledBuffer tryTake(final int bytes, final long reservedBytes) {
        final int sizeClass = sizeClassOf(bytes);
        return usedBytes + bytesOf(sizeClass) + reservedBytes > budgetBytes ? null : takeOf(sizeClass);
    }

    /** A buffer of at least {@code bytes}, beyond the budget if need be. */
    public PooledBuffer take(final int bytes) {
        return takeOf(sizeClassOf(bytes));
    }

    private PooledBuffer takeOf(final int sizeClass) {
        final PooledBuffer buffer;
        final int bytes = bytesOf(sizeClass);
        if (idleCount[sizeClass] > 0) {
            buffer = popIdle(sizeClass);
        } else {
            trimIdle(Math.max(0, budgetBytes - usedBytes - bytes));
            buffer = new PooledBuffer(this, sizeClass, bytes);
            buffer.slot = all.size();
            all.add(buffer);
        }
        usedBytes += bytes;
        buffer.onTaken();
        return buffer;
    }

    void takeBack(final PooledBuffer buffer) {
        final int sizeClass = buffer.sizeClass;
        usedBytes -= buffer.allocatedBytes();
        releases++;
        final long idleAfter = idleBytes + buffer.allocatedBytes();
        if (idleAfter > idleBytesMax || usedBytes + idleAfter > budgetBytes) {
            free(buffer);
            return;
        }
        if (idleCount[sizeClass] == idle[sizeClass].length) {
            idle[sizeClass] = Arrays.copyOf(idle[sizeClass], idle[sizeClass].length * 2);
        }
        idle[sizeClass][idleCount[sizeClass]++] = buffer;
        idleBytes = idleAfter;
    }

    /** Frees idle buffers, the largest first, until no more than {@code bytesMax} lie idle. */
    public void trimIdle(final long bytesMax) {
        for (int sizeClass = SIZE_CLASSES - 1; sizeClass >= 0 && idleBytes > bytesMax; sizeClass--) {
            while (idleCount[sizeClass] > 0 && idleBytes > bytesMax) {
                free(popIdle(sizeClass));
            }
        }
    }

    /** Called now and then: frees half of what nobody needed since the last call. */
    public void decay() {
        trimIdle(idleBytes - idleLowBytes / 2);
        idleLowBytes = idleBytes;
    }

    private PooledBuffer popIdle(final int sizeClass) {
        final PooledBuffer buffer = idle[sizeClass][--idleCount[sizeClass]];
        idle[sizeClass][idleCount[sizeClass]] = null;
        idleBytes -= buffer.allocatedBytes();
        idleLowBytes = Math.min(idleLowBytes, idleBytes);
        return buffer;
    }

    private void free(final PooledBuffer buffer) {
        final PooledBuffer last = all.remove(all.size() - 1);
        if (last.slot != buffer.slot) {
            last.slot = buffer.slot;
            all.set(buffer.slot, last);
        }
        buffer.free();
    }

    public long budgetBytes() {
        return budgetBytes;
    }

    /** Bytes that are in use now. */
    public long usedBytes() {
        return usedBytes;
    }

    /** Bytes that are kept for the next taker. */
    public long idleBytes() {
        return idleBytes;
    }

    /** Bytes that may be taken before the budget is spent; negative while overdrawn. */
    public long availableBytes() {
        return budgetBytes - usedBytes;
    }

    /** Changes with every buffer that came back: a reason to try again. */
    long releases() {
        return releases;
    }

    /** Frees everything, used buffers too: the core is gone. */
    @Override
    public void close() {
        all.forEach(PooledBuffer::free);
        all.clear();
        Arrays.fill(idleCount, 0);
        for (final PooledBuffer[] buffers : idle) {
            Arrays.fill(buffers, null);
        }
        usedBytes = 0;
        idleBytes = 0;
        idleLowBytes = 0;
    }

    /** Even classes are powers of two, odd ones half as much more: 512, 768, 1024, 1536, … */
    static int sizeClassOf(final int bytes) {
        if (bytes < 0 || bytes > LARGEST_BYTES) {
            throw new IllegalArgumentException("buffer of " + bytes + " bytes: expected 0 to " + LARGEST_BYTES);
        }
        if (bytes <= SMALLEST_BYTES) {
            return 0;
        }
        final int power = 31 - Integer.numberOfLeadingZeros(bytes - 1);
        final int half = 1 << (power - 1);
        return 2 * (power - 9) + (bytes <= (1 << power) + half ? 1 : 2);
    }

    static int bytesOf(final int sizeClass) {
        final int power = SMALLEST_BYTES << (sizeClass >> 1);
        return (sizeClass & 1) == 0 ? power : power + (power >> 1);
    }
}
