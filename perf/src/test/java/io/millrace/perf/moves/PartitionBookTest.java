package io.millrace.perf.moves;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.perf.moves.PartitionBook.Balance;
import org.junit.jupiter.api.Test;

final class PartitionBookTest {
    private static final int RECORDS = 10;

    private final PartitionBook book = new PartitionBook();

    @Test
    void shouldBalanceWhereEachRecordIsWhereItWasAcknowledged() {
        acknowledge();
        read(0, RECORDS, 1);

        assertThat(book.balance()).isEqualTo(new Balance(RECORDS, 0, 0, 0));
        assertThat(book.balance().isSound()).isTrue();
    }

    @Test
    void shouldCallLostWhatIsNotReadInTheEnd() {
        acknowledge();
        read(0, RECORDS - 1, 1);

        assertThat(book.balance()).isEqualTo(new Balance(RECORDS, 0, 1, 0));
    }

    @Test
    void shouldCallLostWhatIsNotReadInTheMiddle() {
        acknowledge();
        read(0, 4, 1);
        read(5, RECORDS, 1);

        assertThat(book.balance()).isEqualTo(new Balance(RECORDS, 0, 1, 0));
    }

    @Test
    void shouldCallRepeatedWhatIsReadTwice() {
        acknowledge();
        read(0, RECORDS, 1);
        book.read(RECORDS - 1, RECORDS + 1);

        assertThat(book.balance()).isEqualTo(new Balance(RECORDS, 0, 0, 1));
    }

    @Test
    void shouldCallRepeatedAndLostWhatIsBehindALaterOne() {
        acknowledge();
        read(0, 4, 1);
        book.read(5, 5);
        book.read(4, 6);
        read(6, RECORDS, 1);

        assertThat(book.balance()).isEqualTo(new Balance(RECORDS, 0, 2, 1));
    }

    @Test
    void shouldCallMisplacedWhatIsNotAcknowledgedAtTheNextOffset() {
        book.acknowledged(0, 1);
        book.acknowledged(1, 3);
        book.acknowledged(2, 3);
        read(0, 1, 1);
        book.read(1, 3);

        assertThat(book.balance()).isEqualTo(new Balance(3, 2, 2, 0));
    }

    @Test
    void shouldCallMisplacedWhatIsAcknowledgedBeforeAnEarlierOne() {
        book.acknowledged(1, 1);
        book.acknowledged(0, 2);

        assertThat(book.balance().misplaced()).isEqualTo(2);
    }

    private void acknowledge() {
        for (int number = 0; number < RECORDS; number++) {
            book.acknowledged(number, number + 1);
        }
    }

    private void read(final long from, final long to, final long firstOffset) {
        for (long number = from; number < to; number++) {
            book.read(number, number + firstOffset);
        }
    }
}
