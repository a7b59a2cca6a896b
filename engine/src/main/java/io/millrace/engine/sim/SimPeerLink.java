package io.millrace.engine.sim;

import io.millrace.engine.port.Entropy;
import io.millrace.engine.port.PeerHandler;
import io.millrace.engine.port.PeerLink;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** One end of a {@link SimLane}. What was sent to it waits here until its time has come and it is polled. */
public final class SimPeerLink implements PeerLink {
    private record Message(long number, long dueNs, byte[] bytes) {}

    private final SimLane lane;
    private final int side;
    private final ArrayDeque<Message> inbox = new ArrayDeque<>();
    private int inboxBytes;
    private long lastDueNs;

    /** The lane's session that this end is in, and its own name for it. */
    private long number;

    private long session;
    private boolean connected;

    // What will happen to this end, and when
    private long nextNumber;
    private long disconnectNs;
    private long connectNs;
    private long position;
    private boolean closed;

    SimPeerLink(final SimLane lane, final int side) {
        this.lane = lane;
        this.side = side;
    }

    @Override
    public long offer(final DirectBuffer message, final int offset, final int length) {
        if (closed) {
            return CLOSED;
        }
        checkLength(length);
        update();
        if (!connected) {
            return NOT_CONNECTED;
        }
        if (lane.chance(lane.faults().backPressurePpm)) {
            return BACK_PRESSURED;
        }
        if (lane.chance(lane.faults().lossPpm)) {
            lane.lose();
        }
        if (!lane.peerOf(side).accept(number, message, offset, length)) {
            return BACK_PRESSURED;
        }
        position += length;
        return position;
    }

    @Override
    public int poll(final PeerHandler handler, final int limit) {
        if (closed) {
            return 0;
        }
        final long before = session;
        update();
        int count = 0;
        while (count < limit && session == before && !inbox.isEmpty()) {
            final Message message = inbox.peek();
            if (message.number() != number || message.dueNs() > lane.time().nanoTime()) {
                break;
            }
            inbox.poll();
            inboxBytes -= message.bytes().length;
            handler.onMessage(new UnsafeBuffer(message.bytes()), 0, message.bytes().length);
            count++;
        }
        return count;
    }

    @Override
    public boolean isConnected() {
        update();
        return connected;
    }

    @Override
    public long session() {
        update();
        return session;
    }

    @Override
    public int maxMessageBytes() {
        return lane.faults().maxMessageBytes;
    }

    /** The peer notices in its own time. */
    @Override
    public void close() {
        if (!closed) {
            die();
            lane.peerOf(side).schedule(0, lane.time().nanoTime() + lane.faults().noticeNsMax, Long.MAX_VALUE);
        }
    }

    /** When something will happen here by itself, or {@link Long#MAX_VALUE}. */
    public long nextDueNs() {
        if (closed) {
            return Long.MAX_VALUE;
        }
        final long due = inbox.isEmpty() ? Long.MAX_VALUE : inbox.peek().dueNs();
        if (nextNumber == number) {
            return due;
        }
        return Math.min(due, connected ? disconnectNs : connectNs);
    }

    void die() {
        closed = true;
        connected = false;
        inbox.clear();
        inboxBytes = 0;
    }

    /** The end leaves its session at the first moment, and enters the given one at the second. */
    void schedule(final long laneNumber, final long leaveNs, final long enterNs) {
        nextNumber = laneNumber;
        disconnectNs = leaveNs;
        connectNs = enterNs;
    }

    /** Of what was sent here a random prefix had arrived. */
    void keepPrefix(final Entropy entropy) {
        int keep = entropy.nextInt(inbox.size() + 1);
        final Iterator<Message> messages = inbox.iterator();
        while (messages.hasNext()) {
            final Message message = messages.next();
            if (keep-- <= 0) {
                inboxBytes -= message.bytes().length;
                messages.remove();
            }
        }
    }

    private void checkLength(final int length) {
        if (length <= 0 || length > maxMessageBytes()) {
            throw new IllegalArgumentException("message of " + length + " bytes: expected 1 to " + maxMessageBytes());
        }
    }

    private boolean accept(final long sentIn, final DirectBuffer message, final int offset, final int length) {
        if (closed || sentIn != nextNumber) {
            // Into the void: the sender has not noticed the loss yet.
            return true;
        }
        if (inboxBytes + length > lane.faults().capacityBytes) {
            return false;
        }
        final byte[] bytes = new byte[length];
        message.getBytes(offset, bytes);
        lastDueNs = Math.max(lastDueNs, lane.time().nanoTime() + lane.delayNs());
        inbox.add(new Message(sentIn, lastDueNs, bytes));
        inboxBytes += length;
        return true;
    }

    private void update() {
        if (closed || nextNumber == number) {
            return;
        }
        final long nowNs = lane.time().nanoTime();
        if (connected && nowNs >= disconnectNs) {
            connected = false;
        }
        if (nowNs >= connectNs) {
            number = nextNumber;
            connected = true;
            session = lane.nextSession(side);
            while (!inbox.isEmpty() && inbox.peek().number() < number) {
                inboxBytes -= inbox.poll().bytes().length;
            }
        }
    }
}
