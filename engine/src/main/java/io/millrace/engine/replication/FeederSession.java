package io.millrace.engine.replication;

import io.millrace.codec.replication.AcknowledgeDecoder;
import io.millrace.codec.replication.EpochQueryDecoder;
import io.millrace.codec.replication.FollowFromDecoder;
import io.millrace.codec.replication.FollowHelloDecoder;
import io.millrace.codec.replication.MessageHeaderDecoder;
import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.port.PeerHandler;
import io.millrace.engine.port.PeerLink;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The leader's side of one copy: answers the follower's questions, then streams batches within the follower's window.
 * Owned by one thread.
 *
 * <pre>
 *   IDLE --hello--> DESCRIBING --facts--> ASKED <--query/answer--> ... --from--> STREAMING
 *     any state: a newer hello -> DESCRIBING; the source or the lane lost -> IDLE (told by StartOver, or a new hello)
 * </pre>
 */
public final class FeederSession implements PeerHandler, FeedHandler {
    private enum State {
        IDLE,
        /** The facts are to be sent, once they are known. */
        DESCRIBING,
        /** It is the follower's turn. */
        LISTENING,
        /** The source was asked where an epoch ends. */
        ASKING,
        /** The source's answer is to be sent. */
        ANSWERING,
        STREAMING,
        /** The follower is to be told to begin again. */
        STARTING_OVER
    }

    private static final int POLL_LIMIT = 16;
    private static final int CHUNKS_MAX = 16;
    private static final int READ_BYTES = 1 << 20;
    private static final long PROGRESS_INTERVAL_NS = 500_000_000;

    private final PeerLink link;
    private final FeedSource source;
    private final FeederProxy proxy;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final FollowHelloDecoder hello = new FollowHelloDecoder();
    private final EpochQueryDecoder query = new EpochQueryDecoder();
    private final FollowFromDecoder from = new FollowFromDecoder();
    private final AcknowledgeDecoder acknowledge = new AcknowledgeDecoder();
    private final BatchFlyweight batch = new BatchFlyweight();
    private final MutableDirectBuffer pending = new ExpandableArrayBuffer(READ_BYTES);

    private State state = State.IDLE;
    private long attempt;
    private long linkSession;
    private long generation;
    private int answerEpoch;
    private long answerOffset;

    // The stream
    private int pendingFrom;
    private int pendingTo;
    private long nextOffset;
    private boolean reading;
    private long streamPosition;
    private long acknowledgedPosition;
    private long windowBytes;
    private long logStartOffset;
    private long highWatermark;
    private long acknowledgedOffset = -1;
    private boolean answered;
    private boolean progressDue;
    private long lastProgressNs;

    public FeederSession(final PeerLink link, final FeedSource source) {
        this.link = link;
        this.source = source;
        proxy = new FeederProxy(link);
    }

    public int doWork(final long nowNs) {
        if (link.session() != linkSession) {
            linkSession = link.session();
            state = State.IDLE;
        }
        if (source.generation() != generation) {
            generation = source.generation();
            reading = false;
            if (state != State.IDLE && state != State.DESCRIBING) {
                state = State.STARTING_OVER;
            }
        }
        int work = link.poll(this, POLL_LIMIT);
        if (pendingFrom == pendingTo) {
            work += source.poll(this, nowNs);
        }
        return work + step(nowNs);
    }

    /** Everything below is durable at the follower; -1 before the first word of it. */
    public long acknowledgedOffset() {
        return acknowledgedOffset;
    }

    private int step(final long nowNs) {
        return switch (state) {
            case IDLE, LISTENING, ASKING -> 0;
            case DESCRIBING -> {
                final FeedFacts facts = source.facts();
                yield facts != null && proxy.facts(attempt, facts) ? moveTo(State.LISTENING) : 0;
            }
            case ANSWERING -> proxy.epochAnswer(attempt, answerEpoch, answerOffset) ? moveTo(State.LISTENING) : 0;
            case STREAMING -> stream(nowNs);
            case STARTING_OVER -> proxy.startOver(attempt) ? moveTo(State.IDLE) : 0;
        };
    }

    private int moveTo(final State next) {
        state = next;
        return 1;
    }

