package io.millrace.net.kafka.fetch;

import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.quota.QuotaKind;
import io.millrace.net.connection.Exchange;
import io.millrace.net.connection.PooledBuffer;
import io.millrace.net.kafka.api.ClientPayer;
import io.millrace.net.kafka.api.LeaderHints;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.wire.FetchResponse;
import io.millrace.net.kafka.wire.NodeEndpoints;
import io.millrace.net.kafka.wire.WireWriter;
import org.apache.kafka.common.protocol.Errors;

/**
 * Lays a fetch's answer out: all metadata in one buffer, written twice (to measure, then for good), cut where the slices
 * go, which are handed on as they are. One for each core.
 */
final class FetchAnswer {
    private static final int NODES_MAX = 64;
    private static final int HINTS_SINCE = 16;
    private static final int STORAGE_ERROR_SINCE = 6;
    private static final int NO_PREFERRED_REPLICA = -1;
    private static final int ABORTED_NULL = -1;
    private static final FetchPartition[] NO_PARTITIONS = {};

    private final MetadataImage image;
    private final WireWriter writer = new WireWriter();
    private final FetchResponse response = new FetchResponse();
    private final NodeEndpoints nodes = new NodeEndpoints(NODES_MAX);
    private int[] cuts = new int[16];
    private int throttleMs;
    private boolean isFree;

    FetchAnswer(final MetadataImage image) {
        this.image = image;
    }

    /**
     * Says nothing but how long the client is to wait, for it has not paid for an earlier answer yet. Free, as in Kafka:
     * one who is told so often gets on all the same.
     */
    void writeNotYet(final Exchange exchange, final RequestHeader header, final int sessionId) {
        isFree = true;
        write(exchange, header, Errors.NONE, sessionId, NO_PARTITIONS, 0, false);
        isFree = false;
    }

    /**
     * Appends the answer to the exchange, which is then ready to be finished; leases go with it.
     *
     * @param count how many of the partitions count; those marked as answered are named
     */
    void write(
            final Exchange exchange,
            final RequestHeader header,
            final Errors error,
            final int sessionId,
            final FetchPartition[] partitions,
            final int count,
            final boolean readCommitted) {
        final ClientPayer payer = ClientPayer.of(exchange);
        throttleMs = payer == null ? 0 : payAndWait(payer, exchange, partitions, count);
        final int headerBytes = header.replyHeaderLength();
        if (cuts.length < count) {
            cuts = new int[Integer.highestOneBit(count) * 2];
        }
        writeBody(writer.measure(), header, error, sessionId, partitions, count, readCommitted);
        final int bytes = headerBytes + writer.length();
        final PooledBuffer buffer = exchange.pool().take(bytes);
        header.writeReplyHeader(buffer);
        writer.wrap(buffer, headerBytes, bytes - headerBytes);
        writeBody(writer, header, error, sessionId, partitions, count, readCommitted);
        if (writer.overflowed()) {
            throw new IllegalStateException("answer of " + writer.length() + " bytes measured as " + bytes);
        }
        addPieces(exchange, buffer, headerBytes, bytes, partitions, count);
        if (payer != null && !isFree) {
            payer.pay(QuotaKind.FETCH, bytes);
        }
    }

    private static int payAndWait(
            final ClientPayer payer, final Exchange exchange, final FetchPartition[] partitions, final int count) {
        long taken = 0;
        for (int i = 0; i < count; i++) {
            taken += partitions[i].answered ? partitions[i].taken : 0;
        }
        payer.pay(QuotaKind.FETCH, taken);
        return payer.throttleMs(exchange, QuotaKind.FETCH);
    }

    private void addPieces(
            final Exchange exchange,
            final PooledBuffer buffer,
            final int headerBytes,
            final int bytes,
            final FetchPartition[] partitions,
            final int count) {
        int done = 0;
        for (int i = 0; i < count; i++) {
            final FetchPartition partition = partitions[i];
            if (partition.answered && partition.taken > 0) {
                final int cut = headerBytes + cuts[i];
                buffer.retain();
                exchange.add(buffer, done, cut - done);
                if (partition.copied) {
                    exchange.addCopy(partition.slice, partition.taken);
                } else {
                    exchange.add(partition.slice, partition.taken);
                }
                partition.slice = null;
                done = cut;
            }
        }
        exchange.add(buffer, done, bytes - done);
    }

