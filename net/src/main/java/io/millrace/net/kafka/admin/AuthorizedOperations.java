package io.millrace.net.kafka.admin;

/** What a client may do, as bits by the numbers of Kafka's AclOperation. Without an authorizer: everything there is. */
final class AuthorizedOperations {
    /** The client did not ask. */
    static final int UNASKED = Integer.MIN_VALUE;
    /** Create, alter, describe, cluster action, alter and describe configs, idempotent write. */
    static final int CLUSTER = 1 << 5 | 1 << 7 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12;
    /** Read, write, create, delete, alter, describe, describe and alter configs. */
    static final int TOPIC = 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 10 | 1 << 11;

    private AuthorizedOperations() {}
}
