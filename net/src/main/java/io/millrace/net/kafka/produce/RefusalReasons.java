package io.millrace.net.kafka.produce;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.BatchRules;
import io.millrace.engine.batch.RecordWalker;
import io.millrace.engine.batch.TimestampType;
import java.util.List;
import org.agrona.collections.IntArrayList;

/** Says in Kafka's words why records were refused. Stateless. */
final class RefusalReasons {
    private RefusalReasons() {}

    /**
     * Adds a reason for each of the records.
     *
     * @param walker  before the first record of the batch
     * @param indexes of the records that were refused, ascending
     * @param place   topic and partition
     */
    static void add(
            final BatchFlyweight batch,
            final RecordWalker walker,
            final IntArrayList indexes,
            final BatchRules rules,
            final long judgedAtMs,
            final String place,
            final List<String> reasons) {
        for (int i = 0; i < indexes.size() && walker.next(); ) {
            if (walker.index() == indexes.getInt(i)) {
                reasons.add(reason(batch, walker, rules, judgedAtMs, place));
                i++;
            }
        }
    }

    private static String reason(
            final BatchFlyweight batch,
            final RecordWalker walker,
            final BatchRules rules,
            final long judgedAtMs,
            final String place) {
        if (!batch.isCompressed() && walker.offsetDelta() != walker.index()) {
            return "Record " + walker.index() + " of the batch has offset delta " + walker.offsetDelta()
                    + " in topic partition " + place;
        }
        if (rules.keysRequired() && !walker.hasKey()) {
            return "Compacted topic cannot accept message without key in topic partition " + place;
        }
        final boolean isStamped = batch.timestampType() == TimestampType.LOG_APPEND_TIME;
        final long timestamp = isStamped ? batch.maxTimestamp() : batch.baseTimestamp() + walker.timestampDelta();
        if (rules.timestampType() == TimestampType.CREATE_TIME && timestamp != BatchFlyweight.NO_TIMESTAMP) {
            return badTime(rules, judgedAtMs, walker.offsetDelta(), timestamp);
        }
        return "Invalid timestamp type in message DefaultRecord(offset=" + walker.offsetDelta() + ", timestamp="
                + timestamp + ", key=" + Math.max(0, walker.keyLength()) + " bytes, value="
                + Math.max(0, walker.valueLength())
                + " bytes). Producer should not set timestamp type to LogAppendTime.";
    }

    /** Of a record's timestamp, or one that stands for several records. */
    static String badTime(final BatchRules rules, final long judgedAtMs, final int offset, final long timestamp) {
        return "Timestamp " + timestamp + " of message with offset " + offset
                + " is out of range. The timestamp should be within [" + (judgedAtMs - rules.timestampBeforeMaxMs())
                + ", " + (judgedAtMs + rules.timestampAfterMaxMs()) + "]";
    }
}
