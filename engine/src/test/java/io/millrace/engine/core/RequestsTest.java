package io.millrace.engine.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.codec.core.AppendRequestEncoder;
import io.millrace.codec.core.MetadataEntryEncoder;
import io.millrace.codec.core.QueryReplyDecoder;
import io.millrace.codec.core.ReadRequestEncoder;
import io.millrace.codec.core.WatchCancelDecoder;
import io.millrace.codec.core.WatchReplyEncoder;
import io.millrace.codec.core.WatchRequestDecoder;
import io.millrace.engine.status.Statistics;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class RequestsTest {
    private static final int RING_BYTES = 64 * 1024;
    private static final int OTHER = 1;

    private final Ring out = new Ring(RING_BYTES);
    private final CoreProxy proxy = new CoreProxy(out, new Sleeper(), new MessageMeter(new Statistics()), false);
    private final Requests requests = new Requests(new CoreProxy[] {null, proxy}, CycleClock.stopped());
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[4096]);
    private final List<Integer> templates = new ArrayList<>();
    private final List<Long> correlations = new ArrayList<>();
    private final List<Long> answered = new ArrayList<>();

    @Test
    void shouldNotHoldARequestUpBehindWatchesThatWait() {
        for (int i = 0; i < 600; i++) {
            watch(i, 200);
            drain();
        }
        assertThat(templates).hasSize(600);
        request(4000);
        drain();
        assertThat(templates).last().isEqualTo(AppendRequestEncoder.TEMPLATE_ID);
        assertThat(proxy.waitingBytes()).isZero();
    }

    @Test
    void shouldAlwaysHaveRoomForTheCancelsOfAllWatches() {
        final List<Long> watches = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            watches.add(watch(i, 200));
            drain();
        }
        request(4000);
        watches.forEach(requests::cancelWatch);
        drain();
        assertThat(templates)
                .filteredOn(id -> id == WatchCancelDecoder.TEMPLATE_ID)
                .hasSize(600);
        watches.forEach(this::answerWatch);
        assertThat(answered).hasSize(600);
    }

    @Test
    void shouldSendInOrderWhateverWaitsForCredit() {
        for (int i = 0; i < 50; i++) {
            if (i % 3 == 0) {
                watch(i, 1000);
            } else {
                request(3000);
            }
        }
        assertThat(proxy.waitingBytes()).isPositive();
        for (int round = 0; round < 100; round++) {
            final int before = templates.size();
            drain();
            for (int i = before; i < templates.size(); i++) {
                if (templates.get(i) == WatchRequestDecoder.TEMPLATE_ID) {
                    answerWatch(correlations.get(i));
                } else {
                    answer(correlations.get(i));
                }
            }
            proxy.attempt(1000);
        }
        assertThat(templates).hasSize(50);
        for (int i = 0; i < 50; i++) {
            assertThat(templates.get(i) == WatchRequestDecoder.TEMPLATE_ID).isEqualTo(i % 3 == 0);
        }
        assertThat(answered).hasSize(50);
    }

    /** Whoever holds the credit may wait for the very change that is to be sent. */
    @Test
    void shouldSendMetadataWhoeverHoldsTheCredit() {
        while (proxy.waitingBytes() == 0) {
            request(3000);
        }
        int sent = 0;
        while (requests.maySendReserved(OTHER, 1000)) {
            final long correlation = requests.correlation(this::onReply, sent++);
            message.putLong(0, correlation, ByteOrder.LITTLE_ENDIAN);
            requests.sendReserved(
                    correlation,
                    OTHER,
                    MetadataEntryEncoder.TEMPLATE_ID,
                    message,
                    1000,
                    WatchReplyEncoder.BLOCK_LENGTH);
        }
        assertThat(sent).isPositive();
        drain();
        assertThat(templates)
                .filteredOn(id -> id == MetadataEntryEncoder.TEMPLATE_ID)
                .hasSize(sent);
        for (int i = 0; i < templates.size(); i++) {
            if (templates.get(i) == MetadataEntryEncoder.TEMPLATE_ID) {
                answerWatch(correlations.get(i));
            }
        }
        assertThat(answered).hasSize(sent);
        assertThat(requests.maySendReserved(OTHER, 1000)).isTrue();
        assertThat(proxy.waitingBytes()).isPositive();
    }

    @Test
    void shouldTellWhatNoReplyWillSetFree() {
        int token = 0;
        while (proxy.waitingBytes() == 0) {
            watch(token++, 1000);
        }
        assertThat(proxy.waitsForRoom()).isTrue();
        drain();
        proxy.attempt(1000);
        assertThat(proxy.waitsForRoom()).isFalse();
        drain();

        while (proxy.waitingBytes() == 0) {
            request(3000);
        }
        drain();
        // The replies to come bring the credit, and wake the core.
        assertThat(proxy.waitsForRoom()).isFalse();
    }

    @Test
    void shouldLeaveRoomForOthersBesideReadsThatWait() {
        int waiting = 0;
        while (requests.mayWait(OTHER, 200, 500)) {
            final long correlation = requests.correlation(this::onReply, waiting++);
            message.putLong(0, correlation, ByteOrder.LITTLE_ENDIAN);
            requests.sendWaiting(correlation, OTHER, ReadRequestEncoder.TEMPLATE_ID, message, 200, 500);
            drain();
        }
        assertThat(waiting).isBetween(2, RING_BYTES / 4 / 500 / 2);
        assertThat(requests.awaitsOtherCores()).isFalse();
        request(RING_BYTES / 16);
        assertThat(proxy.waitingBytes()).isZero();
        drain();
        answer(correlations.get(correlations.size() - 1));
        assertThat(requests.mayWait(OTHER, 200, 500)).isFalse();
        requests.cancelWatch(correlations.get(0));
        drain();
        assertThat(templates).last().isEqualTo(WatchCancelDecoder.TEMPLATE_ID);
        answer(correlations.get(0));
        assertThat(requests.mayWait(OTHER, 200, 500)).isTrue();
    }

    @Test
    void shouldExpectTheAnswerOfACancelledWatchSoon() {
        final long watch = watch(1, 200);
        assertThat(requests.awaitsOtherCores()).isFalse();
        requests.cancelWatch(watch);
        requests.cancelWatch(watch);
        assertThat(requests.awaitsOtherCores()).isTrue();
        answerWatch(watch);
        assertThat(requests.awaitsOtherCores()).isFalse();
    }

    @Test
    void shouldLetACancelOvertakeWhatWaitsForTheCreditThatItBrings() {
        final long correlation = requests.correlation(this::onReply, 0);
        message.putLong(0, correlation, ByteOrder.LITTLE_ENDIAN);
        requests.sendWaiting(correlation, OTHER, ReadRequestEncoder.TEMPLATE_ID, message, 200, 4000);
        while (proxy.waitingBytes() == 0) {
            request(3000);
        }
        drain();
        requests.cancelWatch(correlation);
        drain();
        assertThat(proxy.waitingBytes()).isPositive();
        assertThat(templates).last().isEqualTo(WatchCancelDecoder.TEMPLATE_ID);
    }

    private long watch(final long token, final int bytes) {
        final long correlation = requests.correlation(this::onReply, token);
        message.putLong(0, correlation, ByteOrder.LITTLE_ENDIAN);
        requests.sendWatch(correlation, OTHER, message, bytes);
        return correlation;
    }

    private void request(final int bytes) {
        final long correlation = requests.correlation(this::onReply, 0);
        message.putLong(0, correlation, ByteOrder.LITTLE_ENDIAN);
        requests.send(correlation, OTHER, AppendRequestEncoder.TEMPLATE_ID, message, bytes, bytes);
    }

    private void onReply(
            final long token, final int templateId, final DirectBuffer buffer, final int at, final int length) {
        answered.add(token);
    }

    private void answerWatch(final long correlation) {
        requests.onReply(OTHER, correlation, WatchReplyEncoder.TEMPLATE_ID, message, 0, WatchReplyEncoder.BLOCK_LENGTH);
    }

    private void answer(final long correlation) {
        requests.onReply(OTHER, correlation, QueryReplyDecoder.TEMPLATE_ID, message, 0, 100);
    }

    private void drain() {
        while (out.drain(this::onMessage, Integer.MAX_VALUE) > 0) {
            // A read ends where the ring begins anew.
        }
    }

    private void onMessage(final int templateId, final DirectBuffer buffer, final int index, final int length) {
        templates.add(templateId);
        correlations.add(buffer.getLong(index, ByteOrder.LITTLE_ENDIAN));
    }
}
