package io.millrace.net.kafka.wire;

import org.agrona.DirectBuffer;

/**
 * Writes everything of a Fetch response, versions 4 to 18, but the records, which go from the file to the socket without
 * being touched. The order of calls is the wire's:
 *
 * <pre>
 *   begin ( topic ( partition ( aborted )* records endPartition )* endTopic )* end
 * </pre>
 *
 * {@link #records} only announces a length and returns how many bytes were written before: so many of the writer's bytes
 * go out first, then the records, then the writer's next ones. Owned by one core's thread. Source: {@code
 * FetchResponse.json} of Apache Kafka 4.4.
 */
public final class FetchResponse {
    private static final int LOG_START_SINCE = 5;
    private static final int SESSIONS_SINCE = 7;
    private static final int PREFERRED_REPLICA_SINCE = 11;
    private static final int FLEXIBLE_SINCE = 12;
    private static final int ENDPOINTS_SINCE = 16;

    private static final int TAG_DIVERGING_EPOCH = 0;
    private static final int TAG_CURRENT_LEADER = 1;
    private static final int DIVERGING_BYTES = Integer.BYTES + Long.BYTES + 1;
    private static final int LEADER_BYTES = 2 * Integer.BYTES + 1;

    private WireWriter writer;
    private int version;
    private boolean flexible;

    /** Writes through this writer from now on, which may be only measuring. */
    public FetchResponse begin(
            final WireWriter target,
            final int responseVersion,
            final int throttleTimeMs,
            final short error,
            final int sessionId,
            final int topicCount) {
        writer = target;
        version = responseVersion;
        flexible = version >= FLEXIBLE_SINCE;
        writer.int32(throttleTimeMs);
        if (version >= SESSIONS_SINCE) {
            writer.int16(error);
            writer.int32(sessionId);
        }
        writer.arrayLength(flexible, topicCount);
        return this;
    }

    /** Begins a topic, to version 12. */
    public void topic(final DirectBuffer name, final int offset, final int length, final int partitionCount) {
        writer.string(flexible, name, offset, length);
        writer.arrayLength(flexible, partitionCount);
    }

    /** Begins a topic, from version 13 on. */
    public void topic(final long topicIdMsb, final long topicIdLsb, final int partitionCount) {
        writer.int64(topicIdMsb);
        writer.int64(topicIdLsb);
        writer.arrayLength(flexible, partitionCount);
    }

    /**
     * Begins a partition.
     *
     * @param abortedCount how many aborted transactions follow; -1 says null, for readers that did not ask
     */
    public void partition(
            final int partition,
            final short error,
            final long highWatermark,
            final long lastStableOffset,
            final long logStartOffset,
            final int abortedCount) {
        writer.int32(partition);
        writer.int16(error);
        writer.int64(highWatermark);
        writer.int64(lastStableOffset);
        if (version >= LOG_START_SINCE) {
            writer.int64(logStartOffset);
        }
        writer.arrayLength(flexible, abortedCount);
    }

    /** Writes one of the aborted transactions that were announced. */
    public void aborted(final long producerId, final long firstOffset) {
        writer.int64(producerId);
        writer.int64(firstOffset);
        if (flexible) {
            writer.noTags();
        }
    }

    /**
     * Announces so many bytes of records, to be sent from elsewhere; 0 for none.
     *
     * @return after how many bytes of the writer they go
     */
    public int records(final int preferredReplica, final int length) {
        if (version >= PREFERRED_REPLICA_SINCE) {
            writer.int32(preferredReplica);
        }
        writer.bytesLength(flexible, length);
        return writer.length();
    }

    /**
     * Ends a partition.
     *
     * @param divergingEpoch the last epoch that the client's log shares with ours, or -1
     * @param leaderId a hint, or -1 for none
     */
    public void endPartition(
            final int divergingEpoch, final long divergingEndOffset, final int leaderId, final int leaderEpoch) {
        if (!flexible) {
            return;
        }
        writer.unsignedVarint((divergingEpoch >= 0 ? 1 : 0) + (leaderId >= 0 ? 1 : 0));
        if (divergingEpoch >= 0) {
            writer.tag(TAG_DIVERGING_EPOCH, DIVERGING_BYTES);
            writer.int32(divergingEpoch);
            writer.int64(divergingEndOffset);
            writer.noTags();
        }
        if (leaderId >= 0) {
            writer.tag(TAG_CURRENT_LEADER, LEADER_BYTES);
            writer.int32(leaderId);
            writer.int32(leaderEpoch);
            writer.noTags();
        }
    }

    public void endTopic() {
        if (flexible) {
            writer.noTags();
        }
    }

    /** Ends the response; the nodes are those that the leader hints name. */
    public void end(final NodeEndpoints nodes) {
        if (version >= ENDPOINTS_SINCE) {
            nodes.writeAsTags(writer);
        } else if (flexible) {
            writer.noTags();
        }
    }
}
