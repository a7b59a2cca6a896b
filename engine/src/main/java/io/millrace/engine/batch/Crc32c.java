package io.millrace.engine.batch;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * CRC-32C (Castagnoli) over any Agrona buffer at the speed of the JDK's intrinsic, without allocating once warm. Owned
 * by one thread.
 *
 * <p>The intrinsic wants an array or a direct {@link ByteBuffer}, but memory lent between cores is a bare address. So
 * the address space is covered by overlapping windows, each a ByteBuffer of nearly 2 GB that begins at a multiple of
 * 1 GB; pooled memory lies in very few of them. A window only computes addresses: it keeps nothing alive.
 */
public final class Crc32c {
    private static final int WINDOW_SHIFT = 30;
    private static final int WINDOW_STEP = 1 << WINDOW_SHIFT;
    /** The largest ByteBuffer that the JDK makes of a segment. */
    private static final int WINDOW_BYTES = Integer.MAX_VALUE - 8;

    private static final int LENGTH_MAX = WINDOW_BYTES - WINDOW_STEP;

    private final CRC32C crc = new CRC32C();
    private final Long2ObjectHashMap<ByteBuffer> windows = new Long2ObjectHashMap<>();

    /** The checksum of {@code length} bytes at {@code index}, as it is stored in a batch. */
    public int compute(final DirectBuffer buffer, final int index, final int length) {
        begin();
        update(buffer, index, length);
        return value();
    }

    /** Begins a checksum over bytes that come in pieces. */
    public void begin() {
        crc.reset();
    }

    public void update(final DirectBuffer buffer, final int index, final int length) {
        buffer.boundsCheck(index, length);
        final byte[] array = buffer.byteArray();
        if (array != null) {
            crc.update(array, buffer.wrapAdjustment() + index, length);
        } else {
            crc.update(window(buffer.addressOffset() + index, length));
        }
    }

    /** The checksum over all that came since {@link #begin}. */
    public int value() {
        return (int) crc.getValue();
    }

    private ByteBuffer window(final long address, final int length) {
        if (length > LENGTH_MAX) {
            throw new IllegalArgumentException("length " + length + ": expected at most " + LENGTH_MAX);
        }
        final long number = address >>> WINDOW_SHIFT;
        ByteBuffer window = windows.get(number);
        if (window == null) {
            window = MemorySegment.ofAddress(number << WINDOW_SHIFT)
                    .reinterpret(WINDOW_BYTES)
                    .asByteBuffer();
            windows.put(number, window);
        }
        final int start = (int) (address & (WINDOW_STEP - 1));
        return window.limit(start + length).position(start);
    }
}
