package io.millrace.net.kafka.share;

import io.millrace.engine.share.RecordRanges;
import io.millrace.engine.share.RecordState;
import io.millrace.engine.share.SharePartition;
import io.millrace.engine.status.PlantedBug;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData;
import org.apache.kafka.common.message.WriteShareGroupStateResponseData;
import org.apache.kafka.common.protocol.Errors;

/**
 * Keeps the changes of one share partition's state, one write at a time: what comes meanwhile goes along with the next.
 * Owned by the core's thread.
 */
final class ShareStateWrites {
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
    private boolean startDue;
    private boolean ended;

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
        return !writing && waiting.isEmpty() && expired.isEmpty();
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
        for (int i = 0; i < changed.count(); i++) {
            expired.add(changed.first(i), changed.last(i), changed.state(i), changed.deliveries(i));
        }
        next();
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
            expired.clear();
            writingExpired = lastExpired;
            send(batches);
        } else if (!waiting.isEmpty()) {
            writingTicket = lastTicket;
            share.changes(keptTicket, writingTicket, changes);
            send(batches(changes));
        } else if (startDue) {
            startDue = false;
            send(List.of());
        }
    }

    /** Has the start kept, and how much behind it is done, though nothing is said of any record now. */
    void keepStart() {
        startDue = true;
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
        } else {
            share.rollBack(keptTicket, writingTicket);
        }
        keptTicket = writingTicket;
        keptExpired = writingExpired;
        tellUpTo(writingTicket, error);
        written.accept(error);
        next();
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
        ended = true;
        tellUpTo(Long.MAX_VALUE, why);
    }
}
