package io.millrace.engine.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.stream.LongStream;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link PeerLink} promises, and where it promises nothing. */
@Timeout(120)
public abstract class PeerLinkContract {
    private static final int TURNS_MAX = 100_000;
    private static final int NUMBER_BYTES = Long.BYTES;

    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[2 << 20]);
    private final Inbox atLeft = new Inbox();
    private final Inbox atRight = new Inbox();
    private PeerLinkDriver driver;
    private PeerHandler rightHandler = atRight;
    private IntConsumer rightPolled = count -> {};
    private int rightLimit = 10;
    private long toldToRight;

    /** Numbers in the order of their arrival; every message must be as {@link #message} made it. */
    private static final class Inbox implements PeerHandler {
        final List<Long> numbers = new ArrayList<>();
        final List<Integer> lengths = new ArrayList<>();

        @Override
        public void onMessage(final DirectBuffer message, final int offset, final int length) {
            final long number = message.getLong(offset);
            for (int i = NUMBER_BYTES; i < length; i++) {
                if (message.getByte(offset + i) != (byte) (number * 31 + i)) {
                    throw new AssertionError("message " + number + " of " + length + " bytes differs at " + i);
                }
            }
            numbers.add(number);
            lengths.add(length);
        }

        @Override
        public String toString() {
            return numbers.size() + " messages"
                    + (numbers.isEmpty() ? "" : " from " + numbers.getFirst() + " to " + numbers.getLast());
        }
    }

    /** A fresh pair. */
    protected abstract PeerLinkDriver connect();

    @BeforeEach
    void open() {
        driver = connect();
        untilConnected();
    }

    @AfterEach
    void close() {
        driver.close();
    }

    @Test
    void shouldCarryMessagesBothWaysInOrder() {
        for (long number = 0; number < 500; number++) {
            send(driver.left(), number, NUMBER_BYTES + (int) (number * 7 % 2_000));
            send(driver.right(), 1_000 + number, NUMBER_BYTES + (int) (number * 13 % 300));
        }
        until(() -> atLeft.numbers.size() == 500 && atRight.numbers.size() == 500);
        assertThat(atRight.numbers).isEqualTo(range(0, 500));
        assertThat(atLeft.numbers).isEqualTo(range(1_000, 1_500));
    }

    @Test
    void shouldCarryWholeMessagesOfEverySize() {
        final int most = driver.left().maxMessageBytes();
        final List<Integer> sizes = new ArrayList<>();
        for (int size = NUMBER_BYTES; size < most; size = size * 2 + 1) {
            sizes.add(size);
        }
        sizes.add(most - 1);
        sizes.add(most);
        for (int i = 0; i < sizes.size(); i++) {
            send(driver.left(), i, sizes.get(i));
        }
        until(() -> atRight.numbers.size() == sizes.size());
        assertThat(atRight.numbers).isEqualTo(range(0, sizes.size()));
        assertThat(atRight.lengths).isEqualTo(sizes);
    }

    @Test
    void shouldRefuseWhatIsNoMessage() {
        final PeerLink link = driver.left();
        assertThatThrownBy(() -> link.offer(buffer, 0, link.maxMessageBytes() + 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> link.offer(buffer, 0, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldCopyWhatIsOffered() {
        send(driver.left(), 1, 100);
        buffer.setMemory(0, 100, (byte) 0);
        until(() -> atRight.numbers.size() == 1);
        assertThat(atRight.numbers).containsExactly(1L);
    }

    @Test
    void shouldHandOverNoMoreThanTheLimit() {
        final int[] before = new int[1];
        rightLimit = 3;
        rightPolled = count -> {
            assertThat(count).isEqualTo(atRight.numbers.size() - before[0]).isBetween(0, 3);
            before[0] = atRight.numbers.size();
        };
        for (long number = 0; number < 20; number++) {
            send(driver.left(), number, 100);
        }
        until(() -> atRight.numbers.size() == 20);
        assertThat(atRight.numbers).isEqualTo(range(0, 20));
    }

    @Test
    void shouldPushBackRatherThanDropWhenThePeerDoesNotPoll() {
        final List<Long> taken = new ArrayList<>();
        long number = 0;
        int refusals = 0;
        while (refusals < 100) {
            final long result = driver.left().offer(message(number, 3_000), 0, 3_000);
            if (result > 0) {
                taken.add(number++);
                refusals = 0;
            } else {
                assertThat(result).isEqualTo(PeerLink.BACK_PRESSURED);
                refusals++;
                driver.left().poll(atLeft, 10);
                if (refusals % 10 == 0) {
                    driver.settle();
                }
            }
            assertThat(number).as("messages that nobody took").isLessThan(100_000);
        }
        assertThat(taken).isNotEmpty();
        until(() -> atRight.numbers.size() == taken.size());
        send(driver.left(), number, 100);
        taken.add(number);
        until(() -> atRight.numbers.size() == taken.size());
        assertThat(atRight.numbers).isEqualTo(taken);
    }

    @Test
    void shouldTakeAnswersFromWithinTheHandler() {
        rightHandler = (message, offset, length) -> {
            atRight.onMessage(message, offset, length);
            long result = 0;
            for (int i = 0; i < 1_000 && result <= 0; i++) {
                result = driver.right().offer(message, offset, length);
            }
            assertThat(result).isPositive();
        };
        for (long number = 0; number < 50; number++) {
            send(driver.left(), number, 64);
        }
        until(() -> atLeft.numbers.size() == 50);
        assertThat(atLeft.numbers).isEqualTo(range(0, 50));
    }

    @Test
    void shouldLoseNoMoreThanTheTailOfALostSession() {
        final long leftBefore = driver.left().session();
        final long rightBefore = driver.right().session();
        for (long number = 0; number < 30; number++) {
            send(driver.left(), number, 500);
        }
        driver.loseSession();
        until(() -> driver.left().isConnected()
                && driver.right().isConnected()
                && driver.left().session() != leftBefore
                && driver.right().session() != rightBefore);
        final int arrived = atRight.numbers.size();
        assertThat(atRight.numbers).as("a prefix").isEqualTo(range(0, arrived));
        assertCarriesOn(arrived);
    }

    @Test
    void shouldNeverHandOverMessagesOfAnEarlierSession() {
        for (int round = 0; round < 5; round++) {
            final long before = driver.right().session();
            for (long number = 0; number < 10; number++) {
                send(driver.left(), round * 100L + number, 200);
            }
            driver.loseSession();
            atRight.numbers.clear();
            until(() -> driver.right().isConnected() && driver.right().session() != before);
            untilConnected();
            atRight.numbers.clear();
            final long mark = 5_000 + round;
            send(driver.left(), mark, 64);
            until(() -> atRight.numbers.contains(mark));
            assertThat(atRight.numbers.getFirst()).isEqualTo(mark);
        }
    }

    @Test
    void shouldHandOverOneSessionInAPoll() {
        final Map<Long, Long> sentIn = new TreeMap<>();
        rightHandler = (message, offset, length) -> {
            final long sent = message.getLong(offset);
            final Long first = sentIn.putIfAbsent(toldToRight, sent);
            assertThat(first == null ? sent : first).isEqualTo(sent);
        };
        for (int round = 0; round < 4; round++) {
            final long before = driver.left().session();
            driver.loseSession();
            until(() -> {
                driver.left().offer(message(driver.left().session(), 64), 0, 64);
                return driver.left().isConnected() && driver.left().session() != before;
            });
            final int sessions = sentIn.size();
            until(() -> {
                driver.left().offer(message(driver.left().session(), 64), 0, 64);
                return sentIn.size() > sessions;
            });
        }
        assertThat(sentIn.values()).doesNotHaveDuplicates();
    }

    @Test
    void shouldMeetAPeerThatWasRestarted() {
        final long before = driver.left().session();
        for (long number = 0; number < 30; number++) {
            send(driver.left(), number, 500);
        }
        driver.restartRight();
        atRight.numbers.clear();
        until(() -> driver.left().isConnected() && driver.left().session() != before);
        untilConnected();
        assertThat(atRight.numbers).as("sent to another process").isEmpty();
        assertCarriesOn(0);
    }

    @Test
    void shouldSayThatNobodyIsThere() {
        driver.right().close();
        until(() -> driver.left().offer(message(1, 64), 0, 64) == PeerLink.NOT_CONNECTED);
        assertThat(driver.left().isConnected()).isFalse();
    }

    @Test
    void shouldDoNothingOnceClosed() {
        final PeerLink link = driver.left();
        link.close();
        link.close();
        assertThat(link.isConnected()).isFalse();
        assertThat(link.offer(message(1, 64), 0, 64)).isEqualTo(PeerLink.CLOSED);
        assertThat(link.poll(atLeft, 1)).isZero();
    }

    private void assertCarriesOn(final int arrived) {
        for (long number = 100; number < 120; number++) {
            send(driver.left(), number, 500);
            send(driver.right(), number, 50);
        }
        until(() -> atRight.numbers.size() == arrived + 20 && atLeft.numbers.size() == 20);
        assertThat(atRight.numbers.subList(arrived, arrived + 20)).isEqualTo(range(100, 120));
        assertThat(atLeft.numbers).isEqualTo(range(100, 120));
    }

    private void untilConnected() {
        until(() -> driver.left().isConnected() && driver.right().isConnected());
    }

    /** Offers until the link takes it. */
    private void send(final PeerLink link, final long number, final int length) {
        until(() -> {
            final long result = link.offer(message(number, length), 0, length);
            assertThat(result).isNotEqualTo(PeerLink.CLOSED);
            return result > 0;
        });
    }

    private UnsafeBuffer message(final long number, final int length) {
        buffer.putLong(0, number);
        for (int i = NUMBER_BYTES; i < length; i++) {
            buffer.putByte(i, (byte) (number * 31 + i));
        }
        return buffer;
    }

    private void until(final BooleanSupplier condition) {
        for (int turn = 0; !condition.getAsBoolean(); turn++) {
            if (turn == TURNS_MAX) {
                throw new AssertionError("did not happen; left has " + atLeft + ", right " + atRight);
            }
            toldToRight = driver.right().session();
            final int count = driver.right().poll(rightHandler, rightLimit);
            rightPolled.accept(count);
            if (driver.left().poll(atLeft, 10) + count == 0) {
                driver.settle();
            }
        }
    }

    private static List<Long> range(final long from, final long to) {
        return LongStream.range(from, to).boxed().toList();
    }
}
