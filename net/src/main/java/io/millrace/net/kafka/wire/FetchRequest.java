package io.millrace.net.kafka.wire;

import org.agrona.DirectBuffer;

/**
 * A Fetch request, versions 4 to 18, read where it lies. {@link #wrap} walks all of it once, so that a request is either
 * well formed as a whole or refused as a whole; afterwards one cursor visits the topics to fetch and another the
 * forgotten ones, each as often as wanted, one at a time. Owned by one core's thread.
 *
 * <pre>
 *   replica id (to v14) | max wait | min bytes | max bytes | isolation level | session id, epoch (v7) |
 *   [ topic name or id | [ partition | leader epoch (v9) | offset | last epoch (v12) | log start (v5) | max bytes | tags ] ] |
 *   [ forgotten topic name or id | [ partition ] ] (v7) | rack (v11) | tags: cluster id, replica state
 * </pre>
 *
 * Source: {@code FetchRequest.json} of Apache Kafka 4.4.
 */
public final class FetchRequest {
    public static final int VERSION_MIN = 4;
    public static final int VERSION_MAX = 18;

    /** High watermark of a replica that does not tell it. */
    public static final long NO_HIGH_WATERMARK = Long.MAX_VALUE;

    private static final int LOG_START_SINCE = 5;
    private static final int SESSIONS_SINCE = 7;
    private static final int LEADER_EPOCH_SINCE = 9;
    private static final int RACK_SINCE = 11;
    private static final int FLEXIBLE_SINCE = 12;
    private static final int TOPIC_IDS_SINCE = 13;
    private static final int REPLICA_STATE_SINCE = 15;
    private static final int DIRECTORY_ID_SINCE = 17;
    private static final int HIGH_WATERMARK_SINCE = 18;

    private static final int TAG_CLUSTER_ID = 0;
    private static final int TAG_REPLICA_STATE = 1;
    private static final int TAG_DIRECTORY_ID = 0;
    private static final int TAG_HIGH_WATERMARK = 1;

    private final WireReader reader = new WireReader();
    private int version;
    private boolean flexible;

    private int replicaId;
    private long replicaEpoch;
    private int maxWaitMs;
    private int minBytes;
    private int maxBytes;
    private byte isolationLevel;
    private int sessionId;
    private int sessionEpoch;
    private int topicCount;
    private int partitionCount;
    private int topicsPosition;
    private int forgottenCount;
    private int forgottenPosition;
    private int rackOffset;
    private int rackLength;
    private int clusterIdOffset;
    private int clusterIdLength;

    private boolean forgetting;
    private boolean inTopic;
    private int topicsLeft;
    private int nameOffset;
    private int nameLength;
    private long topicIdMsb;
    private long topicIdLsb;
    private int topicPartitionCount;
    private int partitionsLeft;
    private int partition;
    private int currentLeaderEpoch;
    private long fetchOffset;
    private int lastFetchedEpoch;
    private long logStartOffset;
    private int partitionMaxBytes;
    private long replicaHighWatermark;

    /**
     * Reads the body of a request, which begins after the request header.
     *
     * @return whether it is well formed; nothing else may be asked otherwise
     */
    public boolean wrap(final DirectBuffer buffer, final int offset, final int length, final int requestVersion) {
        reader.wrap(buffer, offset, length);
        version = requestVersion;
        flexible = version >= FLEXIBLE_SINCE;
        readHead();
        topicCount = reader.arrayLength(flexible, 1);
        topicsPosition = reader.position();
        rewind();
        partitionCount = walk();
        forgottenCount = version >= SESSIONS_SINCE ? reader.arrayLength(flexible, 1) : 0;
        forgottenPosition = reader.position();
        rewindForgotten();
        walk();
        readTail();
        if (reader.malformed()) {
            topicsLeft = 0;
            partitionsLeft = 0;
            return false;
        }
        rewind();
        return true;
    }

    private void readHead() {
        replicaId = version < REPLICA_STATE_SINCE ? reader.int32() : -1;
        replicaEpoch = -1;
        maxWaitMs = reader.int32();
        minBytes = reader.int32();
        maxBytes = reader.int32();
        isolationLevel = reader.int8();
        sessionId = version >= SESSIONS_SINCE ? reader.int32() : 0;
        sessionEpoch = version >= SESSIONS_SINCE ? reader.int32() : -1;
    }

