package io.millrace.engine.share;

/** Where a record stands with a share group; the numbers are those that Apache Kafka keeps in its state topic. */
public final class RecordState {
    /** Nobody works at it, it may be handed out. */
    public static final byte AVAILABLE = 0;
    /** Handed out to a member until it says what became of it, or its time is over. Never kept. */
    public static final byte ACQUIRED = 1;
    /** Worked off. */
    public static final byte ACKNOWLEDGED = 2;
    /** On its way to a dead-letter topic, since it was handed out too often. */
    public static final byte ARCHIVING = 3;
    /** Not handed out any more, although nobody has worked it off. */
    public static final byte ARCHIVED = 4;

    /** On its way there too, since a member rejected it; kept as {@link #ARCHIVING}. */
    public static final byte ARCHIVING_REJECTED = 5;

    /** No change of state is under way. */
    static final byte NONE = -1;

    private RecordState() {}

    /** How the state is kept, in Apache Kafka's numbers. */
    public static byte kept(final byte state) {
        return state == ARCHIVING_REJECTED ? ARCHIVING : state;
    }

    static boolean isArchiving(final byte state) {
        return state == ARCHIVING || state == ARCHIVING_REJECTED;
    }

    /** Whether nothing will happen to the record any more. */
    static boolean isTerminal(final byte state) {
        return state == ACKNOWLEDGED || state == ARCHIVED;
    }
}
