package io.millrace.engine.status;

/** What is counted on each core, under one label and key in all places that show it. Add at the end only. */
public enum CoreCounter {
    DUTY_CYCLES("duty cycles"),
    BUSY_CYCLES("duty cycles with work"),
    WORK("work done"),
    STALLS("duty cycles over 1 ms"),
    LONGEST_CYCLE_NS("longest duty cycle, ns"),
    CONNECTIONS("connections open"),
    ACCEPTED("connections accepted"),
    REQUESTS("requests received"),
    ANSWERS("answers sent"),
    BYTES_IN("bytes received"),
    BYTES_OUT("bytes sent"),
    STARVED("waits for memory"),
    MEMORY_USED("request memory in use, bytes"),
    PARTITIONS("partitions"),
    OFFLINE_PARTITIONS("partitions offline"),
    SYNC_ROUNDS("sync rounds"),
    STALLED_WRITES("writes over 1 ms"),
    JOURNALS_FAILED("journals out of use"),
    JOURNALS_SHORT("journals short of disk space"),
    DAMAGED_BATCHES("damaged batches found by the scrub");

    /** Type ids of our counters begin here; the ordinal follows. */
    public static final int TYPE_ID_BASE = 1000;

    private static final CoreCounter[] VALUES = values();

    private final String label;

    CoreCounter(final String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }

    public int typeId() {
        return TYPE_ID_BASE + ordinal();
    }

    /** The counter of a type id, or null if it is none of ours. */
    public static CoreCounter ofTypeId(final int typeId) {
        final int ordinal = typeId - TYPE_ID_BASE;
        return ordinal >= 0 && ordinal < VALUES.length ? VALUES[ordinal] : null;
    }

    public static int count() {
        return VALUES.length;
    }
}
