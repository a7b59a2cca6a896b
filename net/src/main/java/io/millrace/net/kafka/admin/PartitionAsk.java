package io.millrace.net.kafka.admin;

import io.millrace.codec.core.QueryReplyDecoder;
import io.millrace.codec.core.QueryRequestEncoder;
import io.millrace.engine.core.Core;
import io.millrace.engine.core.Deadline;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.partition.PartitionQuery;
import io.millrace.engine.status.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/**
 * Questions of one request to partitions, wherever they live: one message for each core and kind of question, answers
 * gathered in the order in which they were asked. Who is told that a partition went to another core asks there, once that
 * is known here, but not for ever. Used once, on the connection's core.
 */
final class PartitionAsk extends Deadline {
    private static final int PARTS_MAX = 512;
    private static final long LOOK_AGAIN_NS = 1_000_000;
    /** More than a partition is waited for on its way. */
    private static final long PATIENCE_NS = 500_000_000;

    private static final class Question {
        private final PartitionQuery kind;
        private final int clientEpoch;
        private final long argument;
        private final int firstEpoch;
        private PartitionImage partition;
        private int askedEpoch;
        private boolean isDue = true;
        private Outcome outcome;
        private long first = -1;
        private long second = -1;
        private int epoch = -1;

        Question(
                final PartitionQuery kind, final PartitionImage partition, final int clientEpoch, final long argument) {
            this.kind = kind;
            this.partition = partition;
            this.clientEpoch = clientEpoch;
            this.argument = argument;
            firstEpoch = partition.leaderEpoch();
        }

        /** Asked again where the partition went to, a client that was right when it asked is right there too. */
        private int epochToAsk() {
            return clientEpoch == firstEpoch ? partition.leaderEpoch() : clientEpoch;
        }
    }

    private final Core core;
    private final List<Question> questions = new ArrayList<>();
    private Runnable done;
    private int messagesOut;
    private boolean hasMoved;
    private long patientUntilNs;

    PartitionAsk(final Core core) {
        this.core = core;
    }

    /**
     * Adds a question; returns its place.
     *
     * @param clientEpoch the leader epoch that the client believes in, or -1
     */
    int add(final PartitionQuery kind, final PartitionImage partition, final int clientEpoch, final long argument) {
        questions.add(new Question(kind, partition, clientEpoch, argument));
        return questions.size() - 1;
    }

    /** Sends all; {@code whenDone} runs once every answer is in, at once if there is no question. */
    void send(final Runnable whenDone) {
        done = whenDone;
        sendDue();
    }

    private void sendDue() {
        messagesOut = 1;
        for (int owner = 0; owner < core.coreCount(); owner++) {
            for (final PartitionQuery kind : PartitionQuery.values()) {
                sendTo(owner, kind);
            }
        }
        messageEnded();
    }

    private void sendTo(final int owner, final PartitionQuery kind) {
        List<Question> batch = new ArrayList<>();
        for (final Question question : questions) {
            if (question.isDue && question.kind == kind && question.partition.ownerCore() == owner) {
                batch.add(question);
                if (batch.size() == PARTS_MAX) {
                    sendMessage(owner, kind, batch);
                    batch = new ArrayList<>();
                }
            }
        }
        if (!batch.isEmpty()) {
            sendMessage(owner, kind, batch);
        }
    }

    private void sendMessage(final int owner, final PartitionQuery kind, final List<Question> batch) {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        final long correlation = core.requests()
                .correlation((token, templateId, body, offset, length) -> onReply(batch, body, offset), 0);
        final QueryRequestEncoder request = new QueryRequestEncoder()
                .wrap(buffer, 0)
                .correlation(correlation)
                .kind((byte) kind.ordinal());
        final QueryRequestEncoder.PartsEncoder parts = request.partsCount(batch.size());
        for (final Question question : batch) {
            question.askedEpoch = question.partition.leaderEpoch();
            parts.next()
                    .partitionKey(question.partition.partitionKey())
                    .ownerEpoch(question.partition.leaderEpoch())
                    .clientEpoch(question.epochToAsk())
                    .argument(question.argument);
        }
        final int replyBytes = QueryReplyDecoder.BLOCK_LENGTH
                + QueryReplyDecoder.PartsDecoder.sbeHeaderSize()
                + batch.size() * QueryReplyDecoder.PartsDecoder.sbeBlockLength();
        messagesOut++;
        core.requests().send(correlation, owner, QueryRequestEncoder.TEMPLATE_ID, buffer, request.limit(), replyBytes);
    }

    private void onReply(final List<Question> batch, final DirectBuffer body, final int offset) {
        final QueryReplyDecoder reply = new QueryReplyDecoder()
                .wrap(body, offset, QueryReplyDecoder.BLOCK_LENGTH, QueryReplyDecoder.SCHEMA_VERSION);
        final QueryReplyDecoder.PartsDecoder parts = reply.parts();
        for (final Question question : batch) {
            parts.next();
            question.isDue = false;
            question.outcome = Outcome.of(parts.outcome());
            question.first = parts.first();
            question.second = parts.second();
            question.epoch = parts.epoch();
        }
        messageEnded();
    }

    private void messageEnded() {
        if (--messagesOut == 0) {
            askAgainOrEnd();
        }
    }

    private void askAgainOrEnd() {
        boolean isAnyDue = false;
        boolean awaitsOwner = false;
        for (final Question question : questions) {
            if (question.outcome == Outcome.MOVED || question.outcome == Outcome.NOT_OWNER) {
                final PartitionImage now = core.image().partition(question.partition.partitionKey());
                if (now != null && now.leaderEpoch() != question.askedEpoch) {
                    question.partition = now;
                    question.isDue = true;
                    isAnyDue = true;
                } else {
                    awaitsOwner |= now != null && question.outcome == Outcome.MOVED;
                }
            }
        }
        if (!hasMoved) {
            hasMoved = true;
            patientUntilNs = core.nowNs() + PATIENCE_NS;
        }
        if (core.nowNs() >= patientUntilNs || !isAnyDue && !awaitsOwner) {
            done.run();
        } else if (isAnyDue) {
            sendDue();
        } else {
            core.deadlines().arm(this, core.nowNs() + LOOK_AGAIN_NS);
        }
    }

    @Override
    protected void onDeadline(final long nowNs, final long nowMs) {
        askAgainOrEnd();
    }

    Outcome outcome(final int place) {
        return questions.get(place).outcome;
    }

    long first(final int place) {
        return questions.get(place).first;
    }

    long second(final int place) {
        return questions.get(place).second;
    }

    int epoch(final int place) {
        return questions.get(place).epoch;
    }
}
