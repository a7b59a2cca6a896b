package io.millrace.engine.metadata;

/**
 * One wish of an alter-config command.
 *
 * @param value may be null
 */
public record ConfigChange(Operation operation, String name, String value) {
    /** Ordinals are those of Kafka's wire. */
    public enum Operation {
        SET,
        DELETE,
        /** Adds to a list what it lacks. */
        APPEND,
        /** Takes from a list what it has. */
        SUBTRACT;

        private static final Operation[] VALUES = values();

        /** Returns null for a number that no operation has. */
        public static Operation of(final int wire) {
            return wire >= 0 && wire < VALUES.length ? VALUES[wire] : null;
        }
    }
}
