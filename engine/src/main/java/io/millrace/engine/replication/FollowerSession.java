package io.millrace.engine.replication;

import io.millrace.codec.replication.BatchBytesDecoder;
import io.millrace.codec.replication.EpochAnswerDecoder;
import io.millrace.codec.replication.LeaderProgressDecoder;
import io.millrace.codec.replication.MessageHeaderDecoder;
import io.millrace.codec.replication.PartitionFactsDecoder;
import io.millrace.codec.replication.StartOverDecoder;
import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.log.AppendResult;
import io.millrace.engine.log.LeaderEpochs;
import io.millrace.engine.log.Log;
import io.millrace.engine.log.LogConfig;
import io.millrace.engine.port.PeerHandler;
import io.millrace.engine.port.PeerLink;
import org.agrona.DirectBuffer;

/**
 * The follower's side of one copy: learns what the leader's log is like, cuts its own back to where both agree, then
 * appends what comes, and acknowledges what is stable. Owned by one thread.
 *
 * <pre>
 *   GREETING --> DESCRIBED --> COMPARING <--> CUTTING --> JOINING --> FOLLOWING
 *     any state: the lane's session changed, StartOver, a gap, silence --> GREETING with a new attempt
 * </pre>
 */
public final class FollowerSession implements PeerHandler {
    private enum State {
        /** Hello is to be sent, or was and the facts are awaited. */
        GREETING,
        /** The log is open, or being begun anew. */
        DESCRIBED,
        /** The feeder was asked where our last epoch ends. */
        COMPARING,
        /** The log is being cut back. */
        CUTTING,
        /** Our end is to be sent. */
        JOINING,
        FOLLOWING
    }

    private static final int POLL_LIMIT = 32;
    private static final int WINDOW_BYTES = 8 << 20;
    private static final long SILENCE_NS_MAX = 5_000_000_000L;

    private final PeerLink link;
    private final FollowerLog copy;
    private final FollowerProxy proxy;
    private final BatchAssembler batches = new BatchAssembler();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final PartitionFactsDecoder facts = new PartitionFactsDecoder();
    private final EpochAnswerDecoder answer = new EpochAnswerDecoder();
    private final BatchBytesDecoder bytes = new BatchBytesDecoder();
    private final LeaderProgressDecoder progress = new LeaderProgressDecoder();
    private final StartOverDecoder startOver = new StartOverDecoder();

    private State state = State.GREETING;
    private boolean sent;
    private long attempt;
    private long linkSession = -1;
    private long lastHeardNs;
    private long nowNs;
    private long nowMs;
    private int askedEpoch;
    private long leaderStartOffset;
    private long leaderHighWatermark;
    private boolean heardProgress;

    private long streamPosition;
    private long acknowledgedPosition = -1;
    private long acknowledgedOffset = -1;
    private long bytesAppended;
    private long truncations;

    /** @param firstAttempt a number that no earlier process of this copy has used, such as one drawn from entropy */
    public FollowerSession(final PeerLink link, final FollowerLog copy, final long firstAttempt) {
        this.link = link;
        this.copy = copy;
        this.attempt = firstAttempt;
        proxy = new FollowerProxy(link);
    }

    public int doWork(final long cycleNs, final long cycleMs) {
        nowNs = cycleNs;
        nowMs = cycleMs;
        int work = copy.doWork(nowNs, nowMs);
        if (link.session() != linkSession) {
            linkSession = link.session();
            begin();
        }
        work += link.poll(this, POLL_LIMIT);
        if (nowNs - lastHeardNs > SILENCE_NS_MAX) {
            begin();
        }
        if (copy.isOpen()) {
            batches.onAppended(copy.log().appendedOffset());
        }
        return work + step();
    }

    public boolean isFollowing() {
        return state == State.FOLLOWING;
    }

    /** Whether everything that the leader had committed when it was last heard of survives a power loss here. */
    public boolean hasCaughtUp() {
        return state == State.FOLLOWING
                && heardProgress
                && copy.isReady()
                && copy.log().stableOffset() >= leaderHighWatermark;
    }

    /** Up to where the leader has committed, as it last said; 0 before it said anything. */
    public long leaderHighWatermark() {
        return leaderHighWatermark;
    }

    public long bytesAppended() {
        return bytesAppended;
    }

    /** How often the copy had to be cut back or begun anew. */
    public long truncations() {
        return truncations;
    }

    private void begin() {
        attempt++;
        batches.clear();
        heardProgress = false;
        lastHeardNs = nowNs;
        moveTo(State.GREETING);
    }

    private void moveTo(final State next) {
        state = next;
        sent = false;
    }

    private int step() {
        return switch (state) {
            case GREETING -> sent ? 0 : sendOnce(proxy.hello(attempt));
            case DESCRIBED -> compare();
            case COMPARING -> sent ? 0 : sendOnce(proxy.epochQuery(attempt, askedEpoch));
            case CUTTING -> {
                if (!copy.isReady()) {
                    yield 0;
                }
                moveTo(State.DESCRIBED);
                yield 1;
            }
            case JOINING -> join();
            case FOLLOWING -> append() + acknowledge();
        };
    }

    private int sendOnce(final boolean taken) {
        sent = taken;
        return taken ? 1 : 0;
    }

    /** Asks about our last epoch, unless there is nothing to compare. */
    private int compare() {
        if (!copy.isReady() || batches.isLent()) {
            return 0;
        }
        final Log log = copy.log();
        if (log.endOffset() < leaderStartOffset) {
            truncations++;
            copy.resetTo(leaderStartOffset);
            moveTo(State.CUTTING);
        } else if (log.epochs().latestEpoch() == LeaderEpochs.NO_EPOCH || log.startOffset() == log.endOffset()) {
            moveTo(State.JOINING);
        } else {
            askedEpoch = log.epochs().latestEpoch();
            moveTo(State.COMPARING);
        }
        return 1;
    }

