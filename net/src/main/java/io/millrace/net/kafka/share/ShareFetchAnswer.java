package io.millrace.net.kafka.share;

import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.quota.QuotaKind;
import io.millrace.engine.share.RecordRanges;
import io.millrace.net.connection.Exchange;
import io.millrace.net.connection.PooledBuffer;
import io.millrace.net.kafka.api.ClientPayer;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.LeaderHints;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.wire.NodeEndpoints;
import io.millrace.net.kafka.wire.WireWriter;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.protocol.Errors;

/**
 * Lays the answer to a ShareFetch out, versions 1 and 2, as its fellow for Fetch does: all metadata in one buffer,
 * written twice, cut where the records go, which are sent from where they lie. Source: {@code ShareFetchResponse.json}
 * of Apache Kafka 4.4. One for each core.
 */
final class ShareFetchAnswer {
    private static final int NODES_MAX = 64;
    private static final boolean FLEXIBLE = true;

    private final MetadataImage image;
    private final WireWriter writer = new WireWriter();
    private final NodeEndpoints nodes = new NodeEndpoints(NODES_MAX);
    private int throttleMs;

    ShareFetchAnswer(final MetadataImage image) {
        this.image = image;
    }

    /** As Apache Kafka: without a word. */
    void refuse(final Exchange exchange, final Errors error) {
        ColdApi.respond(exchange, new ShareFetchResponseData().setErrorCode(error.code()));
    }

    /**
     * Appends the answer to the exchange, which is then ready to be finished; leases go with it.
     *
     * @param free the member is told to wait, and got nothing for that
     */
    void write(
            final Exchange exchange,
            final RequestHeader header,
            final ShareHandlers handlers,
            final String group,
            final Map<Uuid, List<ShareItem>> topics,
            final boolean free) {
        final ClientPayer payer = ClientPayer.of(exchange);
        throttleMs = payer == null ? 0 : payAndWait(payer, exchange, topics);
        final int lockMs = handlers.rules(group).lockMs();
        final int headerBytes = header.replyHeaderLength();
        final int[] cuts = new int[topics.values().stream().mapToInt(List::size).sum()];
        writeBody(writer.measure(), header, lockMs, topics, cuts);
        final int bytes = headerBytes + writer.length();
        final PooledBuffer buffer = exchange.pool().take(bytes);
        header.writeReplyHeader(buffer);
        writeBody(writer.wrap(buffer, headerBytes, bytes - headerBytes), header, lockMs, topics, cuts);
        if (writer.overflowed()) {
            throw new IllegalStateException("answer of " + writer.length() + " bytes measured as " + bytes);
        }
        addPieces(exchange, handlers, buffer, headerBytes, bytes, topics, cuts);
        if (payer != null && !free) {
            payer.pay(QuotaKind.FETCH, bytes);
        }
    }

    private static int payAndWait(
            final ClientPayer payer, final Exchange exchange, final Map<Uuid, List<ShareItem>> topics) {
        long taken = 0;
        for (final List<ShareItem> topic : topics.values()) {
            for (final ShareItem item : topic) {
                taken += item.bytes;
            }
        }
        payer.pay(QuotaKind.FETCH, taken);
        return payer.throttleMs(exchange, QuotaKind.FETCH);
    }

    private static void addPieces(
            final Exchange exchange,
            final ShareHandlers handlers,
            final PooledBuffer buffer,
            final int headerBytes,
            final int bytes,
            final Map<Uuid, List<ShareItem>> topics,
            final int[] cuts) {
        int done = 0;
        int i = 0;
        for (final List<ShareItem> topic : topics.values()) {
            for (final ShareItem item : topic) {
                final int cut = headerBytes + cuts[i++];
                if (item.bytes > 0) {
                    buffer.retain();
                    exchange.add(buffer, done, cut - done);
                    if (handlers.mayKeepLease(item.core)) {
                        exchange.add(item.slice, item.bytes);
                    } else {
                        exchange.addCopy(item.slice, item.bytes);
                    }
                    item.slice = null;
                    done = cut;
                }
            }
        }
        exchange.add(buffer, done, bytes - done);
    }

    private void writeBody(
            final WireWriter target,
            final RequestHeader header,
            final int lockMs,
            final Map<Uuid, List<ShareItem>> topics,
            final int[] cuts) {
        nodes.clear();
        target.int32(throttleMs);
        target.int16(Errors.NONE.code());
        target.ascii(FLEXIBLE, null);
        target.int32(lockMs);
        target.arrayLength(FLEXIBLE, topics.size());
        int i = 0;
        for (final Map.Entry<Uuid, List<ShareItem>> topic : topics.entrySet()) {
            target.int64(topic.getKey().getMostSignificantBits());
            target.int64(topic.getKey().getLeastSignificantBits());
            target.arrayLength(FLEXIBLE, topic.getValue().size());
            for (final ShareItem item : topic.getValue()) {
                cuts[i++] = writePartition(target, header, item);
            }
            target.noTags();
        }
        nodes.writeAsArray(target);
        target.noTags();
    }

    /** Returns after how many bytes of the writer the records go. */
    private int writePartition(final WireWriter target, final RequestHeader header, final ShareItem item) {
        target.int32(item.partition);
        target.int16(item.error.code());
        target.ascii(FLEXIBLE, messageOf(item.error));
        final Errors ack = item.ackError == null ? Errors.NONE : item.ackError;
        target.int16(ack.code());
        target.ascii(FLEXIBLE, messageOf(item, ack));
        writeLeader(target, header, item);
        target.bytesLength(FLEXIBLE, item.bytes);
        final int cut = target.length();
        final RecordRanges acquired = item.acquired;
        final int count = acquired == null ? 0 : acquired.count();
        target.arrayLength(FLEXIBLE, count);
        for (int i = 0; i < count; i++) {
            target.int64(acquired.first(i));
            target.int64(acquired.last(i));
            target.int16(acquired.deliveries(i));
            target.noTags();
        }
        target.noTags();
        return cut;
    }

    static String messageOf(final ShareItem item, final Errors ack) {
        return ack == Errors.NONE || item.ackMessage == null ? messageOf(ack) : item.ackMessage;
    }

    /** As Apache Kafka: none for what is not there, or makes no sense. */
    private static String messageOf(final Errors error) {
        return switch (error) {
            case NONE, UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION, INVALID_REQUEST, UNKNOWN_SERVER_ERROR -> null;
            default -> error.message();
        };
    }

    private void writeLeader(final WireWriter target, final RequestHeader header, final ShareItem item) {
        final boolean moved =
                item.error == Errors.NOT_LEADER_OR_FOLLOWER || item.ackError == Errors.NOT_LEADER_OR_FOLLOWER;
        final PartitionImage leader = moved ? image.partition(item.key) : null;
        target.int32(leader == null ? 0 : LeaderHints.leaderId(header.listener(), leader, nodes));
        target.int32(leader == null ? 0 : leader.leaderEpoch());
        target.noTags();
    }
}
