package io.millrace.engine.core;

import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Messages that wait for credit, in order, in one growing off-heap region. What may wait is bounded by the requests in
 * flight on connections, which stop being read when {@link Requests#isCongested}; the hard limit only catches defects.
 *
 * <pre>
 *   | template : 4 | length : 4 | request footprint : 4 | reply footprint : 4 | message … | pad to 8 | next …
 * </pre>
 */
final class Outbox {
    private static final int HEADER_BYTES = 16;
    private static final int CAPACITY_INITIAL = 4096;
    private static final int CAPACITY_MAX = 256 << 20;

    private UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private int head;
    private int tail;

    boolean isEmpty() {
        return head == tail;
    }

    int sizeInBytes() {
        return tail - head;
    }

    int headLength() {
        return buffer.getInt(head + 4);
    }

    int headRequestFootprint() {
        return buffer.getInt(head + 8);
    }

    int headReplyFootprint() {
        return buffer.getInt(head + 12);
    }

    void add(
            final int templateId,
            final DirectBuffer message,
            final int length,
            final int requestFootprint,
            final int replyFootprint) {
        final int needed = BitUtil.align(HEADER_BYTES + length, 8);
        makeRoom(needed);
        buffer.putInt(tail, templateId);
        buffer.putInt(tail + 4, length);
        buffer.putInt(tail + 8, requestFootprint);
        buffer.putInt(tail + 12, replyFootprint);
        buffer.putBytes(tail + HEADER_BYTES, message, 0, length);
        tail += needed;
    }

    void removeHead(final MessageHandler handler) {
        final int length = headLength();
        handler.onMessage(buffer.getInt(head), buffer, head + HEADER_BYTES, length);
        head += BitUtil.align(HEADER_BYTES + length, 8);
        if (head == tail) {
            head = 0;
            tail = 0;
        }
    }

    private void makeRoom(final int needed) {
        if (tail + needed <= buffer.capacity()) {
            return;
        }
        final int held = tail - head;
        final long wanted = (long) held + needed;
        if (wanted > CAPACITY_MAX) {
            throw new IllegalStateException("outbox of " + held + " bytes: expected back-pressure long before");
        }
        if (wanted > buffer.capacity() / 2) {
            final int capacity = (int) Math.max(
                    CAPACITY_INITIAL, Math.min(CAPACITY_MAX, BitUtil.findNextPositivePowerOfTwo((int) wanted) * 2L));
            final UnsafeBuffer grown = new UnsafeBuffer(BufferUtil.allocateDirectAligned(capacity, 8));
            grown.putBytes(0, buffer, head, held);
            buffer = grown;
        } else {
            buffer.putBytes(0, buffer, head, held);
        }
        head = 0;
        tail = held;
    }
}