    private void writeBody(
            final WireWriter target,
            final RequestHeader header,
            final Errors error,
            final int sessionId,
            final FetchPartition[] partitions,
            final int count,
            final boolean readCommitted) {
        nodes.clear();
        response.begin(target, header.version(), throttleMs, error.code(), sessionId, countTopics(partitions, count));
        for (int i = nextAnswered(partitions, 0, count); i < count; ) {
            final int end = endOfTopic(partitions, i, count);
            writeTopic(partitions[i], countAnswered(partitions, i, end));
            for (; i < end; i = nextAnswered(partitions, i + 1, count)) {
                cuts[i] = writePartition(header, partitions[i], readCommitted);
            }
            response.endTopic();
        }
        response.end(nodes);
    }

    private void writeTopic(final FetchPartition first, final int partitionCount) {
        if (first.name == null) {
            response.topic(first.topicIdMsb, first.topicIdLsb, partitionCount);
        } else {
            response.topic(first.name, first.nameOffset, first.nameLength, partitionCount);
        }
    }

    private int writePartition(final RequestHeader header, final FetchPartition p, final boolean readCommitted) {
        final boolean listsAborted = p.unknown || readCommitted && p.error == Errors.NONE && !p.isDiverging();
        final int aborted = listsAborted && p.taken > 0 ? p.slice.abortedCount() : 0;
        response.partition(
                p.partition,
                codeOf(p.error, header.version()),
                p.highWatermark,
                p.lastStableOffset,
                p.logStartOffset,
                listsAborted ? aborted : ABORTED_NULL);
        for (int i = 0; i < aborted; i++) {
            response.aborted(p.slice.abortedProducerId(i), p.slice.abortedFirstOffset(i));
        }
        final int cut = response.records(NO_PREFERRED_REPLICA, p.taken);
        int leaderId = LeaderHints.NONE;
        int leaderEpoch = LeaderHints.NONE;
        if (header.version() >= HINTS_SINCE
                && (p.error == Errors.NOT_LEADER_OR_FOLLOWER || p.error == Errors.FENCED_LEADER_EPOCH)) {
            final PartitionImage leader = image.partition(p.key);
            leaderId = LeaderHints.leaderId(header.listener(), leader, nodes);
            leaderEpoch = leader == null ? LeaderHints.NONE : leader.leaderEpoch();
        }
        response.endPartition(p.divergingEpoch, p.divergingEndOffset, leaderId, leaderEpoch);
        return cut;
    }

    /** Clients of old do not know the storage error; what they know makes them look for another leader. */
    private static short codeOf(final Errors error, final int version) {
        return error == Errors.KAFKA_STORAGE_ERROR && version < STORAGE_ERROR_SINCE
                ? Errors.NOT_LEADER_OR_FOLLOWER.code()
                : error.code();
    }

    private static int countTopics(final FetchPartition[] partitions, final int count) {
        int topics = 0;
        for (int i = nextAnswered(partitions, 0, count); i < count; i = endOfTopic(partitions, i, count)) {
            topics++;
        }
        return topics;
    }

    /** Index of the first answered partition behind {@code first} that is of another topic, or the count. */
    private static int endOfTopic(final FetchPartition[] partitions, final int first, final int count) {
        int i = nextAnswered(partitions, first + 1, count);
        while (i < count && partitions[i].hasSameTopic(partitions[first])) {
            i = nextAnswered(partitions, i + 1, count);
        }
        return i;
    }

    private static int nextAnswered(final FetchPartition[] partitions, final int from, final int count) {
        int i = from;
        while (i < count && !partitions[i].answered) {
            i++;
        }
        return i;
    }

    private static int countAnswered(final FetchPartition[] partitions, final int from, final int end) {
        int answered = 0;
        for (int i = from; i < end; i++) {
            answered += partitions[i].answered ? 1 : 0;
        }
        return answered;
    }
}
