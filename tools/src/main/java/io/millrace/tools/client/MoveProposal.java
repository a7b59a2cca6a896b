package io.millrace.tools.client;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * Which moves would even the loads of cores. Each takes from the busiest core that a move relieves the partition that leaves
 * the busier of it and the idlest core with the least, and is worth it only if that is clearly less than before.
 */
final class MoveProposal {
    /** Less than that on the busiest core is no load that could be in the way of anything. */
    static final long LOAD_MIN = 128 * 1024;

    /** One move; the load is what goes along. */
    record Move(CoreLoad.OfPartition what, int from, int to) {
        TopicPartition partition() {
            return what.partition();
        }
    }

    private final List<CoreLoad> cores;
    private final double gainMin;
    private final long[] loads;
    private final Set<TopicPartition> moved = new HashSet<>();
    private final List<Move> moves = new ArrayList<>();

    private MoveProposal(final List<CoreLoad> cores, final double gainMin) {
        this.cores = cores;
        this.gainMin = gainMin;
        loads = cores.stream().mapToLong(CoreLoad::load).toArray();
    }

    /**
     * The cores are numbered from 0.
     *
     * @param gainMin the share of the busier core's load by which each move has to better it, over 0 and up to 1
     */
    static MoveProposal of(final List<CoreLoad> cores, final double gainMin) {
        final MoveProposal proposal = new MoveProposal(cores, gainMin);
        while (proposal.addMove()) {
            // One at a time, each on top of those before.
        }
        return proposal;
    }

    /** In the order in which they are to be done. */
    List<Move> moves() {
        return moves;
    }

    /** A core's load after the moves. */
    long loadAfter(final int core) {
        return loads[core];
    }

    private boolean addMove() {
        final List<Integer> byLoad = new ArrayList<>();
        for (int core = 0; core < loads.length; core++) {
            byLoad.add(core);
        }
        byLoad.sort(Comparator.comparingLong((Integer core) -> -loads[core]));
        final int to = byLoad.getLast();
        for (final int from : byLoad) {
            final Move best = from == to || loads[from] < LOAD_MIN ? null : best(from, to);
            if (best != null) {
                loads[from] -= best.what.load();
                loads[to] += best.what.load();
                moved.add(best.partition());
                moves.add(best);
                return true;
            }
        }
        return false;
    }

    /** Null if none is worth it. */
    private Move best(final int from, final int to) {
        Move best = null;
        double bestLoad = loads[from] * (1 - gainMin);
        for (final CoreLoad.OfPartition each : cores.get(from).partitions()) {
            final long busier = Math.max(loads[from] - each.load(), loads[to] + each.load());
            if (busier <= bestLoad && !moved.contains(each.partition())) {
                best = new Move(each, from, to);
                bestLoad = Math.nextDown((double) busier);
            }
        }
        return best;
    }

    /** Why there is nothing to move. */
    String whyNothing() {
        if (cores.size() == 1) {
            return "the broker has one core";
        }
        final CoreLoad busiest =
                cores.stream().max(Comparator.comparingLong(CoreLoad::load)).orElseThrow();
        if (busiest.load() < LOAD_MIN) {
            return "hardly anything is written or read";
        }
        if (!busiest.partitions().isEmpty()) {
            final CoreLoad.OfPartition hottest = busiest.partitions().getFirst();
            if (isUneven(busiest) && hottest.load() * 2 > busiest.load()) {
                return hottest.partition() + " alone has most of what core " + busiest.core()
                        + " has to do, and would have it on any core: spread its records over more partitions";
            }
        }
        return "no move would take " + Math.round(gainMin * 100) + " % off a core that has more to do than another";
    }

    private boolean isUneven(final CoreLoad busiest) {
        final long idlest = cores.stream().mapToLong(CoreLoad::load).min().orElseThrow();
        return idlest < busiest.load() * (1 - gainMin);
    }
}
