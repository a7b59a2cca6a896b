package io.millrace.tools.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CoreMovesTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

    private long nowNs;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1024, 1025, 2000})
    void shouldKnowTheNodeByWhateverListener(final int node) {
        assertThat(CoreMoves.nodeOf(List.of(node))).isEqualTo(node);
        final List<Integer> cores =
                List.of(CoreMoves.brokerId(node, 2), CoreMoves.brokerId(node, 0), CoreMoves.brokerId(node, 1));
        assertThat(CoreMoves.nodeOf(cores)).isEqualTo(node);
    }

    @Test
    void shouldRefuseSeveralNodes() {
        assertThatThrownBy(() -> CoreMoves.nodeOf(List.of(1025, 2049)))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("several nodes");
    }

    @Test
    void shouldSayWhichCoresThereAre() {
        assertThat(CoreMoves.mistake(2, 7)).isEqualTo("there is no core 7, expected 0 to 1");
        assertThat(CoreMoves.mistake(2, 1)).isNull();
        assertThat(CoreMoves.mistake(1, 7)).as("a listener for the node").isNull();
    }

    /** A broker that has waited long answers without an error although nothing has happened yet. */
    @Test
    void shouldAskAgainWhereTheAnswerMaySayNothing() {
        final ArrayDeque<Long> takes = new ArrayDeque<>(List.of(15L, 16L, 1L, 1L));
        assertThat(CoreMoves.untilTrue(() -> nowNs += takes.poll() * SECOND_NS, () -> nowNs))
                .isTrue();
        assertThat(takes).hasSize(1);
    }

    @Test
    void shouldTellTheFailureThatComesLater() {
        final ArrayDeque<Long> takes = new ArrayDeque<>(List.of(15L));
        assertThatThrownBy(() -> CoreMoves.untilTrue(
                        () -> {
                            if (takes.isEmpty()) {
                                throw new CommandFailure("no room");
                            }
                            nowNs += takes.poll() * SECOND_NS;
                        },
                        () -> nowNs))
                .hasMessage("no room");
    }

    @Test
    void shouldNotClaimWhatHasNotHappened() {
        assertThat(CoreMoves.untilTrue(() -> nowNs += 15 * SECOND_NS, () -> nowNs))
                .isFalse();
    }

    @Test
    void shouldSayOfAMoveThatItIsNotWrittenAndNotThatItIsImpossible() {
        final NotControllerException refused = new NotControllerException("It is on core 1, but the disk is full.");
        assertThat(CoreMoves.unwritten(PARTITION, 1, new CommandFailure("cannot move: it is", refused)))
                .hasMessage("the move of orders-0 to core 1 is not written: It is on core 1, but the disk is full");
        final CommandFailure other = new CommandFailure("cannot move: no", new UnknownServerException("no"));
        assertThat(CoreMoves.unwritten(PARTITION, 1, other)).isSameAs(other);
    }
}
