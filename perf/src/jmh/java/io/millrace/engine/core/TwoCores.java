package io.millrace.engine.core;

import io.millrace.codec.core.AppendReplyEncoder;
import io.millrace.codec.core.AppendRequestDecoder;
import io.millrace.codec.core.AppendRequestEncoder;
import io.millrace.engine.status.Statistics;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Two cores' ways to each other, without the cores: one asks for appends of one partition, the other answers each as it
 * takes it. {@link #ask} and {@link #takeAnswers} belong to one thread, {@link #answer} to one, perhaps another.
 */
final class TwoCores {
    private static final int RING_BYTES = 1 << 20;
    private static final int MESSAGE_BYTES = 512;
    private static final int ASKING = 0;
    private static final int ANSWERING = 1;

    private final CoreProxy there;
    private final CoreProxy back;
    private final Requests requests;
    private final CoreAdapter arrivals;
    private final CoreAdapter answers;

    private final UnsafeBuffer request = new UnsafeBuffer(ByteBuffer.allocateDirect(MESSAGE_BYTES));
    private final UnsafeBuffer reply = new UnsafeBuffer(ByteBuffer.allocateDirect(MESSAGE_BYTES));
    private final AppendRequestEncoder requestEncoder = new AppendRequestEncoder();
    private final AppendRequestDecoder requestDecoder = new AppendRequestDecoder();
    private final AppendReplyEncoder replyEncoder = new AppendReplyEncoder();
    private final ReplyHandler handler = this::onReply;
    private final int replyBytes;
    private long answered;

    TwoCores() {
        final Ring ringThere = new Ring(RING_BYTES);
        final Ring ringBack = new Ring(RING_BYTES);
        there = new CoreProxy(ringThere, new Sleeper(), new MessageMeter(new Statistics()), false);
        back = new CoreProxy(ringBack, new Sleeper(), new MessageMeter(new Statistics()), false);
        requests = new Requests(new CoreProxy[] {null, there}, CycleClock.stopped());
        final MessageRoutes routes = new MessageRoutes();
        routes.add(AppendRequestDecoder.TEMPLATE_ID, this::onRequest);
        arrivals = new CoreAdapter(
                ASKING, ringThere, new Requests(new CoreProxy[] {back, null}, CycleClock.stopped()), routes);
        answers = new CoreAdapter(ANSWERING, ringBack, requests, new MessageRoutes());
        replyBytes = encodeReply(0);
    }

    /** Sends one request; the other core learns of it at {@link #wakeAnswering} at the latest. */
    void ask() {
        final long correlation = requests.correlation(handler, 0);
        requestEncoder.wrap(request, 0).correlation(correlation);
        requestEncoder
                .partsCount(1)
                .next()
                .partitionKey(1)
                .ownerEpoch(1)
                .address(0)
                .length(1024);
        requests.send(
                correlation, ANSWERING, AppendRequestEncoder.TEMPLATE_ID, request, requestEncoder.limit(), replyBytes);
    }

    void wakeAnswering() {
        there.flushWake();
    }

    /** Answers what has arrived; returns how much. */
    int answer(final int limit) {
        final int taken = arrivals.drain(limit);
        if (taken > 0) {
            back.flushWake();
        }
        return taken;
    }

    /** Takes what was answered, and returns how many answers there were since the beginning. */
    long takeAnswers(final int limit) {
        answers.drain(limit);
        return answered;
    }

    private void onRequest(final int from, final DirectBuffer buffer, final int offset, final int length) {
        requestDecoder.wrap(buffer, offset, AppendRequestDecoder.BLOCK_LENGTH, AppendRequestDecoder.SCHEMA_VERSION);
        back.reply(AppendReplyEncoder.TEMPLATE_ID, reply, encodeReply(requestDecoder.correlation()));
    }

    private int encodeReply(final long correlation) {
        replyEncoder.wrap(reply, 0).correlation(correlation).tookNs(0);
        replyEncoder
                .partsCount(1)
                .next()
                .baseRecordOffset(0)
                .appendTimeMs(-1)
                .logStartOffset(0)
                .badRecord(-1);
        return replyEncoder.limit();
    }

    private void onReply(
            final long token, final int templateId, final DirectBuffer buffer, final int offset, final int length) {
        answered++;
    }
}
