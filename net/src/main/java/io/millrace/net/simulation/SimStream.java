package io.millrace.net.simulation;

import java.util.ArrayDeque;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * One direction of a simulated connection: bytes arrive in order after a delay, a few at a time; what was sent and not
 * yet read is limited, so that a slow reader stops the sender.
 */
final class SimStream {
    private static final int WINDOW_BYTES = 96 * 1024;

    private record Chunk(long dueNs, byte[] bytes) {}

    private final SimNetwork network;
    private final ArrayDeque<Chunk> underWay = new ArrayDeque<>();
    private byte[] arrived = new byte[256];
    private int arrivedFrom;
    private int arrivedTo;
    private int unread;
    private long lastDueNs;
    private boolean ended;

    SimStream(final SimNetwork network) {
        this.network = network;
    }

    /** Takes as many bytes as the window, and chance, allow; 0 if it is full. */
    int send(final DirectBuffer source, final int offset, final int length) {
        final int room = Math.min(length, WINDOW_BYTES - unread);
        if (room <= 0 || ended) {
            return 0;
        }
        final int taken = network.movable(room);
        final byte[] bytes = new byte[taken];
        source.getBytes(offset, bytes);
        lastDueNs = Math.max(lastDueNs, network.nowNs() + network.delayNs());
        underWay.addLast(new Chunk(lastDueNs, bytes));
        unread += taken;
        return taken;
    }

    /** Bytes that have arrived, at most {@code length}, perhaps fewer. */
    int receive(final MutableDirectBuffer target, final int offset, final int length) {
        deliver();
        final int count = network.movable(Math.min(length, arrivedTo - arrivedFrom));
        target.putBytes(offset, arrived, arrivedFrom, count);
        arrivedFrom += count;
        unread -= count;
        return count;
    }

    boolean hasArrived() {
        deliver();
        return arrivedTo > arrivedFrom;
    }

    boolean hasRoom() {
        return unread < WINDOW_BYTES;
    }

    /** When the next bytes arrive, or {@code Long.MAX_VALUE}. */
    long nextDueNs() {
        return underWay.isEmpty() ? Long.MAX_VALUE : underWay.peekFirst().dueNs;
    }

    /** Nothing more comes; what is under way still arrives. */
    void end() {
        ended = true;
    }

    /** Whether the sender has ended it, though something may still be under way. */
    boolean isEnded() {
        return ended;
    }

    boolean isOver() {
        return ended && underWay.isEmpty() && !hasArrived();
    }

    private void deliver() {
        while (!underWay.isEmpty() && underWay.peekFirst().dueNs <= network.nowNs()) {
            final byte[] bytes = underWay.pollFirst().bytes;
            makeRoom(bytes.length);
            System.arraycopy(bytes, 0, arrived, arrivedTo, bytes.length);
            arrivedTo += bytes.length;
        }
    }

    private void makeRoom(final int needed) {
        if (arrivedTo + needed <= arrived.length) {
            return;
        }
        final int held = arrivedTo - arrivedFrom;
        final byte[] grown = new byte[Math.max(arrived.length, Integer.highestOneBit(held + needed) * 2)];
        System.arraycopy(arrived, arrivedFrom, grown, 0, held);
        arrived = grown;
        arrivedFrom = 0;
        arrivedTo = held;
    }
}
