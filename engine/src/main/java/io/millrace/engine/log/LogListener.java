package io.millrace.engine.log;

/**
 * What a log tells its partition, always from within {@link io.millrace.engine.port.Disk#poll} on the core's thread.
 * A listener may call back into the log.
 */
public interface LogListener {
    /** All writes below the offset have reached the file; their buffers are no longer lent. */
    void onAppended(long appendedOffset);

    /** After {@link AppendResult#ROLLING}, {@link AppendResult#FULL} or {@link AppendResult#FAILING}: appends go on. */
    void onAppendable();

    /**
     * Everything from the offset on was undone, in the file, in the indexes and in the producers' state; the buffers
     * are no longer lent. After NO_SPACE the log takes appends again; after IO_ERROR it is offline. Also told, with
     * nothing to undo, if a new segment could not be made.
     */
    void onAppendFailed(long fromOffset, int diskStatus);

    /** A read that was {@link ReadResult#COLD} may be tried again. */
    void onResident();

    /** Everything below the offset survives a power loss. */
    void onStable(long stableOffset);

    /**
     * The disk failed: nothing more is taken, reads of what is in memory may go on. No write is in flight any more, so
     * that no buffer is lent; what was not told as appended or stable so far never will be.
     */
    void onOffline(int diskStatus);
}
