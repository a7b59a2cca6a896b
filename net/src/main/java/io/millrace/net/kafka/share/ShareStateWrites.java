package io.millrace.net.kafka.share;

import io.millrace.engine.core.Deadline;
import io.millrace.engine.share.RecordRanges;
import io.millrace.engine.share.RecordState;
import io.millrace.engine.share.SharePartition;
import io.millrace.engine.status.PlantedBug;
import io.millrace.net.kafka.share.ShareParting.Unkept;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData;
import org.apache.kafka.common.message.WriteShareGroupStateResponseData;
import org.apache.kafka.common.protocol.Errors;

/**
 * Keeps the changes of one share partition's state, one write at a time: what comes meanwhile goes along with the next. A
 * write that fails is told to whoever waits for it; if nobody does, it is tried again, with what is to be kept then. Owned by
 * the core's thread.
 */
final class ShareStateWrites {
    private static final long AGAIN_NS = 100_000_000;
    private static final long AGAIN_NS_MAX = 10_000_000_000L;
    private static final int DOUBLINGS_MAX = 10;

    private record Waiting(long ticket, Consumer<Errors> told) {}

    private final ShareHosts hosts;
    private final ShareKey key;
    private final Consumer<Errors> written;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final RecordRanges expired = new RecordRanges();
    private final RecordRanges changes = new RecordRanges();
    private SharePartition share;
    private int stateEpoch;
    private long lastTicket;
    private long keptTicket;
    private long writingTicket;
    /** Of what time has brought: what is to be kept, what is being kept, and what is. */
    private long lastExpired;

    private long writingExpired;
    private long keptExpired;
    private boolean writing;
    private boolean ended;

    /** What nobody waits for: of the write that is under way, and of those that failed, or that are due. */
    private Unkept beingKept = Unkept.NOTHING;

    private Unkept unkept = Unkept.NOTHING;
    private int failures;
    private final Deadline again = new Deadline() {
        @Override
        protected void onDeadline(final long nowNs, final long nowMs) {
            next();
        }
    };

    /** @param written told how each write has ended, after those who waited for it */
    ShareStateWrites(final ShareHosts hosts, final ShareKey key, final Consumer<Errors> written) {
        this.hosts = hosts;
        this.key = key;
        this.written = written;
    }

    void begin(final SharePartition loaded, final int epoch) {
        share = loaded;
        stateEpoch = epoch;
    }

    /** Goes on where another core has stopped. */
    void takeOver(final ShareParting parting) {
        begin(parting.share(), parting.stateEpoch());
        lastExpired = parting.lastExpired();
        writingExpired = lastExpired;
        keptExpired = lastExpired;
        unkept = parting.unkept();
        next();
    }

    /** Whether nothing is being written, nor has to be soon. */
    boolean isQuiet() {
        return !writing && waiting.isEmpty() && expired.isEmpty();
    }

    /** Stops when all is quiet; what is left is for whoever goes on. */
    ShareParting part(final boolean startKept) {
        stop();
        return new ShareParting(key, share, stateEpoch, startKept, lastExpired, unkept);
    }

    private void stop() {
        ended = true;
        hosts.core().deadlines().disarm(again);
    }

    /** For changes that are begun now; {@link #write} follows, or they are rolled back. */
    long newTicket() {
        return ++lastTicket;
    }

    /** For what time brings now; {@link #writeExpired} follows. */
    long nextExpired() {
        return lastExpired + 1;
    }

    /** Up to which of these is kept what time has brought, or could not be. */
    long keptExpired() {
        return keptExpired;
    }

    boolean isIdle() {
        return isQuiet() && unkept.isEmpty();
    }

    /** Keeps what was begun under the last ticket; told once it is kept, and counts. */
    void write(final Consumer<Errors> told) {
        changes.clear();
        share.changes(lastTicket - 1, lastTicket, changes);
        if (changes.isEmpty()) {
            told.accept(Errors.NONE);
            return;
        }
        if (PlantedBug.SHARE_ACKS_NOT_AWAITED.isPlanted()) {
            told.accept(Errors.NONE);
            waiting.addLast(new Waiting(lastTicket, error -> {}));
        } else {
            waiting.addLast(new Waiting(lastTicket, told));
        }
        next();
    }

    /** Keeps what time has brought; nobody waits for it. */
    void writeExpired(final RecordRanges changed) {
        lastExpired++;
        addExpired(changed);
        next();
    }