    private void readTail() {
        rackLength = version >= RACK_SINCE ? reader.string(flexible) : 0;
        rackOffset = reader.regionOffset();
        clusterIdLength = WireReader.NULL;
        if (!flexible) {
            return;
        }
        final int tags = reader.tagCount();
        for (int i = 0; i < tags && !reader.malformed(); i++) {
            final int tag = reader.unsignedVarint();
            final int size = reader.unsignedVarint();
            if (tag == TAG_CLUSTER_ID) {
                clusterIdLength = reader.nullableString(true);
                clusterIdOffset = reader.regionOffset();
            } else if (tag == TAG_REPLICA_STATE && version >= REPLICA_STATE_SINCE) {
                replicaId = reader.int32();
                replicaEpoch = reader.int64();
                reader.skipTags();
            } else if (tag == TAG_REPLICA_STATE) {
                reader.fail();
            } else {
                reader.skip(size);
            }
        }
    }

    private int walk() {
        int partitions = 0;
        while (nextTopic()) {
            while (nextPartition()) {
                partitions++;
            }
        }
        return partitions;
    }

    public DirectBuffer buffer() {
        return reader.buffer();
    }

    public int version() {
        return version;
    }

    /** The fetching replica's node, or -1 for a consumer. */
    public int replicaId() {
        return replicaId;
    }

    public long replicaEpoch() {
        return replicaEpoch;
    }

    public int maxWaitMs() {
        return maxWaitMs;
    }

    public int minBytes() {
        return minBytes;
    }

    public int maxBytes() {
        return maxBytes;
    }

    public byte isolationLevel() {
        return isolationLevel;
    }

    public int sessionId() {
        return sessionId;
    }

    public int sessionEpoch() {
        return sessionEpoch;
    }

    public int topicCount() {
        return topicCount;
    }

    /** Partitions to fetch, of all topics together. */
    public int partitionCount() {
        return partitionCount;
    }

    public int forgottenTopicCount() {
        return forgottenCount;
    }

    public int rackOffset() {
        return rackOffset;
    }

    public int rackLength() {
        return rackLength;
    }

    public int clusterIdOffset() {
        return clusterIdOffset;
    }

    /** Length of the cluster id, or {@link WireReader#NULL}. */
    public int clusterIdLength() {
        return clusterIdLength;
    }

    /** Whether topics are named by id, not by name. */
    public boolean hasTopicIds() {
        return version >= TOPIC_IDS_SINCE;
    }

    /** Puts the cursor before the first topic to fetch. */
    public void rewind() {
        startOver(topicsPosition, topicCount, false);
    }

    /** Puts the cursor before the first forgotten topic; only the partition's number is known of those. */
    public void rewindForgotten() {
        startOver(forgottenPosition, forgottenCount, true);
    }

    private void startOver(final int position, final int topics, final boolean forgotten) {
        reader.position(position);
        topicsLeft = topics;
        partitionsLeft = 0;
        inTopic = false;
        forgetting = forgotten;
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
        topicPartitionCount = reader.arrayLength(flexible, Integer.BYTES);
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
            if (inTopic && flexible) {
                reader.skipTags();
            }
            inTopic = false;
            return false;
        }
        partitionsLeft--;
        partition = reader.int32();
        if (!forgetting) {
            readPartition();
        }
        return !reader.malformed();
    }

    private void readPartition() {
        currentLeaderEpoch = version >= LEADER_EPOCH_SINCE ? reader.int32() : -1;
        fetchOffset = reader.int64();
        lastFetchedEpoch = flexible ? reader.int32() : -1;
        logStartOffset = version >= LOG_START_SINCE ? reader.int64() : -1;
        partitionMaxBytes = reader.int32();
        replicaHighWatermark = NO_HIGH_WATERMARK;
        if (flexible) {
            readPartitionTags();
        }
    }

    private void readPartitionTags() {
        final int tags = reader.tagCount();
        for (int i = 0; i < tags && !reader.malformed(); i++) {
            final int tag = reader.unsignedVarint();
            final int size = reader.unsignedVarint();
            if (tag == TAG_DIRECTORY_ID && version >= DIRECTORY_ID_SINCE) {
                reader.skip(2 * Long.BYTES);
            } else if (tag == TAG_HIGH_WATERMARK && version >= HIGH_WATERMARK_SINCE) {
                replicaHighWatermark = reader.int64();
            } else if (tag == TAG_DIRECTORY_ID || tag == TAG_HIGH_WATERMARK) {
                reader.fail();
            } else {
                reader.skip(size);
            }
        }
    }

    public int partition() {
        return partition;
    }

    /** The leader epoch that the client believes in, or -1. */
    public int currentLeaderEpoch() {
        return currentLeaderEpoch;
    }

    public long fetchOffset() {
        return fetchOffset;
    }

    /** The epoch of the client's last batch, or -1. */
    public int lastFetchedEpoch() {
        return lastFetchedEpoch;
    }

    public long logStartOffset() {
        return logStartOffset;
    }

    public int partitionMaxBytes() {
        return partitionMaxBytes;
    }

    public long replicaHighWatermark() {
        return replicaHighWatermark;
    }
}
