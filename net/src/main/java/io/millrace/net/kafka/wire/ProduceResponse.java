package io.millrace.net.kafka.wire;

import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.collections.IntArrayList;

/**
 * Writes a Produce response, versions 3 to 13, field by field in wire order:
 *
 * <pre>
 *   begin ( topic ( partition )* endTopic )* end
 * </pre>
 *
 * Whatever a version does not know is left out. Owned by one core's thread. Source: {@code ProduceResponse.json} of
 * Apache Kafka 4.4.
 */
public final class ProduceResponse {
    private static final int LOG_START_SINCE = 5;
    private static final int RECORD_ERRORS_SINCE = 8;
    private static final int FLEXIBLE_SINCE = 9;
    private static final int LEADER_HINT_SINCE = 10;

    private static final int TAG_CURRENT_LEADER = 0;
    private static final int LEADER_BYTES = 2 * Integer.BYTES + 1;

    private WireWriter writer;
    private int version;
    private boolean flexible;

    /** Writes through this writer from now on, which may be only measuring. */
    public ProduceResponse begin(final WireWriter target, final int responseVersion, final int topicCount) {
        writer = target;
        version = responseVersion;
        flexible = version >= FLEXIBLE_SINCE;
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
     * Writes a partition.
     *
     * @param badRecords indexes of the records that were refused, or nothing
     * @param reasons why, for each of them; ASCII or null
     * @param errorMessage why the batch was refused, ASCII or null
     * @param leaderId a hint, or -1 for none
     */
    public void partition(
            final int partition,
            final short error,
            final long baseOffset,
            final long appendTimeMs,
            final long logStartOffset,
            final IntArrayList badRecords,
            final List<String> reasons,
            final String errorMessage,
            final int leaderId,
            final int leaderEpoch) {
        writer.int32(partition);
        writer.int16(error);
        writer.int64(baseOffset);
        writer.int64(appendTimeMs);
        if (version >= LOG_START_SINCE) {
            writer.int64(logStartOffset);
        }
        if (version >= RECORD_ERRORS_SINCE) {
            recordErrors(badRecords, reasons);
            writer.ascii(flexible, errorMessage);
        }
        if (flexible) {
            leaderHint(leaderId, leaderEpoch);
        }
    }

    private void recordErrors(final IntArrayList badRecords, final List<String> reasons) {
        final int count = badRecords.size();
        writer.arrayLength(flexible, count);
        for (int i = 0; i < count; i++) {
            writer.int32(badRecords.getInt(i));
            writer.ascii(flexible, reasons.get(i));
            if (flexible) {
                writer.noTags();
            }
        }
    }

    private void leaderHint(final int leaderId, final int leaderEpoch) {
        if (version < LEADER_HINT_SINCE || leaderId < 0) {
            writer.noTags();
            return;
        }
        writer.unsignedVarint(1);
        writer.tag(TAG_CURRENT_LEADER, LEADER_BYTES);
        writer.int32(leaderId);
        writer.int32(leaderEpoch);
        writer.noTags();
    }

    public void endTopic() {
        if (flexible) {
            writer.noTags();
        }
    }

    /** Ends the response; the nodes are those that the leader hints name. */
    public void end(final int throttleTimeMs, final NodeEndpoints nodes) {
        writer.int32(throttleTimeMs);
        if (version >= LEADER_HINT_SINCE) {
            nodes.writeAsTags(writer);
        } else if (flexible) {
            writer.noTags();
        }
    }
}
