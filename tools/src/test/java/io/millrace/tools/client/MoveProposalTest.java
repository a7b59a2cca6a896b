package io.millrace.tools.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

final class MoveProposalTest {
    private static final long MB = 1_000_000;
    private static final double TENTH = 0.1;

    @Test
    void shouldMoveOneOfTwoHotPartitionsToTheIdleCore() {
        final MoveProposal proposal = MoveProposal.of(List.of(core(0, 10 * MB, 10 * MB), core(1)), TENTH);
        assertThat(moves(proposal)).containsExactly("c0-0 0>1");
        assertThat(proposal.loadAfter(0)).isEqualTo(10 * MB);
        assertThat(proposal.loadAfter(1)).isEqualTo(10 * MB);
    }

    @Test
    void shouldTakeThePartitionThatEvensBestAndNotTheHottest() {
        final MoveProposal proposal =
                MoveProposal.of(List.of(core(0, 50 * MB, 20 * MB, 5 * MB), core(1, 40 * MB)), TENTH);
        assertThat(moves(proposal)).containsExactly("c0-1 0>1");
    }

    @Test
    void shouldMoveNothingThatHelpsTooLittle() {
        assertThat(moves(MoveProposal.of(List.of(core(0, 54 * MB, MB, MB), core(1, 50 * MB)), TENTH)))
                .isEmpty();
        assertThat(moves(MoveProposal.of(List.of(core(0, 50 * MB, 8 * MB), core(1, 41 * MB)), TENTH)))
                .containsExactly("c0-1 0>1");
        assertThat(moves(MoveProposal.of(List.of(core(0, 50 * MB, 8 * MB), core(1, 41 * MB)), 0.2)))
                .isEmpty();
    }

    @Test
    void shouldSayThatOnePartitionIsTooHotForAnyCore() {
        final MoveProposal proposal = MoveProposal.of(List.of(core(0, 100 * MB), core(1, MB)), TENTH);
        assertThat(proposal.moves()).isEmpty();
        assertThat(proposal.whyNothing()).contains("c0-0 alone");
    }

    @Test
    void shouldRelieveTheNextCoreWhereTheBusiestCannotBe() {
        final MoveProposal proposal =
                MoveProposal.of(List.of(core(0, 100 * MB), core(1, 40 * MB, 40 * MB), core(2)), TENTH);
        assertThat(moves(proposal)).containsExactly("c1-0 1>2");
    }

    @Test
    void shouldLeaveABrokerAloneThatHasHardlyAnythingToDoOrOneCore() {
        final MoveProposal idle = MoveProposal.of(List.of(core(0, 1_000, 1_000), core(1)), TENTH);
        assertThat(idle.moves()).isEmpty();
        assertThat(idle.whyNothing()).contains("hardly anything");
        final MoveProposal single = MoveProposal.of(List.of(core(0, 50 * MB, 50 * MB)), TENTH);
        assertThat(single.moves()).isEmpty();
        assertThat(single.whyNothing()).contains("one core");
    }

    @Test
    void shouldCountWhatIsNotAmongTheHottest() {
        final CoreLoad cold = new CoreLoad(
                1,
                0.5,
                new CoreLoad.Rates(100 * MB, 0, 0, 100 * MB),
                core(1, MB).partitions());
        assertThat(moves(MoveProposal.of(List.of(core(0, 50 * MB, 50 * MB), cold), TENTH)))
                .isEmpty();
    }

    /** Whatever the loads are: each partition goes once, from where it is, and no core becomes busier than the busiest was. */
    @Test
    void shouldNeverMakeItWorse() {
        final Random random = new Random(5);
        for (int i = 0; i < 2_000; i++) {
            final List<CoreLoad> cores = new ArrayList<>();
            for (int core = 0; core < 1 + random.nextInt(6); core++) {
                final long[] loads =
                        random.longs(random.nextInt(17), 0, 100 * MB).toArray();
                cores.add(core(core, loads));
            }
            final long busiest = cores.stream().mapToLong(CoreLoad::load).max().orElseThrow();
            final MoveProposal proposal = MoveProposal.of(cores, TENTH);
            assertThat(proposal.moves())
                    .extracting(MoveProposal.Move::partition)
                    .doesNotHaveDuplicates();
            long sum = 0;
            for (int core = 0; core < cores.size(); core++) {
                assertThat(proposal.loadAfter(core)).isBetween(0L, busiest);
                sum += proposal.loadAfter(core);
            }
            assertThat(sum).isEqualTo(cores.stream().mapToLong(CoreLoad::load).sum());
            for (final MoveProposal.Move move : proposal.moves()) {
                assertThat(cores.get(move.from()).partitions()).contains(move.what());
            }
        }
    }

    private static List<String> moves(final MoveProposal proposal) {
        return proposal.moves().stream()
                .map(move -> move.partition() + " " + move.from() + ">" + move.to())
                .toList();
    }

    /** A core whose partitions have these loads. */
    private static CoreLoad core(final int number, final long... loads) {
        final List<CoreLoad.OfPartition> partitions = new ArrayList<>();
        long sum = 0;
        for (int i = 0; i < loads.length; i++) {
            partitions.add(new CoreLoad.OfPartition(
                    new TopicPartition("c" + number, i), new CoreLoad.Rates(0, 0, 0, loads[i])));
            sum += loads[i];
        }
        return new CoreLoad(number, 0, new CoreLoad.Rates(0, 0, 0, sum), partitions);
    }
}
