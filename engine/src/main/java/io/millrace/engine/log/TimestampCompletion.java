package io.millrace.engine.log;

/** Answers a question for the offset that belongs to a timestamp. */
@FunctionalInterface
public interface TimestampCompletion {
    long NOT_FOUND = -1;

    /**
     * @param diskStatus OK, or why the log could not be read
     * @param offset of the record, or {@link #NOT_FOUND}
     * @param timestampMs of the record, or -1
     * @param epoch the leader epoch of its batch, or -1
     */
    void onAnswer(int diskStatus, long offset, long timestampMs, int epoch);
}