    private void addExpired(final RecordRanges changed) {
        for (int i = 0; i < changed.count(); i++) {
            expired.add(changed.first(i), changed.last(i), changed.state(i), changed.deliveries(i));
        }
    }

    private void next() {
        if (writing || ended) {
            return;
        }
        writingTicket = keptTicket;
        changes.clear();
        if (!expired.isEmpty()) {
            // Alone: what is said later of the same records must come later. The answer may come before this returns.
            final List<WriteShareGroupStateRequestData.StateBatch> batches = batches(expired);
            beingKept = Unkept.of(expired);
            expired.clear();
            writingExpired = lastExpired;
            send(batches);
        } else if (!waiting.isEmpty()) {
            writingTicket = lastTicket;
            share.changes(keptTicket, writingTicket, changes);
            send(batches(changes));
        } else if (!unkept.isEmpty() && !again.isArmed()) {
            beingKept = unkept;
            unkept = Unkept.NOTHING;
            share.kept(beingKept.first(), beingKept.last(), changes);
            send(batches(changes));
        }
    }

    /** Has the start kept, and how much behind it is done, though nothing is said of any record now. */
    void keepStart() {
        unkept = unkept.with(new Unkept(Long.MAX_VALUE, -1, true));
        next();
    }

    private static List<WriteShareGroupStateRequestData.StateBatch> batches(final RecordRanges ranges) {
        final List<WriteShareGroupStateRequestData.StateBatch> batches = new ArrayList<>(ranges.count());
        for (int i = 0; i < ranges.count(); i++) {
            batches.add(new WriteShareGroupStateRequestData.StateBatch()
                    .setFirstOffset(ranges.first(i))
                    .setLastOffset(ranges.last(i))
                    .setDeliveryState(RecordState.kept(ranges.state(i)))
                    .setDeliveryCount(ranges.deliveries(i)));
        }
        return batches;
    }

    private void send(final List<WriteShareGroupStateRequestData.StateBatch> batches) {
        writing = true;
        hosts.persister()
                .write(
                        null,
                        key.group(),
                        key.topicId(),
                        new WriteShareGroupStateRequestData.PartitionData()
                                .setPartition(key.partition())
                                .setStateEpoch(stateEpoch)
                                .setLeaderEpoch(key.leaderEpoch())
                                .setStartOffset(share.startOffset())
                                .setDeliveryCompleteCount(share.deliveryCompleteCount(writingTicket))
                                .setStateBatches(batches),
                        this::onWritten);
    }

    private void onWritten(final WriteShareGroupStateResponseData.PartitionResult result) {
        writing = false;
        if (ended) {
            return;
        }
        final Errors error = told(Errors.forCode(result.errorCode()));
        if (error == Errors.NONE) {
            share.commit(writingTicket);
            failures = 0;
        } else {
            share.rollBack(keptTicket, writingTicket);
            tryAgain();
        }
        beingKept = Unkept.NOTHING;
        keptTicket = writingTicket;
        keptExpired = writingExpired;
        tellUpTo(writingTicket, error);
        written.accept(error);
        next();
    }

    private void tryAgain() {
        unkept = unkept.with(beingKept);
        if (!unkept.isEmpty()) {
            final long pauseNs = Math.min(AGAIN_NS_MAX, AGAIN_NS << Math.min(failures++, DOUBLINGS_MAX));
            hosts.core().deadlines().arm(again, hosts.core().nowNs() + pauseNs);
        }
    }

    /** What members are told if the state could not be kept. */
    private static Errors told(final Errors error) {
        return switch (error) {
            case NONE, GROUP_ID_NOT_FOUND, UNKNOWN_TOPIC_OR_PARTITION -> error;
            case NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS ->
                Errors.COORDINATOR_NOT_AVAILABLE;
            case FENCED_LEADER_EPOCH, FENCED_STATE_EPOCH -> Errors.NOT_LEADER_OR_FOLLOWER;
            default -> Errors.UNKNOWN_SERVER_ERROR;
        };
    }

    private void tellUpTo(final long ticket, final Errors error) {
        while (!waiting.isEmpty() && waiting.peekFirst().ticket() <= ticket) {
            waiting.pollFirst().told().accept(error);
        }
    }

    /** Nothing is kept any more; who waits is told so. */
    void end(final Errors why) {
        stop();
        tellUpTo(Long.MAX_VALUE, why);
    }
}