    private int stream(final long nowNs) {
        int work = 0;
        if (!reading && source.facts() != null) {
            reading = true;
            source.read(nextOffset, READ_BYTES);
            work++;
        }
        for (int chunk = 0; chunk < CHUNKS_MAX && pendingFrom < pendingTo; chunk++) {
            final long room = windowBytes - (streamPosition - acknowledgedPosition);
            final int length = (int) Math.min(Math.min(room, proxy.chunkBytesMax()), pendingTo - pendingFrom);
            if (length <= 0 || !proxy.batchBytes(attempt, streamPosition, pending, pendingFrom, length)) {
                break;
            }
            pendingFrom += length;
            streamPosition += length;
            work++;
        }
        if ((progressDue || (answered && nowNs - lastProgressNs > PROGRESS_INTERVAL_NS))
                && proxy.progress(attempt, logStartOffset, highWatermark)) {
            progressDue = false;
            lastProgressNs = nowNs;
            work++;
        }
        return work;
    }

    @Override
    public void onMessage(final DirectBuffer message, final int offset, final int length) {
        header.wrap(message, offset);
        final int body = offset + MessageHeaderDecoder.ENCODED_LENGTH;
        switch (header.templateId()) {
            case FollowHelloDecoder.TEMPLATE_ID -> {
                hello.wrap(message, body, header.blockLength(), header.version());
                begin(hello.attempt());
            }
            case EpochQueryDecoder.TEMPLATE_ID -> {
                query.wrap(message, body, header.blockLength(), header.version());
                onQuery(query.attempt(), query.epoch());
            }
            case FollowFromDecoder.TEMPLATE_ID -> {
                from.wrap(message, body, header.blockLength(), header.version());
                onFrom(from.attempt(), from.fromRecordOffset(), from.windowBytes());
            }
            case AcknowledgeDecoder.TEMPLATE_ID -> {
                acknowledge.wrap(message, body, header.blockLength(), header.version());
                onAcknowledge();
            }
            default -> throw new IllegalStateException("message " + header.templateId() + " to a feeder");
        }
    }

    private void begin(final long newAttempt) {
        attempt = newAttempt;
        pendingFrom = 0;
        pendingTo = 0;
        streamPosition = 0;
        acknowledgedPosition = 0;
        state = State.DESCRIBING;
    }

    private void onQuery(final long ofAttempt, final int epoch) {
        if (ofAttempt == attempt && state == State.LISTENING) {
            if (source.facts() == null) {
                state = State.STARTING_OVER;
                return;
            }
            source.askEpochEnd(epoch);
            state = State.ASKING;
        }
    }

    private void onFrom(final long ofAttempt, final long offset, final int window) {
        if (ofAttempt == attempt && state == State.LISTENING) {
            nextOffset = offset;
            windowBytes = window;
            reading = false;
            progressDue = false;
            answered = false;
            state = State.STREAMING;
        }
    }

    private void onAcknowledge() {
        for (final AcknowledgeDecoder.PartitionsDecoder partition : acknowledge.partitions()) {
            if (partition.attempt() == attempt) {
                acknowledgedPosition = partition.streamPosition();
                acknowledgedOffset = partition.stableRecordOffset();
                if (acknowledgedPosition > streamPosition) {
                    throw new IllegalStateException(
                            "acknowledged " + acknowledgedPosition + " of " + streamPosition + " bytes");
                }
            }
        }
    }

    @Override
    public void onEpochEnd(final int epoch, final long endOffset) {
        if (state == State.ASKING) {
            answerEpoch = epoch;
            answerOffset = endOffset;
            state = State.ANSWERING;
        }
    }

    /** Takes whole batches only; the next read fetches the rest. */
    @Override
    public void onBatches(
            final DirectBuffer batches, final int offset, final int length, final long logStart, final long watermark) {
        reading = false;
        if (state != State.STREAMING) {
            return;
        }
        int end = 0;
        while (length - end >= BatchFlyweight.HEADER_BYTES) {
            batch.wrap(batches, offset + end, length - end);
            if (batch.sizeInBytes() > length - end) {
                break;
            }
            end += batch.sizeInBytes();
            nextOffset = batch.nextOffset();
        }
        pending.putBytes(0, batches, offset, end);
        pendingFrom = 0;
        pendingTo = end;
        progressDue |= !answered || logStart != logStartOffset || watermark != highWatermark;
        answered = true;
        logStartOffset = logStart;
        highWatermark = watermark;
    }

    @Override
    public void onOutOfRange() {
        reading = false;
        if (state == State.STREAMING) {
            state = State.STARTING_OVER;
        }
    }
}
