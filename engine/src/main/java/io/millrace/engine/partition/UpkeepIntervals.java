package io.millrace.engine.partition;

/**
 * How often a core looks after its partitions, in milliseconds.
 *
 * @param retentionMs  between looks for segments to drop, and for segments to roll by age
 * @param checkpointMs between writes of changed positions into the checkpoint files
 */
public record UpkeepIntervals(long retentionMs, long checkpointMs) {
    public UpkeepIntervals {
        if (retentionMs < 1 || checkpointMs < 1) {
            throw new IllegalArgumentException(
                    "retentionMs " + retentionMs + ", checkpointMs " + checkpointMs + ": expected at least 1");
        }
    }
}
