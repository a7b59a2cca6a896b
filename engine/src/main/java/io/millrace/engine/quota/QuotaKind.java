package io.millrace.engine.quota;

/** What a quota limits, by the key under which it is set. Counted in whole units of its own. */
public enum QuotaKind {
    /** Bytes of produce requests. */
    PRODUCE("producer_byte_rate", 1),
    /** Bytes of answers to fetches. */
    FETCH("consumer_byte_rate", 1),
    /** Nanoseconds of a core's time; set in percent of one core. */
    REQUEST("request_percentage", 1e7),
    /** Thousandths of a partition that is created or deleted. */
    MUTATION("controller_mutation_rate", 1000),
    /** Connections that are opened, of addresses; all others are of users and client ids. */
    CONNECTION("connection_creation_rate", 1);

    private static final QuotaKind[] OF_CLIENTS = {PRODUCE, FETCH, REQUEST, MUTATION};

    private final String key;
    private final double unitsPerRate;

    QuotaKind(final String key, final double unitsPerRate) {
        this.key = key;
        this.unitsPerRate = unitsPerRate;
    }

    /** Those that users and client ids have; their ordinals are the first ones. */
    public static QuotaKind[] ofClients() {
        return OF_CLIENTS.clone();
    }

    public String key() {
        return key;
    }

    /** Units a second of a rate as it is set. */
    double unitsPerSecond(final String rate) {
        return Double.parseDouble(rate) * unitsPerRate;
    }

    /** Units of so many of what is counted in thousandths. */
    public static long mutations(final long count) {
        return 1000 * count;
    }
}
