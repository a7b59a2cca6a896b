package io.millrace.engine.log;

/**
 * How fast closed segments are read to see whether they are still what they were.
 *
 * @param bytesPerSecond 0 for not at all
 * @param periodMs       from the beginning of one pass through all partitions to that of the next
 */
public record ScrubPace(double bytesPerSecond, long periodMs) {
    public static final ScrubPace OFF = new ScrubPace(0, Long.MAX_VALUE);

    /** One core's share of the node's. */
    public ScrubPace shareOf(final int cores) {
        return new ScrubPace(bytesPerSecond / cores, periodMs);
    }

    public boolean isOn() {
        return bytesPerSecond > 0;
    }
}
