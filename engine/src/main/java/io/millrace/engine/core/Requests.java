package io.millrace.engine.core;

import io.millrace.codec.core.WatchCancelEncoder;
import io.millrace.codec.core.WatchReplyEncoder;
import io.millrace.codec.core.WatchRequestEncoder;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What this core has asked of cores, itself included, and who waits for each answer. A message to the own core takes
 * the same way through a ring. Never refuses and never drops: what has no credit waits in order, and connections stop
 * reading while {@link #isCongested}. Owned by the core's thread.
 */
public final class Requests {
    private static final int SLOTS_INITIAL = 64;
    private static final int CONGESTED_BYTES = 1 << 20;
    /** What a watch pays for until its reply is in. */
    private static final int CANCEL_FOOTPRINT = Ring.footprint(WatchCancelEncoder.BLOCK_LENGTH);

    private final CoreProxy[] proxies;
    private final UnsafeBuffer cancel = new UnsafeBuffer(new byte[WatchCancelEncoder.BLOCK_LENGTH]);
    private final WatchCancelEncoder cancelEncoder = new WatchCancelEncoder();
    private ReplyHandler[] handlers = new ReplyHandler[SLOTS_INITIAL];
    private long[] tokens = new long[SLOTS_INITIAL];
    private int[] targets = new int[SLOTS_INITIAL];
    private int[] requestFootprints = new int[SLOTS_INITIAL];
    private int[] replyFootprints = new int[SLOTS_INITIAL];
    private int[] generations = new int[SLOTS_INITIAL];
    private long[] sentNs = new long[SLOTS_INITIAL];
    /** Whether another core's answer should come soon. */
    private boolean[] soon = new boolean[SLOTS_INITIAL];
    /** Whether it was in the ring at once, and never queued for credit. */
    private boolean[] sent = new boolean[SLOTS_INITIAL];
    /** Whether it has the room that is kept for changes of the metadata. */
    private boolean[] reserved = new boolean[SLOTS_INITIAL];

    private int[] free = new int[SLOTS_INITIAL];
    private int freeCount;
    private int askedOfOthers;
    private final CycleClock clock;
    private long roundTripNs;

    Requests(final CoreProxy[] proxies, final CycleClock clock) {
        this.proxies = proxies;
        this.clock = clock;
        addFreeSlots(0, SLOTS_INITIAL);
    }

    public int coreCount() {
        return proxies.length;
    }

    /**
     * Takes the correlation to encode into a message's first field; it must be sent right afterwards.
     *
     * @param handler hears the reply
     * @param token   given to the handler
     */
    public long correlation(final ReplyHandler handler, final long token) {
        if (freeCount == 0) {
            grow();
        }
        final int slot = free[--freeCount];
        handlers[slot] = handler;
        tokens[slot] = token;
        targets[slot] = -1;
        return (long) generations[slot] << 32 | slot;
    }

    /**
     * Sends the message body that lies at the buffer's start.
     *
     * @param correlation   from {@link #correlation}, as encoded in the message
     * @param replyBytesMax an upper bound of the reply's body
     */
    public void send(
            final long correlation,
            final int targetCore,
            final int templateId,
            final DirectBuffer message,
            final int length,
            final int replyBytesMax) {
        send(correlation, targetCore, templateId, message, length, replyBytesMax, Ring.footprint(length));
    }

    /** Whether a change of the metadata may be sent now that takes no room from requests. */
    boolean maySendReserved(final int targetCore, final int length) {
        return proxies[targetCore].hasReserved(Ring.footprint(length));
    }

    /** Whether it may not only because the ring has to be drained first. */
    boolean awaitsRoomForReserved(final int targetCore, final int length) {
        return proxies[targetCore].awaitsRoomForReserved(Ring.footprint(length));
    }

    /** Sends it: whoever waits for what it brings about may have all the credit there is. */
    void sendReserved(
            final long correlation,
            final int targetCore,
            final int templateId,
            final DirectBuffer message,
            final int length,
            final int replyBytesMax) {
        final int slot = slotOf(correlation);
        targets[slot] = targetCore;
        sentNs[slot] = clock.lastNs();
        requestFootprints[slot] = Ring.footprint(length);
        replyFootprints[slot] = Ring.footprint(replyBytesMax);
        sent[slot] = true;
        reserved[slot] = true;
        soon[slot] = true;
        askedOfOthers++;
        proxies[targetCore].reserved(templateId, message, length);
    }

    /** Sends a watch, which keeps credit for its reply and its cancel alone: it may lie there for long. */
    public void sendWatch(final long correlation, final int targetCore, final DirectBuffer message, final int length) {
        send(
                correlation,
                targetCore,
                WatchRequestEncoder.TEMPLATE_ID,
                message,
                length,
                WatchReplyEncoder.BLOCK_LENGTH,
                CANCEL_FOOTPRINT);
    }

    /** Whether a read may be sent that waits: those that do leave half of the room for replies to others. */
    public boolean mayWait(final int targetCore, final int length, final int replyBytesMax) {
        return proxies[targetCore].mayOwe(Ring.footprint(length), CANCEL_FOOTPRINT, Ring.footprint(replyBytesMax));
    }

    /** Sends a read that may wait, and be cancelled like a watch. It keeps credit for its reply and its cancel. */
    public void sendWaiting(
            final long correlation,
            final int targetCore,
            final int templateId,
            final DirectBuffer message,
            final int length,
            final int replyBytesMax) {
        send(correlation, targetCore, templateId, message, length, replyBytesMax, CANCEL_FOOTPRINT);
    }

    /** Asks for the early end of a watch, or of a read that waits. Its reply comes in any case, once. */
    public void cancelWatch(final long correlation) {
        final int slot = slotOf(correlation);
        final int target = targets[slot];
        if (!soon[slot] && !proxies[target].isOwn()) {
            soon[slot] = true;
            askedOfOthers++;
        }
        cancelEncoder.wrap(cancel, 0).correlation(correlation);
        proxies[target].paid(WatchCancelEncoder.TEMPLATE_ID, cancel, WatchCancelEncoder.BLOCK_LENGTH, sent[slot]);
    }

    /** The largest message body that fits between cores, in bytes. */
    public int messageBytesMax() {
        return proxies[0].messageBytesMax();
    }

    /** For the handler of a reply: how long ago its request was sent, on the core's clock. */
    public long roundTripNs() {
        return roundTripNs;
    }

    /** Whether so much waits for credit that no new requests should be started. */
    public boolean isCongested() {
        for (final CoreProxy proxy : proxies) {
            if (proxy.waitingBytes() > CONGESTED_BYTES) {
                return true;
            }
        }
        return false;
    }

    void onReply(
            final int from,
            final long correlation,
            final int templateId,
            final DirectBuffer buffer,
            final int offset,
            final int length) {
        final int slot = slotOf(correlation);
        if (targets[slot] != from) {
            throw new IllegalStateException("reply from core " + from + " to a request sent to " + targets[slot]);
        }
        if (Ring.footprint(length) > replyFootprints[slot]) {
            throw new IllegalStateException(
                    "reply of template " + templateId + " with " + length + " bytes exceeds what was reserved for it");
        }
        final ReplyHandler handler = handlers[slot];
        final long token = tokens[slot];
        roundTripNs = clock.lastNs() - sentNs[slot];
        if (reserved[slot]) {
            reserved[slot] = false;
            proxies[from].onReservedReply(requestFootprints[slot]);
        } else {
            proxies[from].onReply(requestFootprints[slot], replyFootprints[slot]);
        }
        askedOfOthers -= soon[slot] ? 1 : 0;
        soon[slot] = false;
        handlers[slot] = null;
        generations[slot]++;
        free[freeCount++] = slot;
        handler.onReply(token, templateId, buffer, offset, length);
    }

    private void send(
            final long correlation,
            final int targetCore,
            final int templateId,
            final DirectBuffer message,
            final int length,
            final int replyBytesMax,
            final int requestFootprint) {
        final int slot = slotOf(correlation);
        targets[slot] = targetCore;
        sentNs[slot] = clock.lastNs();
        requestFootprints[slot] = requestFootprint;
        replyFootprints[slot] = Ring.footprint(replyBytesMax);
        soon[slot] = requestFootprint != CANCEL_FOOTPRINT && !proxies[targetCore].isOwn(); // a watch may lie there long
        askedOfOthers += soon[slot] ? 1 : 0;
        sent[slot] = proxies[targetCore].request(
                templateId, message, length, requestFootprints[slot], replyFootprints[slot]);
    }

    /** Whether another core owes an answer that should come soon. */
    boolean awaitsOtherCores() {
        return askedOfOthers > 0;
    }

    private int slotOf(final long correlation) {
        final int slot = (int) correlation;
        if (generations[slot] != (int) (correlation >>> 32) || handlers[slot] == null) {
            throw new IllegalStateException("correlation " + correlation + " is not outstanding");
        }
        return slot;
    }

    private void grow() {
        final int before = handlers.length;
        final int after = before * 2;
        handlers = Arrays.copyOf(handlers, after);
        tokens = Arrays.copyOf(tokens, after);
        targets = Arrays.copyOf(targets, after);
        requestFootprints = Arrays.copyOf(requestFootprints, after);
        replyFootprints = Arrays.copyOf(replyFootprints, after);
        generations = Arrays.copyOf(generations, after);
        sentNs = Arrays.copyOf(sentNs, after);
        soon = Arrays.copyOf(soon, after);
        sent = Arrays.copyOf(sent, after);
        reserved = Arrays.copyOf(reserved, after);
        free = Arrays.copyOf(free, after);
        addFreeSlots(before, after);
    }

    private void addFreeSlots(final int from, final int to) {
        for (int slot = to - 1; slot >= from; slot--) {
            free[freeCount++] = slot;
        }
    }
}
