package io.millrace.engine.log;

/**
 * What one core's compactions may use.
 *
 * @param enabled           whether anything is compacted
 * @param backoffMs         between looks for something to compact
 * @param mapBytes          for the last offsets of keys, while a compaction runs
 * @param mapLoadFactor     how full of keys that memory may get
 * @param bytesPerSecondMax read and written
 */
public record CompactionSettings(
        boolean enabled, long backoffMs, long mapBytes, double mapLoadFactor, double bytesPerSecondMax) {
    /** Kafka's defaults. */
    public static final CompactionSettings DEFAULT =
            new CompactionSettings(true, 15_000, 128L << 20, 0.9, Double.MAX_VALUE);

    /** With less, a log of many keys would be written again far too often. */
    private static final long MAP_BYTES_MIN = 1 << 20;

    /** One core's share of the node's. */
    public CompactionSettings shareOf(final int cores) {
        return new CompactionSettings(
                enabled,
                backoffMs,
                Math.max(MAP_BYTES_MIN, mapBytes / cores),
                mapLoadFactor,
                bytesPerSecondMax / cores);
    }
}
