package io.millrace.engine.log;

/**
 * What one compaction is to do.
 *
 * @param firstDirty        everything below was compacted before
 * @param firstUncleanable  a segment's base offset; nothing from there on is touched
 * @param deleteRetentionMs for how long tombstones and lone markers stay
 */
public record CompactionRun(
        long firstDirty, long firstUncleanable, long deleteRetentionMs, CompactionSettings settings, long nowMs) {}
