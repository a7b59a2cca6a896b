package io.millrace.engine.partition;

/** What a {@code QueryRequest} asks of a partition, and what its answer's fields mean. Travels as its ordinal. */
public enum PartitionQuery {
    /** first: log start offset; epoch: of the batch there. */
    EARLIEST,
    /** first: high watermark; epoch: the leader's. */
    LATEST,
    /** first, second: offset and timestamp of the first record with the largest timestamp, −1 and −1 if empty. */
    MAX_TIMESTAMP,
    /** argument: timestamp; first, second: offset and timestamp of the first record at or after it, else −1, −1. */
    BY_TIMESTAMP,
    /** argument: epoch; first: end offset of the largest epoch at or below it; epoch: that epoch, or −1, −1. */
    END_OF_EPOCH,
    /** argument: offset, −1 for the high watermark; first: the log start offset afterwards, durable. */
    DELETE_RECORDS,
    /** first: bytes in the log; second: log end offset. */
    SIZE,
    /** first: last stable offset; epoch: the leader's. */
    LATEST_COMMITTED,
    /** As {@link #MAX_TIMESTAMP}, below the last stable offset. */
    MAX_TIMESTAMP_COMMITTED,
    /** As {@link #BY_TIMESTAMP}, below the last stable offset. */
    BY_TIMESTAMP_COMMITTED;

    private static final PartitionQuery[] VALUES = values();

    public static PartitionQuery of(final int ordinal) {
        return VALUES[ordinal];
    }
}
