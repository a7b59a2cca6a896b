package io.millrace.engine.core;

import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RecordDescriptor;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * One direction between two cores (or from a core to itself): strictly first in, first out. Its capacity is shared out
 * by {@link CoreProxy}: a quarter for requests in flight, a quarter for the replies owed, an eighth, or one message, for
 * changes of the metadata. Whatever was answered or only passes through counts until it is drained too: no request is
 * offered to a ring that is more than half full with it, no change of the metadata to one that is more than five eighths
 * full. What comes on top are replies, short answers to changes, and the padding at the end of the ring, so an offer
 * within these shares never fails.
 */
final class Ring {
    /** Requests in flight, and replies owed, may each take so much of the ring. */
    private static final int SHARE_DIVISOR = 4;
    /** Metadata in flight, and the answers, have so much for themselves. */
    private static final int RESERVE_DIVISOR = 8;

    private final OneToOneRingBuffer buffer;
    /** As far as it was drained when that was last looked at: the other core writes there all the time. */
    private long drainedTo;

    Ring(final int capacity) {
        buffer = new OneToOneRingBuffer(new UnsafeBuffer(BufferUtil.allocateDirectAligned(
                BitUtil.findNextPositivePowerOfTwo(capacity) + RingBufferDescriptor.TRAILER_LENGTH, 64)));
    }

    /** Bytes a message takes in the ring. */
    static int footprint(final int messageBytes) {
        return BitUtil.align(messageBytes + RecordDescriptor.HEADER_LENGTH, RecordDescriptor.ALIGNMENT);
    }

    int share() {
        return buffer.capacity() / SHARE_DIVISOR;
    }

    int reserve() {
        return buffer.capacity() / RESERVE_DIVISOR;
    }

    int messageBytesMax() {
        return buffer.maxMsgLength();
    }

    boolean offer(final int templateId, final DirectBuffer message, final int offset, final int length) {
        return buffer.write(templateId, message, offset, length);
    }

    int drain(final MessageHandler handler, final int limit) {
        return buffer.read(handler, limit);
    }

    boolean isEmpty() {
        return buffer.producerPosition() == buffer.consumerPosition();
    }

    int size() {
        return buffer.size();
    }

    /** Whether so much more would leave no more than so many bytes in it. For the one who offers. */
    boolean takes(final int footprint, final int bytesMax) {
        final long filledTo = buffer.producerPosition() + footprint;
        if (filledTo - drainedTo > bytesMax) {
            drainedTo = buffer.consumerPosition();
        }
        return filledTo - drainedTo <= bytesMax;
    }
}