    private int join() {
        if (!proxy.followFrom(attempt, copy.log().endOffset(), WINDOW_BYTES)) {
            return 0;
        }
        streamPosition = 0;
        acknowledgedPosition = -1;
        acknowledgedOffset = -1;
        moveTo(State.FOLLOWING);
        return 1;
    }

    private int append() {
        int work = 0;
        BatchAssembler.Held next;
        while (copy.isReady() && (next = batches.next()) != null) {
            final BatchFlyweight batch = next.batch();
            final Log log = copy.log();
            if (batch.baseOffset() < log.endOffset() && log.startOffset() == log.endOffset()) {
                // The leader's log begins within this batch: so must ours, before its start moves up.
                copy.resetTo(batch.baseOffset());
                begin();
                return 1;
            }
            final int length = batch.sizeInBytes();
            final AppendResult result = copy.append(batch, leaderHighWatermark, nowMs);
            if (result != AppendResult.APPENDED) {
                break;
            }
            batches.lend();
            bytesAppended += length;
            work++;
        }
        copy.advanceStartTo(leaderStartOffset);
        return work;
    }

    /** At most one message a cycle, however much has happened. */
    private int acknowledge() {
        if (!copy.isReady()) {
            return 0;
        }
        final long position = streamPosition - batches.heldBytes();
        final long stableOffset = copy.log().stableOffset();
        if ((position == acknowledgedPosition && stableOffset == acknowledgedOffset)
                || !proxy.acknowledge(attempt, position, stableOffset)) {
            return 0;
        }
        acknowledgedPosition = position;
        acknowledgedOffset = stableOffset;
        return 1;
    }

    @Override
    public void onMessage(final DirectBuffer message, final int offset, final int length) {
        header.wrap(message, offset);
        final int body = offset + MessageHeaderDecoder.ENCODED_LENGTH;
        switch (header.templateId()) {
            case PartitionFactsDecoder.TEMPLATE_ID -> {
                facts.wrap(message, body, header.blockLength(), header.version());
                if (isOurs(facts.attempt()) && state == State.GREETING) {
                    onFacts();
                }
            }
            case EpochAnswerDecoder.TEMPLATE_ID -> {
                answer.wrap(message, body, header.blockLength(), header.version());
                if (isOurs(answer.attempt()) && state == State.COMPARING) {
                    onAnswer(answer.epoch(), answer.endRecordOffset());
                }
            }
            case BatchBytesDecoder.TEMPLATE_ID -> {
                bytes.wrap(message, body, header.blockLength(), header.version());
                if (isOurs(bytes.attempt()) && state == State.FOLLOWING) {
                    onBytes(message);
                }
            }
            case LeaderProgressDecoder.TEMPLATE_ID -> {
                progress.wrap(message, body, header.blockLength(), header.version());
                if (isOurs(progress.attempt())) {
                    heardProgress = true;
                    leaderStartOffset = progress.logStartOffset();
                    leaderHighWatermark = progress.highWatermark();
                }
            }
            case StartOverDecoder.TEMPLATE_ID -> {
                startOver.wrap(message, body, header.blockLength(), header.version());
                if (isOurs(startOver.attempt())) {
                    begin();
                }
            }
            default -> throw new IllegalStateException("message " + header.templateId() + " to a follower");
        }
    }

    private boolean isOurs(final long ofAttempt) {
        if (ofAttempt != attempt) {
            return false;
        }
        lastHeardNs = nowNs;
        return true;
    }

    private void onFacts() {
        leaderStartOffset = facts.logStartOffset();
        final LogConfig config = new LogConfig(
                facts.segmentBytes(),
                facts.segmentMs(),
                facts.segmentJitterMs(),
                facts.segmentIndexBytes(),
                facts.indexIntervalBytes(),
                facts.retentionBytes(),
                facts.retentionMs());
        copy.open(new FeedFacts(facts.topicIdHigh(), facts.topicIdLow(), facts.logStartOffset(), config), nowMs);
        moveTo(State.DESCRIBED);
    }

    /** Kafka's rule: cut to where the epoch ends at the leader or here, whichever comes first; repeat while they differ. */
    private void onAnswer(final int epoch, final long leaderEnd) {
        final Log log = copy.log();
        final LeaderEpochs epochs = log.epochs();
        final long ownEnd = epochs.endOffsetFor(epoch, log.endOffset());
        final long cut;
        if (epoch == LeaderEpochs.NO_EPOCH || ownEnd == LeaderEpochs.NO_OFFSET) {
            // The leader knows nothing of our last epoch: nothing that was written in it is in its log.
            cut = epochs.startOffsetAt(epochs.count() - 1);
        } else {
            cut = Math.min(leaderEnd, ownEnd);
        }
        if (cut >= log.endOffset()) {
            moveTo(State.JOINING);
            return;
        }
        truncations++;
        if (cut < log.startOffset()) {
            copy.resetTo(leaderStartOffset);
        } else {
            copy.truncateTo(cut);
        }
        moveTo(State.CUTTING);
    }

    private void onBytes(final DirectBuffer message) {
        if (bytes.streamPosition() != streamPosition) {
            begin();
            return;
        }
        final int at = bytes.limit() + BatchBytesDecoder.contentHeaderLength();
        final int length = bytes.contentLength();
        batches.add(message, at, length);
        streamPosition += length;
    }
}
