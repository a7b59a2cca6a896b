package io.millrace.net.kafka.wire;

import org.agrona.DirectBuffer;

/**
 * A Produce request, versions 3 to 13, read where it lies. {@link #wrap} walks all of it once, so that a request is
 * either well formed as a whole or refused as a whole; afterwards a cursor visits topics and partitions as often as
 * wanted. Owned by one core's thread.
 *
 * <pre>
 *   transactional id | acks | timeout | [ topic name or id | [ partition | records ] ]
 * </pre>
 *
 * Source: {@code ProduceRequest.json} of Apache Kafka 4.4.
 */
public final class ProduceRequest {
    public static final int VERSION_MIN = 3;
    public static final int VERSION_MAX = 13;

    private static final int FLEXIBLE_SINCE = 9;
    private static final int TOPIC_IDS_SINCE = 13;

    private final WireReader reader = new WireReader();
    private int version;
    private boolean flexible;

    private int transactionalIdOffset;
    private int transactionalIdLength;
    private short acks;
    private int timeoutMs;
    private int topicCount;
    private int partitionCount;
    private int filledTopicCount;
    private int topicsPosition;

    private int topicsLeft;
    private boolean inTopic;
    private int nameOffset;
    private int nameLength;
    private long topicIdMsb;
    private long topicIdLsb;
    private int topicPartitionCount;
    private int partitionsLeft;
    private int partition;
    private int recordsOffset;
    private int recordsLength;

    /**
     * Reads the body of a request, which begins after the request header.
     *
     * @return whether it is well formed; nothing else may be asked otherwise
     */
    public boolean wrap(final DirectBuffer buffer, final int offset, final int length, final int requestVersion) {
        reader.wrap(buffer, offset, length);
        version = requestVersion;
        flexible = version >= FLEXIBLE_SINCE;
        transactionalIdLength = reader.nullableString(flexible);
        transactionalIdOffset = reader.regionOffset();
        acks = reader.int16();
        timeoutMs = reader.int32();
        topicCount = reader.arrayLength(flexible, 1);
        topicsPosition = reader.position();
        partitionCount = 0;
        filledTopicCount = 0;
        rewind();
        while (nextTopic()) {
            partitionCount += topicPartitionCount;
            filledTopicCount += topicPartitionCount > 0 ? 1 : 0;
            while (nextPartition()) {
                // Only the walk matters.
            }
        }
        if (flexible) {
            reader.skipTags();
        }
        if (reader.malformed()) {
            topicsLeft = 0;
            partitionsLeft = 0;
            return false;
        }
        rewind();
        return true;
    }

    public DirectBuffer buffer() {
        return reader.buffer();
    }

    public int version() {
        return version;
    }

    public int transactionalIdOffset() {
        return transactionalIdOffset;
    }

    /** Length of the transactional id, or {@link WireReader#NULL}. */
    public int transactionalIdLength() {
        return transactionalIdLength;
    }

    public short acks() {
        return acks;
    }

    public int timeoutMs() {
        return timeoutMs;
    }

    public int topicCount() {
        return topicCount;
    }

    /** Topics of which it names a partition at least. */
    public int filledTopicCount() {
        return filledTopicCount;
    }

    /** Partitions of all topics together. */
    public int partitionCount() {
        return partitionCount;
    }

    /** Whether topics are named by id, not by name. */
    public boolean hasTopicIds() {
        return version >= TOPIC_IDS_SINCE;
    }

    /** Puts the cursor before the first topic. */
    public void rewind() {
        reader.position(topicsPosition);
        topicsLeft = topicCount;
        partitionsLeft = 0;
        inTopic = false;
    }

    /** Moves to the next topic, over what is left of the current one. */
    public boolean nextTopic() {
        while (nextPartition()) {
            // Passes over.
        }
        if (topicsLeft == 0 || reader.malformed()) {
            return false;
        }
        topicsLeft--;
        if (hasTopicIds()) {
            topicIdMsb = reader.int64();
            topicIdLsb = reader.int64();
            nameLength = WireReader.NULL;
        } else {
            nameLength = reader.string(flexible);
            nameOffset = reader.regionOffset();
        }
        topicPartitionCount = reader.arrayLength(flexible, Integer.BYTES + 1);
        partitionsLeft = topicPartitionCount;
        inTopic = true;
        return !reader.malformed();
    }

    public int nameOffset() {
        return nameOffset;
    }

    public int nameLength() {
        return nameLength;
    }

    public long topicIdMsb() {
        return topicIdMsb;
    }

    public long topicIdLsb() {
        return topicIdLsb;
    }

    public int topicPartitionCount() {
        return topicPartitionCount;
    }

    /** Moves to the next partition of the current topic. */
    public boolean nextPartition() {
        if (partitionsLeft == 0 || reader.malformed()) {
            leaveTopic();
            return false;
        }
        partitionsLeft--;
        partition = reader.int32();
        recordsLength = reader.nullableBytes(flexible);
        recordsOffset = reader.regionOffset();
        if (flexible) {
            reader.skipTags();
        }
        return !reader.malformed();
    }

    public int partition() {
        return partition;
    }

    public int recordsOffset() {
        return recordsOffset;
    }

    /** Length of the records, 0 if there are none, {@link WireReader#NULL} if they are null. */
    public int recordsLength() {
        return recordsLength;
    }

    private void leaveTopic() {
        if (inTopic && flexible) {
            reader.skipTags();
        }
        inTopic = false;
    }
}
