package io.millrace.engine.share;

/** What became of an acknowledgement. */
public enum AckResult {
    OK,
    /** The member does not hold the records, or what it said of them before is still under way. */
    INVALID_STATE,
    /** Records that were never handed out. */
    OUT_OF_RANGE,
    /** More time is not to be had in this group. */
    NO_RENEWAL
}
