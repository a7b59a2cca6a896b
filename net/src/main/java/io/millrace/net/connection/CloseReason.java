package io.millrace.net.connection;

/** Why a connection ended; each is counted. */
public enum CloseReason {
    /** The client closed it or went away. */
    PEER,
    /** Nothing moved for {@code connections.max.idle.ms}. */
    IDLE,
    /** A frame announced a size that no frame has. */
    FRAME_SIZE,
    /** Unknown API or version, or bytes that do not parse. */
    MALFORMED_REQUEST,
    /** Memory was short, and this one had gone longest without progress. */
    MEMORY,
    /** The only way to tell a client that wants no answers that something failed. */
    FAILED_UNANSWERED,
    /** Bytes of an answer could not be read from the disk. */
    DISK,
    /** A defect of ours. */
    INTERNAL,
    SHUTDOWN;

    static final int COUNT = values().length;
}
