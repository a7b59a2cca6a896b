package io.millrace.engine.metadata;

/** What a config belongs to; numbered as on Kafka's wire. */
public enum ResourceType {
    TOPIC((byte) 2),
    BROKER((byte) 4);

    private final byte wire;

    ResourceType(final byte wire) {
        this.wire = wire;
    }

    public byte wire() {
        return wire;
    }
}
