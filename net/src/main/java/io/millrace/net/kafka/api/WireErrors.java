package io.millrace.net.kafka.api;

import io.millrace.engine.status.Outcome;
import org.apache.kafka.common.protocol.Errors;

/** What the protocol calls each of the engine's outcomes. Exhaustive: a new outcome does not compile without a code. */
public final class WireErrors {
    private static final Outcome[] OUTCOMES = Outcome.values();
    private static final Errors[] ERRORS = new Errors[OUTCOMES.length];

    static {
        for (final Outcome outcome : OUTCOMES) {
            ERRORS[outcome.ordinal()] = map(outcome);
        }
    }

    private WireErrors() {}

    public static Errors of(final Outcome outcome) {
        return ERRORS[outcome.ordinal()];
    }

    /** By the value that messages between cores carry. */
    public static Errors of(final short wireOutcome) {
        return ERRORS[wireOutcome];
    }

    private static Errors map(final Outcome outcome) {
        return switch (outcome) {
            case OK, DUPLICATE -> Errors.NONE;
            case UNKNOWN_PARTITION, UNKNOWN_TOPIC -> Errors.UNKNOWN_TOPIC_OR_PARTITION;
            case UNKNOWN_TOPIC_ID -> Errors.UNKNOWN_TOPIC_ID;
            case NOT_OWNER, MOVED, NOT_READY -> Errors.NOT_LEADER_OR_FOLLOWER;
            case FENCED_LEADER_EPOCH -> Errors.FENCED_LEADER_EPOCH;
            case UNKNOWN_LEADER_EPOCH -> Errors.UNKNOWN_LEADER_EPOCH;
            case OFFLINE, READ_ONLY, NO_SPACE -> Errors.KAFKA_STORAGE_ERROR;
            case OFFSET_OUT_OF_RANGE -> Errors.OFFSET_OUT_OF_RANGE;
            case CORRUPT_BATCH -> Errors.CORRUPT_MESSAGE;
            case INVALID_RECORD -> Errors.INVALID_RECORD;
            case INVALID_TIMESTAMP -> Errors.INVALID_TIMESTAMP;
            case BATCH_TOO_LARGE -> Errors.MESSAGE_TOO_LARGE;
            case UNSUPPORTED_CODEC -> Errors.UNSUPPORTED_COMPRESSION_TYPE;
            case TRANSACTION_NOT_ALLOWED -> Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
            case OUT_OF_ORDER_SEQUENCE -> Errors.OUT_OF_ORDER_SEQUENCE_NUMBER;
            case STALE_PRODUCER_EPOCH -> Errors.INVALID_PRODUCER_EPOCH;
            case TRANSACTION_UNVERIFIED, INVALID_TXN_STATE -> Errors.INVALID_TXN_STATE;
            case COORDINATOR_FENCED -> Errors.TRANSACTION_COORDINATOR_FENCED;
            case TOPIC_EXISTS -> Errors.TOPIC_ALREADY_EXISTS;
            case INVALID_TOPIC_NAME -> Errors.INVALID_TOPIC_EXCEPTION;
            case INVALID_PARTITIONS -> Errors.INVALID_PARTITIONS;
            case INVALID_REPLICATION_FACTOR -> Errors.INVALID_REPLICATION_FACTOR;
            case INVALID_ASSIGNMENT -> Errors.INVALID_REPLICA_ASSIGNMENT;
            case INVALID_CONFIG -> Errors.INVALID_CONFIG;
            case UNKNOWN_RESOURCE -> Errors.RESOURCE_NOT_FOUND;
            case INVALID_REQUEST -> Errors.INVALID_REQUEST;
            case POLICY_VIOLATION -> Errors.POLICY_VIOLATION;
            case METADATA_UNAVAILABLE -> Errors.NOT_CONTROLLER;
            case TIMED_OUT -> Errors.REQUEST_TIMED_OUT;
            case UNKNOWN_CODEC, INTERNAL -> Errors.UNKNOWN_SERVER_ERROR;
        };
    }
}
