package io.millrace.engine.core;

import io.millrace.engine.log.LogArrival;
import io.millrace.engine.metadata.CommandResult;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.partition.PartitionDeparture;
import io.millrace.engine.partition.PartitionHandover;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.status.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * The node's moves of partitions between its cores. The next leader epoch is reserved in the metadata log, the old owner makes
 * the partition ready and lets requests wait, the new one opens its files, and then core 0 says who owns it: all cores hear it
 * at once, and the log's entry follows. Nobody waits for the disk meanwhile, for nothing but the placement is to be durable,
 * and a crash ends all that lives in cores: where it takes the entry, the partition is found where it was, with an epoch
 * above the reserved one. Whatever else fails before core 0 has said it leaves the partition where it was. A move whose entry
 * the log refuses is over too, and {@link UnwrittenMoves} sees to the entry. Lives on core 0.
 */
public final class PartitionMoves {
    /** Hears how a move ended. */
    @FunctionalInterface
    public interface Answer {
        /** @param message for people, empty on success */
        void onMoved(Outcome outcome, String message);
    }

    /** A move that is under way or waits for its turn. */
    public record Move(long partitionKey, int fromCore, int toCore) {}

    private static final int UNDER_WAY_MAX = 4;

    private final Core core;
    private final Long2ObjectHashMap<Moving> byKey = new Long2ObjectHashMap<>();
    private final ArrayDeque<Moving> waiting = new ArrayDeque<>();
    private final ExpandableArrayBuffer command = new ExpandableArrayBuffer(64);
    private final UnwrittenMoves unwritten;
    private MetadataHost metadata;
    private int underWay;
    private boolean stopped;

    PartitionMoves(final Core core) {
        this.core = core;
        unwritten = new UnwrittenMoves(core);
    }

    /** On core 0: who writes placements down. */
    void host(final MetadataHost host) {
        metadata = host;
        unwritten.host(host);
    }

    /** Moves a partition; the answer is told on this core. To stay is no move. */
    public void move(final long key, final int toCore, final Answer answer) {
        final PartitionImage partition = core.image().partition(key);
        final Moving known = byKey.get(key);
        if (partition == null) {
            answer.onMoved(Outcome.UNKNOWN_PARTITION, "There is no such partition.");
        } else if (toCore < 0 || toCore >= core.coreCount()) {
            answer.onMoved(
                    Outcome.INVALID_ASSIGNMENT, "Core " + toCore + ": expected 0 to " + (core.coreCount() - 1) + ".");
        } else if (stopped) {
            answer.onMoved(Outcome.NOT_READY, "The broker is about to stop.");
        } else if (unwritten.contains(key)) {
            answer.onMoved(Outcome.METADATA_UNAVAILABLE, unwritten.explain(key));
        } else if (known != null && known.move.toCore() == toCore) {
            known.answers.add(answer);
        } else if (known != null) {
            answer.onMoved(Outcome.NOT_READY, "The partition is on its way to core " + known.move.toCore() + ".");
        } else if (partition.ownerCore() == toCore) {
            answer.onMoved(Outcome.OK, "");
        } else {
            final Moving moving = new Moving(new Move(key, partition.ownerCore(), toCore), partition.leaderEpoch());
            moving.answers.add(answer);
            byKey.put(key, moving);
            waiting.addLast(moving);
            startNext();
        }
    }

    /** Gives up a move that waits for its turn; false if there is none, or if it is under way and ends at once. */
    public boolean cancel(final long key) {
        final Moving moving = byKey.get(key);
        if (moving == null || !waiting.remove(moving)) {
            return false;
        }
        byKey.remove(key);
        moving.tell(Outcome.NOT_READY, "The move was cancelled.");
        return true;
    }

    /** Why a move cannot be cancelled, for people; null if there is none. */
    public String whyTooLate(final long key) {
        if (unwritten.contains(key)) {
            return "The move cannot be cancelled any more. " + unwritten.explain(key);
        }
        return byKey.containsKey(key) ? "The move is under way, ends at once, and cannot be cancelled any more." : null;
    }

    /** All that are under way or wait. */
    public List<Move> all() {
        final List<Move> all = new ArrayList<>();
        for (final Moving moving : byKey.values()) {
            if (!unwritten.contains(moving.move.partitionKey)) {
                all.add(moving.move);
            }
        }
        return all;
    }

    /** Those that are in effect, and whose entries the metadata log has refused. */
    public List<Move> unwritten() {
        return unwritten.all();
    }

    /** Whether there are some of these that the log may take once it can. */
    public boolean mayWriteMore() {
        return unwritten.mayWriteMore();
    }

    /** What an operator should know of entries that are refused, and of those that are written at last. */
    public Queue<UnwrittenMoves.News> news() {
        return unwritten.news();
    }

    /** No more moves; those under way end, with or without the partition having moved. */
    public void stop() {
        stopped = true;
        while (!waiting.isEmpty()) {
            cancel(waiting.peekFirst().move.partitionKey());
        }
        for (int i = 0; i < core.coreCount(); i++) {
            core.calls().run(i, each -> each.partitions().stopDepartures());
        }
        unwritten.stop();
    }

