package io.millrace.engine.log;

/**
 * What may be set for one topic's logs, in Kafka's terms. Immutable; a change is a new one given to {@link
 * Log#updateConfig}.
 *
 * @param segmentBytes a segment is rolled before it exceeds this
 * @param segmentMs a segment is rolled when its records span more than this
 * @param segmentJitterMs the most that is taken off {@code segmentMs}, so that logs do not all roll together
 * @param segmentIndexBytes a segment is rolled before an index exceeds this
 * @param indexIntervalBytes about how many bytes lie between index entries
 * @param retentionBytes the oldest segments go when the log is larger than this; negative: never
 * @param retentionMs segments go when their newest record is older than this; negative: never
 */
public record LogConfig(
        int segmentBytes,
        long segmentMs,
        long segmentJitterMs,
        int segmentIndexBytes,
        int indexIntervalBytes,
        long retentionBytes,
        long retentionMs) {
    /** Kafka's defaults. */
    public static final LogConfig DEFAULT =
            new LogConfig(1 << 30, 7L * 24 * 3600 * 1000, 0, 10 << 20, 4096, -1, 7L * 24 * 3600 * 1000);

    public LogConfig {
        require(segmentBytes > 0, "segmentBytes", segmentBytes);
        require(segmentMs > 0, "segmentMs", segmentMs);
        require(segmentJitterMs >= 0, "segmentJitterMs", segmentJitterMs);
        require(segmentIndexBytes >= 4, "segmentIndexBytes", segmentIndexBytes);
        require(indexIntervalBytes >= 0, "indexIntervalBytes", indexIntervalBytes);
    }

    public LogConfig withSegmentBytes(final int bytes) {
        return new LogConfig(
                bytes, segmentMs, segmentJitterMs, segmentIndexBytes, indexIntervalBytes, retentionBytes, retentionMs);
    }

    public LogConfig withSegmentMs(final long ms) {
        return new LogConfig(
                segmentBytes, ms, segmentJitterMs, segmentIndexBytes, indexIntervalBytes, retentionBytes, retentionMs);
    }

    public LogConfig withRetention(final long bytes, final long ms) {
        return new LogConfig(
                segmentBytes, segmentMs, segmentJitterMs, segmentIndexBytes, indexIntervalBytes, bytes, ms);
    }

    public LogConfig withIndex(final int indexBytes, final int intervalBytes) {
        return new LogConfig(
                segmentBytes, segmentMs, segmentJitterMs, indexBytes, intervalBytes, retentionBytes, retentionMs);
    }

    /** Differs by log and segment, and is the same for one of them whenever it is asked for. */
    long jitterMs(final String directory, final long baseOffset) {
        return segmentJitterMs == 0
                ? 0
                : Math.floorMod(31L * directory.hashCode() + Long.hashCode(baseOffset), segmentJitterMs);
    }

    private static void require(final boolean valid, final String name, final long value) {
        if (!valid) {
            throw new IllegalArgumentException(name + ' ' + value + ": too small");
        }
    }
}
