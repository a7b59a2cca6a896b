package io.millrace.engine.status;

/**
 * How the engine answered a request, in the domain's terms. The wire maps each to its protocol's code; a client's
 * mistake is one of these, never an exception. Travels between cores as its ordinal.
 */
public enum Outcome {
    OK,
    /** Success without an effect: the batch was there already; the original offset is answered. */
    DUPLICATE,

    // Partitions and their owners
    UNKNOWN_PARTITION,
    UNKNOWN_TOPIC_ID,
    /** The message's owner epoch is stale, or this core does not own the partition (any more): re-route. */
    NOT_OWNER,
    /** This core owned the partition, and another one does by now: whoever asks hears of it soon, and asks that one. */
    MOVED,
    /** The partition is being opened or moved: retriable. */
    NOT_READY,
    FENCED_LEADER_EPOCH,
    UNKNOWN_LEADER_EPOCH,
    /** The directory failed (EIO, failed sync) or the log is damaged: nothing more is taken. */
    OFFLINE,
    /** Damage was found in the middle of the log; what lies before it is served, nothing is appended. */
    READ_ONLY,
    /** Disk full: retriable, nothing of the request was kept. */
    NO_SPACE,
    OFFSET_OUT_OF_RANGE,

    // Batches
    CORRUPT_BATCH,
    INVALID_RECORD,
    INVALID_TIMESTAMP,
    BATCH_TOO_LARGE,
    UNKNOWN_CODEC,
    UNSUPPORTED_CODEC,
    /** A transactional batch from a request without a transactional id. */
    TRANSACTION_NOT_ALLOWED,

    // Producers
    OUT_OF_ORDER_SEQUENCE,
    STALE_PRODUCER_EPOCH,
    /** The transaction is not known here: its coordinator is to be asked, then the batch may come again. */
    TRANSACTION_UNVERIFIED,
    /** The batch is not part of an open transaction, or its producer's open transaction is not part of it. */
    INVALID_TXN_STATE,
    /** A marker from a coordinator that is no longer the one. */
    COORDINATOR_FENCED,

    // Metadata
    UNKNOWN_TOPIC,
    TOPIC_EXISTS,
    INVALID_TOPIC_NAME,
    INVALID_PARTITIONS,
    INVALID_REPLICATION_FACTOR,
    INVALID_ASSIGNMENT,
    INVALID_CONFIG,
    /** Something that is to be removed or changed and is not there. */
    UNKNOWN_RESOURCE,
    INVALID_REQUEST,
    /** More at once than is taken. */
    POLICY_VIOLATION,
    /** The metadata log cannot take it now: retriable. */
    METADATA_UNAVAILABLE,

    /** The wait ended before what was waited for came. */
    TIMED_OUT,
    /** A defect of ours; always logged where it arose. */
    INTERNAL;

    private static final Outcome[] VALUES = values();

    public static Outcome of(final int ordinal) {
        return VALUES[ordinal];
    }

    /** The value to put into a message between cores. */
    public short wire() {
        return (short) ordinal();
    }
}
