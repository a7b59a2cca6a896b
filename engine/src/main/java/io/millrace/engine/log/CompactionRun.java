package io.millrace.engine.log;

/**
 * What one compaction is to do.
 *
 * @param firstDirty         everything below was compacted before
 * @param firstUncleanable   a segment's base offset; nothing from there on is touched
 * @param tombstonesKeptFrom from there on all tombstones stay
 * @param deleteRetentionMs  for how long tombstones and lone markers stay
 */
public record CompactionRun(
        long firstDirty,
        long firstUncleanable,
        long tombstonesKeptFrom,
        long deleteRetentionMs,
        CompactionSettings settings,
        long nowMs) {
    /** What the log says is to be done. */
    public static CompactionRun of(
            final LogCompactor.Dirt dirt,
            final long deleteRetentionMs,
            final CompactionSettings settings,
            final long nowMs) {
        return new CompactionRun(
                dirt.firstDirty(),
                dirt.firstUncleanable(),
                dirt.tombstonesKeptFrom(),
                deleteRetentionMs,
                settings,
                nowMs);
    }
}
