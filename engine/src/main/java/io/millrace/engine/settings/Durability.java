package io.millrace.engine.settings;

/** What an acknowledgement promises. */
public enum Durability {
    /** The bytes are on the disk: they outlive a power loss. */
    FSYNC,
    /** The bytes are in the page cache: they outlive the process, as with Kafka's defaults. */
    OS;

    static Durability of(final String text) {
        return "os".equals(text) ? OS : FSYNC;
    }

    @Override
    public String toString() {
        return this == FSYNC ? "fsync" : "os";
    }
}
