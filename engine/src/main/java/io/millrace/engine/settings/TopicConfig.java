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
 * @param logAppendTime        the broker's clock stamps batches, not the producer's
 * @param timestampBeforeMaxMs how far a record's timestamp may lie behind the broker's clock
 * @param timestampAfterMaxMs  how far it may lie ahead
 * @param deletes              {@code cleanup.policy} contains delete
 * @param compacts             {@code cleanup.policy} contains compact
 * @param minCleanableRatio    share of dirty bytes above which a log is compacted
 * @param deleteRetentionMs    for how long tombstones stay
 * @param minCompactionLagMs   younger records are not compacted
 * @param maxCompactionLagMs   older ones are, however few
 * @param compressionType      the codec of stored batches, or producer
 * @param validatesFully       the records of compressed batches are looked at
 * @param unpackedRecordBytesMax the largest record in a batch that is unpacked
 */
public record TopicConfig(
        int segmentBytes,
        long segmentMs,
        long segmentJitterMs,
        int segmentIndexBytes,
        int indexIntervalBytes,
        long retentionMs,
        long retentionBytes,
        int maxMessageBytes,
        boolean logAppendTime,
        long timestampBeforeMaxMs,
        long timestampAfterMaxMs,
        boolean deletes,
        boolean compacts,
        double minCleanableRatio,
        long deleteRetentionMs,
        long minCompactionLagMs,
        long maxCompactionLagMs,
        Durability durability,
        String compressionType,
        int gzipLevel,
        int lz4Level,
        int zstdLevel,
        boolean validatesFully,
        int unpackedRecordBytesMax) {

    /** The values of a topic without overrides on a broker without settings. */
    public static TopicConfig defaults() {
        return resolve(Map.of(), Settings.defaults());
    }

    /** When a segment is rolled by age: what has to be compacted soon may not stay in the active one for longer. */
    public long rollMs() {
        return compacts ? Math.min(segmentMs, maxCompactionLagMs) : segmentMs;
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
                values.intOf(TopicSettings.MAX_MESSAGE_BYTES),
                "LogAppendTime".equals(values.text(TopicSettings.MESSAGE_TIMESTAMP_TYPE)),
                values.longOf(TopicSettings.MESSAGE_TIMESTAMP_BEFORE_MAX_MS),
                values.longOf(TopicSettings.MESSAGE_TIMESTAMP_AFTER_MAX_MS),
                policy.contains("delete"),
                policy.contains("compact"),
                ((Number) values.value(TopicSettings.MIN_CLEANABLE_DIRTY_RATIO)).doubleValue(),
                values.longOf(TopicSettings.DELETE_RETENTION_MS),
                values.longOf(TopicSettings.MIN_COMPACTION_LAG_MS),
                values.longOf(TopicSettings.MAX_COMPACTION_LAG_MS),
                Durability.of(values.text(TopicSettings.DURABILITY)),
                values.text(TopicSettings.COMPRESSION_TYPE),
                values.intOf(TopicSettings.COMPRESSION_GZIP_LEVEL),
                values.intOf(TopicSettings.COMPRESSION_LZ4_LEVEL),
                values.intOf(TopicSettings.COMPRESSION_ZSTD_LEVEL),
                "full".equals(values.text(TopicSettings.RECORD_VALIDATION)),
                values.intOf(TopicSettings.MAX_DECOMPRESSED_MESSAGE_BYTES));
    }
}
