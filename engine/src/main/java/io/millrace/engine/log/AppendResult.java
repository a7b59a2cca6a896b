package io.millrace.engine.log;

/** What {@link Log#append} did with a batch. */
public enum AppendResult {
    /** Taken: the buffer is lent until {@link LogListener#onAppended} passes the batch or it fails. */
    APPENDED,
    /** Not taken: a new segment is being opened. Try again at {@link LogListener#onAppendable}. */
    ROLLING,
    /** Not taken: too many writes in flight. Try again at {@link LogListener#onAppendable}. */
    FULL,
    /** Not taken: a failed write is being rolled back. Try again at {@link LogListener#onAppendable}. */
    FAILING,
    /** Not taken: damage was found below, so nothing may follow. */
    READ_ONLY,
    /** Not taken, nor will anything be: the disk failed, or the log is closed or being deleted. */
    OFFLINE
}
