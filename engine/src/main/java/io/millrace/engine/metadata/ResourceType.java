package io.millrace.engine.metadata;

/** What a config belongs to; numbered as on Kafka's wire where it is a config there. */
public enum ResourceType {
    TOPIC((byte) 2),
    BROKER((byte) 4),
    /** A subscription to clients' metrics. */
    CLIENT_METRICS((byte) 16),
    GROUP((byte) 32),
    /** A user's credentials, by their mechanism. */
    USER((byte) 65),
    /** The levels of features, by their names; there is one such resource, without a name. */
    FEATURES((byte) 66),
    /** What clients of a kind may take of a node, by {@link QuotaEntity}. */
    QUOTA((byte) 67);

    private static final ResourceType[] VALUES = values();

    private final byte wire;

    ResourceType(final byte wire) {
        this.wire = wire;
    }

    /** Returns null for a number that none has. */
    public static ResourceType of(final int wire) {
        for (final ResourceType type : VALUES) {
            if (type.wire == wire) {
                return type;
            }
        }
        return null;
    }

    public byte wire() {
        return wire;
    }
}
