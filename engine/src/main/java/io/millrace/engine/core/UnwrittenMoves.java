package io.millrace.engine.core;

import io.millrace.engine.core.PartitionMoves.Move;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.metadata.PartitionKeys;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.status.Outcome;
import io.millrace.engine.status.PlacementsAhead;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;

/**
 * Moves that are in effect and whose entry the metadata log has refused: until it takes it, a start knows only where the
 * partition was. A full disk may have space again, so one of the entries is proposed each second, and once it is written
 * all others are; a log that has failed takes nothing any more. Such a partition moves on only after that, lest an older
 * move's entry comes after a newer one has taken effect. Lives on core 0.
 */
public final class UnwrittenMoves extends Deadline {
    /**
     * What an operator should know.
     *
     * @param isGood whether something is well again
     */
    public record News(String text, boolean isGood) {}

    private static final int NEWS_MAX = 1024;
    private static final long RETRY_NS = 1_000_000_000;

    private final Core core;
    private final Long2ObjectHashMap<Unwritten> byKey = new Long2ObjectHashMap<>();
    private final ExpandableArrayBuffer command = new ExpandableArrayBuffer(64);
    private final Queue<News> news = new OneToOneConcurrentArrayQueue<>(NEWS_MAX);
    private PlacementsAhead shown;
    private MetadataHost metadata;
    private int proposed;
    private boolean stopped;

    private static final class Unwritten {
        private final Move move;
        private final int epoch;
        private boolean isProposed;

        Unwritten(final Move move, final int epoch) {
            this.move = move;
            this.epoch = epoch;
        }
    }

    UnwrittenMoves(final Core core) {
        this.core = core;
    }

    /** On core 0: who writes placements down. */
    void host(final MetadataHost host) {
        metadata = host;
        shown = core.statistics().placementsAhead();
    }

    /** @param epoch the leader epoch from which it moved */
    void add(final Move move, final int epoch) {
        byKey.put(move.partitionKey(), new Unwritten(move, epoch));
        show();
        tell(move, explain(move), false);
        tryLater();
    }

    boolean contains(final long key) {
        return byKey.containsKey(key);
    }

    List<Move> all() {
        final List<Move> all = new ArrayList<>();
        for (final Unwritten each : byKey.values()) {
            all.add(each.move);
        }
        return all;
    }

    /** What became of a move that is among these. */
    String explain(final long key) {
        return explain(byKey.get(key).move);
    }

    /** For people. */
    String explain(final Move move) {
        return "It is on core " + move.toCore()
                + (metadata.isFailed()
                        ? ", but the metadata log has failed and the move could not be written: a start may find it on core "
                                + move.fromCore() + " again."
                        : ", but the disk is full and the move could not be written: that is done once there is space, and"
                                + " a start before may find it on core " + move.fromCore() + " again.");
    }

    /** What an operator should know; one other thread may take it out. */
    Queue<News> news() {
        return news;
    }

    /** Tries once more. */
    void stop() {
        stopped = true;
        core.deadlines().disarm(this);
        proposeAll();
    }

    /** Whether none is on its way to the log. */
    boolean isIdle() {
        return proposed == 0;
    }

    boolean mayWriteMore() {
        return !byKey.isEmpty() && !metadata.isFailed();
    }

    private void tryLater() {
        if (!stopped && !isArmed() && mayWriteMore()) {
            core.deadlines().arm(this, core.nowNs() + RETRY_NS);
        }
    }

    @Override
    protected void onDeadline(final long nowNs, final long nowMs) {
        if (byKey.values().removeIf(each -> isDeleted(each.move))) {
            show();
        }
        for (final Unwritten first : byKey.values()) {
            propose(first);
            return;
        }
    }

    private boolean isDeleted(final Move move) {
        return core.image().partition(move.partitionKey()) == null;
    }

    private void proposeAll() {
        for (final Unwritten each : List.copyOf(byKey.values())) {
            propose(each);
        }
    }

    private void propose(final Unwritten entry) {
        if (entry.isProposed) {
            return;
        }
        entry.isProposed = true;
        proposed++;
        final Move move = entry.move;
        final int length = MetadataCommands.movePartition(command, 0, move.partitionKey(), move.toCore(), entry.epoch);
        metadata.execute(command, length, (outcome, first, second, message) -> {
            entry.isProposed = false;
            proposed--;
            onProposed(move, outcome);
        });
    }

    private void onProposed(final Move move, final Outcome outcome) {
        if (outcome != Outcome.OK) {
            // Of a topic that is about to be deleted too: the log may refuse that yet.
            tryLater();
            return;
        }
        byKey.remove(move.partitionKey());
        show();
        tell(move, "its move to core " + move.toCore() + " is written now.", true);
        proposeAll();
    }

    private void tell(final Move move, final String what, final boolean isGood) {
        final TopicImage topic = core.image().topicByNumber(PartitionKeys.topicNumber(move.partitionKey()));
        if (topic != null) {
            news.offer(
                    new News(topic.name() + '-' + PartitionKeys.partition(move.partitionKey()) + ": " + what, isGood));
        }
    }

    private void show() {
        int at = 0;
        shown.begin(byKey.size());
        for (final Unwritten each : byKey.values()) {
            shown.entry(at++, each.move.partitionKey(), each.move.toCore());
        }
    }
}
