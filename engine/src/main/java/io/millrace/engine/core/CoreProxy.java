package io.millrace.engine.core;

import io.millrace.engine.status.PlantedBug;
import io.millrace.engine.status.Tally;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.MessageHandler;

/**
 * One core's way to another. A request is sent only with credit: room for itself in the ring there and for its reply in
 * the ring back, both taken until the reply is in. What has no credit queues here, in order. Replies always fit,
 * because whoever asked has reserved their space. Owned by the sending core's thread.
 *
 * <p>A watch may lie with its core for long, so it takes room in the ring only while it passes through: it is sent if
 * that much of a request's share is empty now. Many fetches that wait must not hold up a batch.
 */
final class CoreProxy {
    private final Ring ring;
    private final Sleeper sleeper;
    private final Outbox outbox = new Outbox();
    private final MessageMeter meter;
    private final Tally sent;
    private final int share;
    private final boolean isOwn;
    private int requestBytesOut;
    private int replyBytesOwed;
    private int reservedBytesOut;
    private boolean wakeDue;
    private final MessageHandler outboxOffer;

    CoreProxy(final Ring ring, final Sleeper sleeper, final MessageMeter meter, final boolean isOwn) {
        this.meter = meter;
        sent = isOwn ? meter.own : meter.hops;
        this.ring = ring;
        this.isOwn = isOwn;
        this.sleeper = sleeper;
        this.share = ring.share();
        this.outboxOffer = (templateId, buffer, offset, length) -> offer(templateId, buffer, offset, length);
    }

    /**
     * Sends now or, without credit or behind others that wait, as soon as there is credit.
     *
     * @param requestFootprint room taken until the reply; if less than the message's own, the rest is only passed
     * @return whether it is sent
     */
    boolean request(
            final int templateId,
            final DirectBuffer message,
            final int length,
            final int requestFootprint,
            final int replyFootprint) {
        if (length > ring.messageBytesMax()
                || Ring.footprint(length) > share
                || requestFootprint > share
                || replyFootprint > share) {
            throw new IllegalArgumentException("message of " + length + " bytes with a reply of " + replyFootprint
                    + ": expected at most " + Math.min(share, ring.messageBytesMax()));
        }
        if (outbox.isEmpty() && hasCredit(length, requestFootprint, replyFootprint)) {
            take(requestFootprint, replyFootprint);
            offer(templateId, message, 0, length);
            return true;
        }
        if (!PlantedBug.MESSAGE_DROPPED.isPlanted()) {
            meter.stalls.increment();
            outbox.add(templateId, message, length, requestFootprint, replyFootprint);
        }
        return false;
    }

    /**
     * Sends what an earlier request has paid for.
     *
     * @param overtakes whether that request is sent; if not, this goes behind whatever waits for credit. If so, it must
     *                  not wait: it may bring the very credit that is waited for
     */
    void paid(final int templateId, final DirectBuffer message, final int length, final boolean overtakes) {
        if (overtakes || outbox.isEmpty()) {
            offer(templateId, message, 0, length);
        } else {
            outbox.add(templateId, message, length, 0, 0);
        }
    }

    /** Whether the room that is kept for changes of the metadata takes one more, or is unused. */
    boolean hasReserved(final int footprint) {
        return isWithinReserve(footprint) && ring.takes(footprint, 2 * share + ring.reserve());
    }

    /** Whether it would, but for what lies in the ring: no message will tell when that has gone. */
    boolean awaitsRoomForReserved(final int footprint) {
        return isWithinReserve(footprint) && !hasReserved(footprint);
    }

    private boolean isWithinReserve(final int footprint) {
        return reservedBytesOut == 0 || reservedBytesOut + footprint <= ring.reserve();
    }

    /** Sends a change of the metadata now, whoever waits for credit; where there {@linkplain #hasReserved is room}. */
    void reserved(final int templateId, final DirectBuffer message, final int length) {
        reservedBytesOut += Ring.footprint(length);
        offer(templateId, message, 0, length);
    }

    /** The reply to such a change is in. */
    void onReservedReply(final int footprint) {
        reservedBytesOut -= footprint;
    }

    /** The reply to a request of this size is in: its credit is free again. */
    void onReply(final int requestFootprint, final int replyFootprint) {
        requestBytesOut -= requestFootprint;
        replyBytesOwed -= replyFootprint;
        if (requestBytesOut < 0 || replyBytesOwed < 0) {
            throw new IllegalStateException("credit returned twice");
        }
    }

    /** Sends a message whose space the asking core has reserved. */
    void reply(final int templateId, final DirectBuffer message, final int length) {
        offer(templateId, message, 0, length);
    }

    /** Retries what waits for credit, at most {@code limit} messages. */
    int attempt(final int limit) {
        int sent = 0;
        while (sent < limit
                && !outbox.isEmpty()
                && hasCredit(outbox.headLength(), outbox.headRequestFootprint(), outbox.headReplyFootprint())) {
            take(outbox.headRequestFootprint(), outbox.headReplyFootprint());
            outbox.removeHead(outboxOffer);
            sent++;
        }
        return sent;
    }

    /** Whether a message may be sent at once whose reply, owed for long perhaps, leaves half of the room to others. */
    boolean mayOwe(final int messageFootprint, final int requestFootprint, final int replyFootprint) {
        return outbox.isEmpty()
                && replyBytesOwed + replyFootprint <= share / 2
                && requestBytesOut + requestFootprint <= share
                && ring.takes(messageFootprint, share);
    }

    /** Whether this is the core's way to itself. */
    boolean isOwn() {
        return isOwn;
    }

    int messageBytesMax() {
        return Math.min(ring.messageBytesMax(), share - Ring.footprint(0) - 64);
    }

    int waitingBytes() {
        return outbox.sizeInBytes();
    }

    /** Whether what waits has credit and only finds too much in the ring: no message will tell when that has gone. */
    boolean waitsForRoom() {
        return !outbox.isEmpty() && isWithinShares(outbox.headRequestFootprint(), outbox.headReplyFootprint());
    }

    /** One wake for all messages of a duty cycle. */
    void flushWake() {
        if (wakeDue) {
            wakeDue = false;
            if (sleeper.wake()) {
                meter.wakes.increment();
            }
        }
    }

    private boolean hasCredit(final int length, final int requestFootprint, final int replyFootprint) {
        if (replyFootprint == 0) {
            return true; // paid for by an earlier request
        }
        final int footprint = Ring.footprint(length);
        return isWithinShares(requestFootprint, replyFootprint)
                && ring.takes(footprint, footprint <= requestFootprint ? 2 * share : share);
    }

    private boolean isWithinShares(final int requestFootprint, final int replyFootprint) {
        return requestBytesOut + requestFootprint <= share && replyBytesOwed + replyFootprint <= share;
    }

    private void take(final int requestFootprint, final int replyFootprint) {
        requestBytesOut += requestFootprint;
        replyBytesOwed += replyFootprint;
    }

    private void offer(final int templateId, final DirectBuffer message, final int offset, final int length) {
        if (!ring.offer(templateId, message, offset, length)) {
            throw new IllegalStateException("ring full in spite of credit: template " + templateId + ", " + length
                    + " bytes, " + ring.size() + " in the ring");
        }
        sent.increment();
        wakeDue = true;
    }
}
