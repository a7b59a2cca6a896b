package io.millrace.net.kafka.produce;

import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.quota.QuotaKind;
import io.millrace.net.connection.Exchange;
import io.millrace.net.connection.PooledBuffer;
import io.millrace.net.kafka.api.ClientPayer;
import io.millrace.net.kafka.api.LeaderHints;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.wire.NodeEndpoints;
import io.millrace.net.kafka.wire.ProduceRequest;
import io.millrace.net.kafka.wire.ProduceResponse;
import io.millrace.net.kafka.wire.WireWriter;
import org.apache.kafka.common.protocol.Errors;

/** Writes a Produce request's answer: once to measure it, once into a buffer of that size. One for each core. */
final class ProduceAnswer {
    private static final int NODES_MAX = 64;
    private static final int HINTS_SINCE = 10;

    private final MetadataImage image;
    private final WireWriter writer = new WireWriter();
    private final ProduceResponse response = new ProduceResponse();
    private final RefusedRecords refused = new RefusedRecords();
    private final NodeEndpoints nodes = new NodeEndpoints(NODES_MAX);
    /** Of the answer that is being written. */
    private PackedRefusals refusals;

    private int throttleMs;

    ProduceAnswer(final MetadataImage image) {
        this.image = image;
    }

    /**
     * Appends the whole answer to the exchange, which is then ready to be finished.
     *
     * @param wholeMessage why the request was refused as a whole, or null
     * @param unpacked     what was found in refused batches that are compressed, or null
     */
    void write(
            final Exchange exchange,
            final RequestHeader header,
            final ProduceRequest request,
            final ProduceParts parts,
            final String wholeMessage,
            final PackedRefusals unpacked) {
        refusals = unpacked;
        final ClientPayer payer = ClientPayer.of(exchange);
        throttleMs = payer == null ? 0 : payer.throttleMs(exchange, QuotaKind.PRODUCE);
        final int headerBytes = header.replyHeaderLength();
        writeBody(writer.measure(), header, request, parts, wholeMessage);
        final int bytes = headerBytes + writer.length();
        final PooledBuffer buffer = exchange.pool().take(bytes);
        header.writeReplyHeader(buffer);
        writeBody(writer.wrap(buffer, headerBytes, bytes - headerBytes), header, request, parts, wholeMessage);
        if (writer.overflowed()) {
            throw new IllegalStateException("answer of " + writer.length() + " bytes measured as " + bytes);
        }
        exchange.add(buffer, bytes);
        refusals = null;
    }

    private void writeBody(
            final WireWriter target,
            final RequestHeader header,
            final ProduceRequest request,
            final ProduceParts parts,
            final String wholeMessage) {
        response.begin(target, request.version(), answeredTopics(request, parts));
        nodes.clear();
        request.rewind();
        int part = 0;
        while (request.nextTopic()) {
            final int partitions = parts.answers(part, request.topicPartitionCount());
            if (partitions == 0) {
                part += request.topicPartitionCount();
                continue;
            }
            if (request.hasTopicIds()) {
                response.topic(request.topicIdMsb(), request.topicIdLsb(), partitions);
            } else {
                response.topic(request.buffer(), request.nameOffset(), request.nameLength(), partitions);
            }
            while (request.nextPartition()) {
                if (!parts.isSuperseded(part)) {
                    writePartition(header, request, parts, part, wholeMessage);
                }
                part++;
            }
            response.endTopic();
        }
        response.end(throttleMs, nodes);
    }

    /** Apache Kafka answers partitions: a topic that has none to answer is left out. */
    private static int answeredTopics(final ProduceRequest request, final ProduceParts parts) {
        if (!parts.hasSuperseded()) {
            return request.filledTopicCount();
        }
        int topics = 0;
        int part = 0;
        request.rewind();
        while (request.nextTopic()) {
            topics += parts.answers(part, request.topicPartitionCount()) > 0 ? 1 : 0;
            part += request.topicPartitionCount();
        }
        return topics;
    }

    private void writePartition(
            final RequestHeader header,
            final ProduceRequest request,
            final ProduceParts parts,
            final int part,
            final String wholeMessage) {
        final Errors error = parts.error(part);
        int leaderId = LeaderHints.NONE;
        int leaderEpoch = LeaderHints.NONE;
        if (error == Errors.NOT_LEADER_OR_FOLLOWER && header.version() >= HINTS_SINCE) {
            final PartitionImage leader = image.partition(parts.key(part));
            leaderId = LeaderHints.leaderId(header.listener(), leader, nodes);
            leaderEpoch = leader == null ? LeaderHints.NONE : leader.leaderEpoch();
        }
        refused.find(request, parts, part, image, refusals);
        final boolean isSummed = !refused.indexes().isEmpty() || error == Errors.INVALID_TIMESTAMP;
        response.partition(
                request.partition(),
                error.code(),
                parts.baseOffset(part),
                parts.appendTimeMs(part),
                parts.logStartOffset(part),
                refused.indexes(),
                refused.reasons(),
                isSummed ? refused.summary(error) : wholeMessage,
                leaderId,
                leaderEpoch);
    }
}
