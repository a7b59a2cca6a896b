package io.millrace.engine.log;

/** What {@link Log#read} found. */
public enum ReadResult {
    /** The slice is pinned and filled; it must be released. */
    FOUND,
    /** Nothing lies at the offset yet, or nothing below the limit. */
    EMPTY,
    /** Below the start or beyond the end of the log. */
    OUT_OF_RANGE,
    /** The bytes, or an index to find them, are on their way into memory: again at {@link LogListener#onResident}. */
    COLD,
    /** What lies on the disk is not what was written. */
    DAMAGED,
    OFFLINE
}