    public boolean isIdle() {
        return byKey.isEmpty() && unwritten.isIdle();
    }

    private void startNext() {
        while (underWay < UNDER_WAY_MAX && !waiting.isEmpty()) {
            underWay++;
            waiting.pollFirst().begin();
        }
    }

    /** One move; each step runs on the core that it concerns and tells core 0. */
    private final class Moving {
        private final Move move;
        private final int epoch;
        private final List<Answer> answers = new ArrayList<>();
        /** Touched by the old owner alone. */
        private PartitionDeparture departure;

        Moving(final Move move, final int epoch) {
            this.move = move;
            this.epoch = epoch;
        }

        void begin() {
            final int length = MetadataCommands.reserveEpoch(command, 0, move.partitionKey, epoch);
            metadata.execute(command, length, (outcome, first, second, message) -> {
                if (outcome != Outcome.OK) {
                    core.calls().run(core.id(), host -> end(outcome, message));
                } else if (stopped) {
                    end(Outcome.NOT_READY, "The broker is about to stop.");
                } else {
                    core.calls().run(move.fromCore, from -> {
                        departure = from.partitions().depart(move.partitionKey, epoch, new Departing(from));
                    });
                }
            });
        }

        /** On the old owner. */
        private final class Departing implements PartitionDeparture.Handler {
            private final Core from;

            Departing(final Core from) {
                this.from = from;
            }

            @Override
            public void onFilesKnown(final PartitionDeparture leaving, final LogArrival.Files files) {
                from.calls()
                        .run(
                                move.toCore,
                                to -> to.partitions()
                                        .openAhead(
                                                move.partitionKey,
                                                files,
                                                status -> to.calls().run(from.id(), again -> leaving.goOn())));
            }

            @Override
            public void onEnded(final Outcome outcome, final PartitionHandover handover) {
                from.calls().run(core.id(), host -> onReady(outcome, handover));
            }
        }

        private void onReady(final Outcome outcome, final PartitionHandover handover) {
            if (outcome != Outcome.OK) {
                core.calls().run(move.toCore, to -> to.partitions().discard(move.partitionKey));
                end(outcome, "Core " + move.fromCore + " cannot give it away now: " + outcome + ".");
            } else if (stopped) {
                discard(Outcome.NOT_READY, "The broker is about to stop.");
            } else {
                core.calls().run(move.toCore, to -> expect(to, handover));
            }
        }

        private void expect(final Core to, final PartitionHandover handover) {
            final PartitionImage partition = to.image().partition(move.partitionKey);
            if (partition == null) {
                to.partitions().discard(move.partitionKey);
                to.calls().run(core.id(), host -> stay(Outcome.UNKNOWN_PARTITION, "It was deleted meanwhile."));
                return;
            }
            final TopicImage topic = to.image().topicByNumber(partition.topicNumber());
            to.partitions()
                    .expect(
                            move.partitionKey,
                            epoch + 1,
                            topic.config(),
                            handover,
                            status -> to.calls().run(core.id(), host -> onExpected(status)));
        }

        private void onExpected(final int diskStatus) {
            if (diskStatus != DiskStatus.OK) {
                discard(
                        diskStatus == DiskStatus.NO_SPACE ? Outcome.NO_SPACE : Outcome.OFFLINE,
                        "Core " + move.toCore + " could not open its files: " + DiskStatus.nameOf(diskStatus) + ".");
            } else if (stopped) {
                discard(Outcome.NOT_READY, "The broker is about to stop.");
            } else {
                final CommandResult decided = decide();
                if (decided.outcome() != Outcome.OK) {
                    discard(decided.outcome(), decided.message());
                }
            }
        }

        /** From now on the partition is the other core's, unless this is refused. */
        private CommandResult decide() {
            final int length = MetadataCommands.movePartition(command, 0, move.partitionKey, move.toCore, epoch);
            return metadata.executeAhead(command, length, move.toCore, (outcome, first, second, message) -> {
                if (outcome == Outcome.OK) {
                    end(Outcome.OK, "");
                } else {
                    unwritten.add(move, epoch);
                    core.calls().run(core.id(), host -> end(outcome, unwritten.explain(move)));
                }
            });
        }

        private void discard(final Outcome outcome, final String message) {
            core.calls().run(move.toCore, to -> {
                to.partitions().discard(move.partitionKey);
                to.calls().run(core.id(), host -> stay(outcome, message));
            });
        }

        private void stay(final Outcome outcome, final String message) {
            core.calls().run(move.fromCore, from -> {
                departure.stay();
                from.calls().run(core.id(), host -> end(outcome, message));
            });
        }

        private void end(final Outcome outcome, final String message) {
            byKey.remove(move.partitionKey);
            underWay--;
            tell(outcome, message);
            startNext();
        }

        void tell(final Outcome outcome, final String message) {
            for (final Answer answer : answers) {
                answer.onMoved(outcome, message);
            }
        }
    }
}
