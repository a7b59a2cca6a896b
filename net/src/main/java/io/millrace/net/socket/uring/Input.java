package io.millrace.net.socket.uring;

import io.millrace.engine.port.Endpoint;
import org.agrona.MutableDirectBuffer;

/**
 * The receiving half of a {@link UringEndpoint}. Small requests come by multishot receive: the kernel puts bytes into
 * {@link ReceiveBuffers} as they arrive, without being asked again, and they are copied from there. Once much comes at
 * a time, that copy costs more than the calls it saves: then the ring only tells that there is something, and it is
 * received straight to where it belongs, until requests are small again.
 *
 * <pre>
 *            watch               watch, much comes
 *   IDLE ─────────────► MULTISHOT        ┌────────────► POLLING
 *    ▲                   │ much comes,   │                 │
 *    │                   ▼ nobody wants  │                 │ readable
 *    └──── its end ── STOPPING           └─────── IDLE ◄───┘
 * </pre>
 *
 * Bytes are only ever received by a call while no multishot receive can take others out of their order.
 */
final class Input {
    private static final int IDLE = 0;
    private static final int MULTISHOT = 1;
    private static final int STOPPING = 2;
    private static final int POLLING = 3;

    /** So many receives in a row that brought little, and requests are small again. */
    private static final int SMALL_AGAIN = 64;

    private static final int POLLIN = 1;
    private static final int POLLRDHUP = 0x2000;

    private final UringTransport transport;
    private final ReceiveBuffers buffers;
    private final UringEndpoint endpoint;
    private int state = IDLE;
    private boolean large;
    private int smallInRow;
    private int first = ReceiveBuffers.NONE;
    private int last = ReceiveBuffers.NONE;
    private int firstFrom;
    private boolean readable;
    private boolean ended;

    Input(final UringTransport transport, final UringEndpoint endpoint) {
        this.transport = transport;
        this.endpoint = endpoint;
        buffers = transport.receiveBuffers();
    }

    /** Whether a receive would bring something, be it the end. */
    boolean isReady() {
        return first != ReceiveBuffers.NONE || readable || ended;
    }

    /** Whether the ring holds a submission of ours, and with it the socket. */
    boolean isInFlight() {
        return state != IDLE;
    }

    int receive(final MutableDirectBuffer target, final int offset, final int length) {
        if (first == ReceiveBuffers.NONE && state != IDLE && !ended) {
            transport.look();
        }
        if (first != ReceiveBuffers.NONE) {
            return drain(target, offset, length);
        }
        if (ended) {
            return Endpoint.CLOSED;
        }
        return state == MULTISHOT || state == STOPPING ? 0 : receiveNow(target, offset, length);
    }

    private int drain(final MutableDirectBuffer target, final int offset, final int length) {
        int copied = 0;
        while (first != ReceiveBuffers.NONE && copied < length) {
            final int id = first;
            final int part = Math.min(length - copied, buffers.length(id) - firstFrom);
            buffers.copy(id, firstFrom, target, offset + copied, part);
            copied += part;
            firstFrom += part;
            if (firstFrom == buffers.length(id)) {
                dropFirst();
            }
        }
        buffers.publish();
        return copied;
    }

    private void dropFirst() {
        final int id = first;
        first = buffers.next(id);
        firstFrom = 0;
        if (first == ReceiveBuffers.NONE) {
            last = ReceiveBuffers.NONE;
        }
        buffers.giveBack(id);
    }

    private int receiveNow(final MutableDirectBuffer target, final int offset, final int length) {
        target.boundsCheck(offset, length);
        final boolean onHeap = target.byteArray() != null;
        final int asked = onHeap ? Math.min(length, transport.bounce().capacity()) : length;
        final long address = onHeap ? transport.bounce().addressOffset() : target.addressOffset() + offset;
        final long got = SystemCalls.receive(endpoint.descriptor(), address, asked);
        if (got < asked) {
            readable = false;
        }
        if (got > 0) {
            if (onHeap) {
                target.putBytes(offset, transport.bounce(), 0, (int) got);
            }
            onReceivedNow((int) got);
            return (int) got;
        }
        if (got == -SystemCalls.EAGAIN) {
            return 0;
        }
        ended = true;
        if (got < 0) {
            endpoint.onBroken();
        }
        return Endpoint.CLOSED;
    }

    private void onReceivedNow(final int got) {
        if (large) {
            smallInRow = got <= buffers.bytes() / 2 ? smallInRow + 1 : 0;
            if (smallInRow >= SMALL_AGAIN) {
                large = false;
            }
        }
    }

    /** Sees to it that the ring tells of what is to come. */
    void watch() {
        if (state != IDLE || readable || ended) {
            return;
        }
        if (large) {
            state = POLLING;
            transport.prepare(Uring.OP_POLL_ADD, endpoint, UringTransport.INPUT).operationFlags(POLLIN | POLLRDHUP);
        } else {
            state = MULTISHOT;
            transport
                    .prepare(Uring.OP_RECV, endpoint, UringTransport.INPUT)
                    .priority(Uring.RECV_MULTISHOT)
                    .flags(Uring.IOSQE_BUFFER_SELECT)
                    .bufferGroup(ReceiveBuffers.GROUP);
        }
    }

    /** The ring tells of what came, of the end, or that it stops telling. */
    void onCompletion(final int result, final int flags) {
        if ((flags & Uring.CQE_F_BUFFER) != 0) {
            onFilled(flags >>> Uring.CQE_BUFFER_SHIFT, result);
        }
        if (state == POLLING) {
            state = IDLE;
            readable = result >= 0;
        } else {
            if ((flags & Uring.CQE_F_MORE) == 0) {
                state = IDLE;
            }
            onReceived(result, flags);
        }
        if (endpoint.isClosed()) {
            return;
        }
        if (state == MULTISHOT && (large || !endpoint.wantsToRead())) {
            stop();
        } else if (endpoint.wantsToRead()) {
            watch();
        }
    }

    private void onFilled(final int id, final int bytes) {
        if (endpoint.isClosed() || bytes <= 0) {
            buffers.giveBack(id);
            buffers.publish();
            return;
        }
        buffers.onFilled(id, bytes);
        if (last == ReceiveBuffers.NONE) {
            first = id;
        } else {
            buffers.chain(last, id);
        }
        last = id;
    }

    private void onReceived(final int result, final int flags) {
        if (result == buffers.bytes() || result == -SystemCalls.ENOBUFS) {
            // Much comes, or others have all buffers: either way it is better received by calls for a while.
            large = true;
            smallInRow = 0;
        } else if (result == 0 && (flags & Uring.CQE_F_MORE) == 0) {
            ended = true;
        } else if (result < 0 && result != -SystemCalls.ECANCELED) {
            ended = true;
            endpoint.onBroken();
        }
    }

    private void stop() {
        state = STOPPING;
        transport.cancel(endpoint, UringTransport.INPUT);
    }

    /** Drops what nobody read and ends what is in flight. */
    void close() {
        while (first != ReceiveBuffers.NONE) {
            dropFirst();
        }
        buffers.publish();
        readable = false;
        if (state == MULTISHOT || state == POLLING) {
            transport.cancel(endpoint, UringTransport.INPUT);
        }
    }
}
