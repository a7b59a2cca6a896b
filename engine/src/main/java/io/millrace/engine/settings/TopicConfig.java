package io.millrace.engine.settings;

import java.util.List;
import java.util.Map;

/**
 * A topic's settings in force, parsed, ready for the hot path: the topic's own overrides over the broker's settings
 * over the defaults. Immutable; a change makes a new one.
 *
 * @param segmentMs            age at which a segment is rolled
 * @param segmentJitterMs      upper bound of what is randomly taken off {@code segmentMs}
 * @param segmentIndexBytes    size of the offset index at which a segment is rolled
 * @param retentionMs          -1: for ever
 * @param retentionBytes       -1: no bound
 * @param fileDeleteDelayMs    accepted for Kafka's sake; files go with their last reader
 * @param logAppendTime        the broker's clock stamps batches, not the producer's
 * @param timestampBeforeMaxMs how far a record's timestamp may lie behind the broker's clock
 * @param timestampAfterMaxMs  how far it may lie ahead
 * @param compressionType      {@code producer}: stored as sent
 * @param deletes              {@code cleanup.policy} contains delete
 * @param compacts             {@code cleanup.policy} contains compact
 * @param validatesRecords     {@code record.validation=full}: look inside compressed batches
 */
public record TopicConfig(
        int segmentBytes,
        long segmentMs,
        long segmentJitterMs,
        int segmentIndexBytes,
        int indexIntervalBytes,
        long retentionMs,
        long retentionBytes,
        long fileDeleteDelayMs,
        int maxMessageBytes,
        long flushMessages,
        long flushMs,
        boolean logAppendTime,
        long timestampBeforeMaxMs,
        long timestampAfterMaxMs,
        String compressionType,
        boolean deletes,
        boolean compacts,
        int minInsyncReplicas,
        boolean preallocate,
        Durability durability,
        boolean validatesRecords) {

    /** The values of a topic without overrides on a broker without settings. */
    public static TopicConfig defaults() {
        return resolve(Map.of(), Settings.defaults());
    }

    /** Overrides were validated when they were set; what does not parse here is a defect. */
    public static TopicConfig resolve(final Map<String, String> overrides, final Settings broker) {
        final TopicValues values = new TopicValues(overrides, broker);
        final List<String> policy = values.list(TopicSettings.CLEANUP_POLICY);
        final Integer internalSegmentBytes = (Integer) values.value(TopicSettings.INTERNAL_SEGMENT_BYTES);
        return new TopicConfig(
                internalSegmentBytes != null ? internalSegmentBytes : values.intOf(TopicSettings.SEGMENT_BYTES),
                values.longOf(TopicSettings.SEGMENT_MS),
                values.longOf(TopicSettings.SEGMENT_JITTER_MS),
                values.intOf(TopicSettings.SEGMENT_INDEX_BYTES),
                values.intOf(TopicSettings.INDEX_INTERVAL_BYTES),
                values.longOf(TopicSettings.RETENTION_MS),
                values.longOf(TopicSettings.RETENTION_BYTES),
                values.longOf(TopicSettings.FILE_DELETE_DELAY_MS),
                values.intOf(TopicSettings.MAX_MESSAGE_BYTES),
                values.longOf(TopicSettings.FLUSH_MESSAGES),
                values.longOf(TopicSettings.FLUSH_MS),
                "LogAppendTime".equals(values.text(TopicSettings.MESSAGE_TIMESTAMP_TYPE)),
                values.longOf(TopicSettings.MESSAGE_TIMESTAMP_BEFORE_MAX_MS),
                values.longOf(TopicSettings.MESSAGE_TIMESTAMP_AFTER_MAX_MS),
                values.text(TopicSettings.COMPRESSION_TYPE),
                policy.contains("delete"),
                policy.contains("compact"),
                values.intOf(TopicSettings.MIN_INSYNC_REPLICAS),
                values.booleanOf(TopicSettings.PREALLOCATE),
                Durability.of(values.text(TopicSettings.DURABILITY)),
                "full".equals(values.text(TopicSettings.RECORD_VALIDATION)));
    }
}
