package io.millrace.engine.port;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link Endpoint} and {@link Poller} promise, real or simulated. */
@Timeout(60)
public abstract class EndpointContract {
    private static final int TURNS_MAX = 100_000;

    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(64 * 1024));
    private EndpointDriver driver;
    private Endpoint endpoint;
    private int readable;
    private int writable;

    /** A fresh pair. */
    protected abstract EndpointDriver connect();

    @BeforeEach
    void open() {
        driver = connect();
        endpoint = driver.endpoint();
        endpoint.handler(new EndpointHandler() {
            @Override
            public void onReadable() {
                readable++;
            }

            @Override
            public void onWritable() {
                writable++;
            }
        });
    }

    @AfterEach
    void close() {
        driver.close();
    }

    @Test
    void shouldReceiveWhatThePeerSentInOrder() {
        final byte[] sent = randomBytes(300_000);
        final ByteArrayOutputStream received = new ByteArrayOutputStream();
        for (int offset = 0; offset < sent.length; offset += 30_000) {
            driver.peerSend(Arrays.copyOfRange(sent, offset, offset + 30_000));
            final int expected = offset + 30_000;
            until(() -> receiveInto(received) >= 0 && received.size() == expected);
        }
        assertThat(received.toByteArray()).isEqualTo(sent);
    }

    @Test
    void shouldReceiveNothingWhereNothingWasSent() {
        assertThat(endpoint.receive(buffer, 0, 100)).isZero();
        assertThat(endpoint.isClosed()).isFalse();
    }

    @Test
    void shouldReceiveNoMoreThanAskedAndOnlyWhereAsked() {
        driver.peerSend(new byte[] {1, 2, 3, 4, 5});
        buffer.setMemory(0, 100, (byte) 9);
        final int[] got = new int[1];
        until(() -> (got[0] += Math.max(0, endpoint.receive(buffer, 10 + got[0], 3 - got[0]))) == 3);
        final byte[] around = new byte[5];
        buffer.getBytes(9, around);
        assertThat(around).containsExactly(9, 1, 2, 3, 9);
    }

    @Test
    void shouldReceiveIntoAndSendFromMemoryOnTheHeap() {
        final UnsafeBuffer heap = new UnsafeBuffer(new byte[] {0, 7, 8, 0});
        assertThat(sendAll(heap, 1, 2)).containsExactly(7, 8);
        driver.peerSend(new byte[] {5});
        until(() -> endpoint.receive(heap, 2, 2) == 1);
        assertThat(heap.byteArray()).containsExactly(0, 7, 5, 0);
    }

    @Test
    void shouldSendInOrderAndInParts() {
        final byte[] sent = randomBytes(50_000);
        buffer.putBytes(5, sent);
        assertThat(sendAll(buffer, 5, sent.length)).isEqualTo(sent);
    }

    @Test
    void shouldTakeNothingWhenFullAndTellWhenThereIsRoomAgain() {
        long taken = 0;
        int sent = endpoint.send(buffer, 0, buffer.capacity());
        while (sent > 0) {
            taken += sent;
            sent = endpoint.send(buffer, 0, buffer.capacity());
        }
        assertThat(sent).isZero();
        endpoint.interest(false, true);
        final long[] arrived = new long[1];
        until(() -> {
            arrived[0] += driver.peerReceive(1 << 20).length;
            driver.poller().poll(0);
            return writable > 0;
        });
        final long all = taken;
        until(() -> (arrived[0] += driver.peerReceive(1 << 20).length) == all);
        assertThat(endpoint.send(buffer, 0, 1)).isEqualTo(1);
    }

    @Test
    void shouldCallOnlyWhoIsInterested() {
        driver.peerSend(new byte[] {1});
        for (int i = 0; i < 10; i++) {
            driver.settle();
            driver.poller().poll(0);
        }
        assertThat(readable + writable).isZero();
        endpoint.interest(true, false);
        until(() -> driver.poller().poll(0) == 1);
        assertThat(readable).isEqualTo(1);
        // What was not received stays ready.
        until(() -> driver.poller().poll(0) == 1);
        endpoint.interest(false, false);
        driver.settle();
        assertThat(driver.poller().poll(0)).isZero();
    }

    @Test
    void shouldEndAfterTheLastByteWhenThePeerCloses() {
        driver.peerSend(new byte[] {1, 2, 3});
        driver.peerClose();
        endpoint.interest(true, false);
        until(() -> driver.poller().poll(0) == 1);
        final ByteArrayOutputStream received = new ByteArrayOutputStream();
        until(() -> receiveInto(received) < 0);
        assertThat(received.toByteArray()).containsExactly(1, 2, 3);
        assertThat(endpoint.receive(buffer, 0, 1)).isEqualTo(Endpoint.CLOSED);
    }

    @Test
    void shouldReturnAResetAsAnEnd() {
        driver.peerReset();
        until(() -> endpoint.receive(buffer, 0, 100) == Endpoint.CLOSED);
        until(() -> endpoint.send(buffer, 0, 100) == Endpoint.CLOSED);
    }

    @Test
    void shouldMoveAndTellNothingAfterClose() {
        driver.peerSend(new byte[] {1});
        driver.settle();
        endpoint.interest(true, true);
        endpoint.close();
        endpoint.close();
        assertThat(endpoint.isClosed()).isTrue();
        assertThat(endpoint.receive(buffer, 0, 1)).isEqualTo(Endpoint.CLOSED);
        assertThat(endpoint.send(buffer, 0, 1)).isEqualTo(Endpoint.CLOSED);
        endpoint.interest(true, true);
        for (int i = 0; i < 10; i++) {
            driver.settle();
            assertThat(driver.poller().poll(0)).isZero();
        }
        assertThat(readable + writable).isZero();
    }

    @Test
    void shouldLetAHandlerCloseWhatItWasCalledFor() {
        endpoint.handler(new EndpointHandler() {
            @Override
            public void onReadable() {
                readable++;
                endpoint.close();
            }

            @Override
            public void onWritable() {
                writable++;
                endpoint.close();
            }
        });
        driver.peerSend(new byte[] {1});
        driver.settle();
        endpoint.interest(true, true);
        until(() -> driver.poller().poll(0) > 0);
        driver.settle();
        assertThat(driver.poller().poll(0)).isZero();
        assertThat(readable + writable).isEqualTo(1);
    }

    @Test
    void shouldEndTheNextWaitByAWakeup() {
        driver.poller().wakeup();
        driver.poller().wakeup();
        assertThat(driver.poller().poll(Long.MAX_VALUE)).isZero();
    }

    @Test
    void shouldEndAWaitByReadiness() {
        endpoint.interest(true, false);
        driver.peerSend(new byte[] {1});
        assertThat(driver.poller().poll(Long.MAX_VALUE)).isEqualTo(1);
        assertThat(driver.poller().poll(0)).isEqualTo(1);
    }

    @Test
    void shouldEndAWaitByItsTime() {
        assertThat(driver.poller().poll(1)).isZero();
        assertThat(driver.poller().poll(2_000_000)).isZero();
    }

    private int receiveInto(final ByteArrayOutputStream received) {
        final int got = endpoint.receive(buffer, 0, buffer.capacity());
        for (int i = 0; i < got; i++) {
            received.write(buffer.getByte(i));
        }
        return got;
    }

    private byte[] sendAll(final UnsafeBuffer source, final int offset, final int length) {
        final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
        final int[] sent = new int[1];
        until(() -> {
            if (sent[0] < length) {
                sent[0] += endpoint.send(source, offset + sent[0], length - sent[0]);
            }
            driver.poller().poll(0);
            arrived.writeBytes(driver.peerReceive(1 << 20));
            return arrived.size() == length;
        });
        return arrived.toByteArray();
    }

    private void until(final BooleanSupplier condition) {
        for (int i = 0; i < TURNS_MAX; i++) {
            if (condition.getAsBoolean()) {
                return;
            }
            driver.settle();
        }
        throw new AssertionError("never came");
    }

    private static byte[] randomBytes(final int length) {
        final byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
