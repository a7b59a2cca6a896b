package io.millrace.net.kafka.produce;

import static java.nio.ByteOrder.BIG_ENDIAN;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.PartitionKeys;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.producer.AppendFlags;
import io.millrace.net.kafka.wire.ProduceRequest;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/**
 * What one Produce request has to do with a transaction: whose it is, as the headers of its batches say, and which of
 * its partitions must be verified. Owned by one core's thread.
 */
final class ProduceTransaction {
    /** Clients of these versions know how a transaction ends that can only be aborted. */
    private static final int ABORTABLE_SINCE = 11;
    /** Clients of these versions leave it to the broker to add partitions, and have a new epoch for each transaction. */
    private static final int EPOCH_BUMPS_SINCE = 12;

    private boolean present;
    private boolean mixed;
    private long producerId;
    private short producerEpoch;

    void clear() {
        present = false;
        mixed = false;
    }

    /** Takes a transactional batch into account. */
    void add(final DirectBuffer buffer, final int batchOffset) {
        final long id = buffer.getLong(batchOffset + BatchFlyweight.PRODUCER_ID_AT, BIG_ENDIAN);
        final short epoch = buffer.getShort(batchOffset + BatchFlyweight.PRODUCER_EPOCH_AT, BIG_ENDIAN);
        mixed |= present && (id != producerId || epoch != producerEpoch);
        present = true;
        producerId = id;
        producerEpoch = epoch;
    }

    /** Whether any batch is transactional. */
    boolean isPresent() {
        return present;
    }

    /** Whether batches of several producers, or epochs, are transactional. */
    boolean isMixed() {
        return mixed;
    }

    long producerId() {
        return producerId;
    }

    short producerEpoch() {
        return producerEpoch;
    }

    static boolean bumpsEpochs(final int version) {
        return version >= EPOCH_BUMPS_SINCE;
    }

    static int flags(final int version) {
        return bumpsEpochs(version) ? AppendFlags.EPOCH_BUMPS : AppendFlags.NONE;
    }

    static String transactionalId(final ProduceRequest request) {
        return request.buffer()
                .getStringWithoutLengthUtf8(request.transactionalIdOffset(), request.transactionalIdLength());
    }

    /** The partitions whose owners did not know the transaction; those that are gone meanwhile are refused. */
    static List<TopicPartition> unverified(final ProduceParts parts, final MetadataImage image) {
        final List<TopicPartition> partitions = new ArrayList<>();
        for (int part = 0; part < parts.count(); part++) {
            if (parts.isUnverified(part)) {
                final TopicPartition partition = partition(parts.key(part), image);
                if (partition == null) {
                    parts.unverifiable(part, Errors.UNKNOWN_TOPIC_OR_PARTITION);
                } else {
                    partitions.add(partition);
                }
            }
        }
        return partitions;
    }

    /** Null if the topic is gone. */
    static TopicPartition partition(final long key, final MetadataImage image) {
        final TopicImage topic = image.topicByNumber(PartitionKeys.topicNumber(key));
        return topic == null ? null : new TopicPartition(topic.name(), PartitionKeys.partition(key));
    }

    /**
     * A coordinator's error as producers of that version are told: they retry what is passing, and some would not know
     * the coordinator's own words for that.
     */
    static Errors told(final Errors error, final int version) {
        return switch (error) {
            case PRODUCER_FENCED -> Errors.INVALID_PRODUCER_EPOCH;
            case TRANSACTION_ABORTABLE -> version >= ABORTABLE_SINCE ? error : Errors.INVALID_TXN_STATE;
            case CONCURRENT_TRANSACTIONS -> bumpsEpochs(version) ? error : Errors.NOT_ENOUGH_REPLICAS;
            case NETWORK_EXCEPTION, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR ->
                Errors.NOT_ENOUGH_REPLICAS;
            default -> error;
        };
    }
}
