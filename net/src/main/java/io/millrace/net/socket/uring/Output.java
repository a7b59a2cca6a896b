package io.millrace.net.socket.uring;

import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.Endpoint;
import org.agrona.DirectBuffer;

/**
 * The sending half of a {@link UringEndpoint}. What is small is kept in a {@link SendSlots slot} and leaves with the
 * next poll, together with what others send; what is large leaves at once from where it lies, after what is kept. A
 * send through the ring never waits for room, so that none is in flight once the ring was entered: what did not fit
 * stays in the slot until the socket is writable.
 */
final class Output {
    private static final int POLLOUT = 4;

    private final UringTransport transport;
    private final SendSlots slots;
    private final UringEndpoint endpoint;
    private int slot = SendSlots.NONE;
    private int from;
    private int to;
    private boolean queued;
    private boolean full;
    private boolean polling;
    private boolean failed;
    private boolean broken;

    Output(final UringTransport transport, final UringEndpoint endpoint) {
        this.transport = transport;
        this.endpoint = endpoint;
        slots = transport.sendSlots();
    }

    boolean isReady() {
        return !full || broken;
    }

    boolean isInFlight() {
        return polling;
    }

    void onBroken() {
        broken = true;
    }

    int send(final DirectBuffer source, final int offset, final int length) {
        source.boundsCheck(offset, length);
        if (broken) {
            return Endpoint.CLOSED;
        }
        if (length == 0) {
            return 0;
        }
        if (!full && keep(source, offset, length)) {
            return length;
        }
        final boolean onHeap = source.byteArray() != null;
        final int asked = onHeap ? Math.min(length, transport.bounce().capacity()) : length;
        if (!sendKept(true)) {
            return broken ? Endpoint.CLOSED : 0;
        }
        if (onHeap) {
            source.getBytes(offset, transport.bounce(), 0, asked);
        }
        final long address = onHeap ? transport.bounce().addressOffset() : source.addressOffset() + offset;
        return (int) sent(SystemCalls.send(endpoint.descriptor(), address, asked, false), asked);
    }

    /** Puts it behind what is kept already, if there is room. */
    private boolean keep(final DirectBuffer source, final int offset, final int length) {
        if (length > slots.bytes() - (slot == SendSlots.NONE ? 0 : to)) {
            return false;
        }
        if (slot == SendSlots.NONE) {
            slot = slots.take();
            if (slot == SendSlots.NONE) {
                return false;
            }
            from = 0;
            to = 0;
        }
        source.getBytes(offset, slots.memory(), slots.begin(slot) + to, length);
        to += length;
        if (!queued) {
            queued = true;
            transport.toSend(endpoint);
        }
        return true;
    }

    long send(final DiskFile file, final long position, final long length) {
        if (broken) {
            return Endpoint.CLOSED;
        }
        if (!sendKept(true)) {
            return broken ? Endpoint.CLOSED : 0;
        }
        return transport.sendFile(endpoint, file, position, length);
    }

    /** Judges what a call returned that was to send so much. */
    long sent(final long result, final long asked) {
        if (result >= 0) {
            full = result < asked;
            return result;
        }
        if (result == -SystemCalls.EAGAIN) {
            full = true;
            return 0;
        }
        broken = true;
        return Endpoint.CLOSED;
    }

    /** Sends what is kept at once, for something is to follow it or nothing will; returns whether all of it left. */
    boolean sendKept(final boolean more) {
        if (slot != SendSlots.NONE) {
            final long result = SystemCalls.send(
                    endpoint.descriptor(), slots.memory().addressOffset() + slots.begin(slot) + from, to - from, more);
            onSlotSent(sent(result, to - from));
        }
        return slot == SendSlots.NONE && !broken;
    }

    private void onSlotSent(final long sent) {
        from += (int) Math.max(0, sent);
        if (from == to || broken) {
            slots.giveBack(slot);
            slot = SendSlots.NONE;
        } else {
            watch();
        }
    }

    /** The ring is about to be entered. */
    void prepare() {
        queued = false;
        failed = false;
        if (slot != SendSlots.NONE) {
            transport
                    .prepare(Uring.OP_SEND, endpoint, UringTransport.OUTPUT)
                    .memory(slots.memory().addressOffset() + slots.begin(slot) + from, to - from)
                    .flags(Uring.IOSQE_CQE_SKIP_SUCCESS)
                    .operationFlags(SystemCalls.MSG_DONTWAIT | SystemCalls.MSG_WAITALL | SystemCalls.MSG_NOSIGNAL);
        }
    }

    /** The ring tells only of sends that went wrong, or not all the way. */
    void onCompletion(final int result) {
        failed = true;
        onSlotSent(sent(result, to - from));
    }

    /** The ring was entered: what it did not complain of is sent. */
    void settle() {
        if (!failed && slot != SendSlots.NONE && !queued) {
            onSlotSent(to - from);
        }
    }

    /** Sees to it that the ring tells when there is room again. */
    void watch() {
        if (full && !polling && !broken) {
            polling = true;
            transport.prepare(Uring.OP_POLL_ADD, endpoint, UringTransport.ROOM).operationFlags(POLLOUT);
        }
    }

    /** There is room, first of all for what is kept. */
    void onRoom() {
        polling = false;
        if (!endpoint.isClosed()) {
            full = false;
            if (slot != SendSlots.NONE) {
                sendKept(false);
            }
        }
    }

    void close() {
        if (!broken) {
            sendKept(false);
        }
        if (slot != SendSlots.NONE) {
            slots.giveBack(slot);
            slot = SendSlots.NONE;
        }
        if (polling) {
            transport.cancel(endpoint, UringTransport.ROOM);
        }
    }
}
