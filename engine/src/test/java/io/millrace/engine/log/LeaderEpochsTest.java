package io.millrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LeaderEpochsTest {
    private final LeaderEpochs epochs = new LeaderEpochs();

    @Test
    void shouldKnowNothingAtFirst() {
        assertThat(epochs.latestEpoch()).isEqualTo(LeaderEpochs.NO_EPOCH);
        assertThat(epochs.endOffsetFor(0, 100)).isEqualTo(LeaderEpochs.NO_OFFSET);
        assertThat(epochs.epochOf(0)).isEqualTo(LeaderEpochs.NO_EPOCH);
    }

    @Test
    void shouldAnswerEndOffsetsAsKafkaDoes() {
        epochs.assign(2, 0);
        epochs.assign(2, 5);
        epochs.assign(4, 10);
        epochs.assign(3, 12);
        epochs.assign(7, 20);
        assertThat(epochs.count()).isEqualTo(3);
        assertThat(epochs.endOffsetFor(7, 33)).isEqualTo(33);
        assertThat(epochs.endOffsetFor(8, 33)).isEqualTo(LeaderEpochs.NO_OFFSET);
        assertThat(epochs.endOffsetFor(5, 33)).isEqualTo(20);
        assertThat(epochs.floorEpoch(5)).isEqualTo(4);
        assertThat(epochs.endOffsetFor(3, 33)).isEqualTo(10);
        assertThat(epochs.floorEpoch(3)).isEqualTo(2);
        assertThat(epochs.endOffsetFor(0, 33)).isZero();
        assertThat(epochs.floorEpoch(0)).isZero();
        assertThat(epochs.endOffsetFor(-1, 33)).isEqualTo(LeaderEpochs.NO_OFFSET);
        assertThat(epochs.epochOf(9)).isEqualTo(2);
        assertThat(epochs.epochOf(10)).isEqualTo(4);
    }

    @Test
    void shouldForgetEpochsThatWroteNothing() {
        epochs.assign(1, 0);
        epochs.assign(2, 8);
        epochs.assign(3, 8);
        assertThat(epochs.count()).isEqualTo(2);
        assertThat(epochs.endOffsetFor(1, 9)).isEqualTo(8);
        assertThat(epochs.endOffsetFor(2, 9)).isEqualTo(8);
    }

    @Test
    void shouldFollowTheLogsEnds() {
        epochs.assign(1, 0);
        epochs.assign(2, 10);
        epochs.assign(3, 20);
        epochs.truncateFromStart(15);
        assertThat(epochs.count()).isEqualTo(2);
        assertThat(epochs.startOffsetAt(0)).isEqualTo(15);
        epochs.truncateFromEnd(20);
        assertThat(epochs.latestEpoch()).isEqualTo(2);
        assertThat(epochs.isChanged()).isTrue();
        assertThatThrownBy(() -> epochs.assign(9, 14)).isInstanceOf(IllegalStateException.class);
    }
}
