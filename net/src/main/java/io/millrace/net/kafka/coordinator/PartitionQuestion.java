package io.millrace.net.kafka.coordinator;

import io.millrace.codec.core.QueryReplyDecoder;
import io.millrace.codec.core.QueryRequestEncoder;
import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.partition.PartitionQuery;
import io.millrace.engine.status.Outcome;
import org.agrona.ExpandableArrayBuffer;

/** A question of the broker's own to one partition, wherever it lives; told on the core that asks. */
public final class PartitionQuestion {
    private static final int NO_EPOCH = -1;

    private PartitionQuestion() {}

    /** Hears the answer. */
    @FunctionalInterface
    public interface Told {
        /** @param first the answer's first number, as the kind of question has it */
        void onAnswer(Outcome outcome, long first);
    }

    public static void ask(
            final Core core,
            final PartitionImage partition,
            final PartitionQuery kind,
            final long argument,
            final Told told) {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        final long correlation = core.requests()
                .correlation(
                        (token, templateId, body, offset, length) -> {
                            final QueryReplyDecoder.PartsDecoder part = new QueryReplyDecoder()
                                    .wrap(
                                            body,
                                            offset,
                                            QueryReplyDecoder.BLOCK_LENGTH,
                                            QueryReplyDecoder.SCHEMA_VERSION)
                                    .parts()
                                    .next();
                            told.onAnswer(Outcome.of(part.outcome()), part.first());
                        },
                        0);
        final QueryRequestEncoder request = new QueryRequestEncoder()
                .wrap(buffer, 0)
                .correlation(correlation)
                .kind((byte) kind.ordinal());
        request.partsCount(1)
                .next()
                .partitionKey(partition.partitionKey())
                .ownerEpoch(partition.leaderEpoch())
                .clientEpoch(NO_EPOCH)
                .argument(argument);
        final int replyBytes = QueryReplyDecoder.BLOCK_LENGTH
                + QueryReplyDecoder.PartsDecoder.sbeHeaderSize()
                + QueryReplyDecoder.PartsDecoder.sbeBlockLength();
        core.requests()
                .send(
                        correlation,
                        partition.ownerCore(),
                        QueryRequestEncoder.TEMPLATE_ID,
                        buffer,
                        request.limit(),
                        replyBytes);
    }
}
