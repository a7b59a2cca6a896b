package io.millrace.engine.batch;

/**
 * What a topic asks of a batch; immutable, shared by the topic's partitions.
 *
 * @param bytesMax             {@code max.message.bytes}: the largest batch, its first twelve bytes included
 * @param timestampType        {@code message.timestamp.type}
 * @param timestampBeforeMaxMs {@code message.timestamp.before.max.ms}
 * @param timestampAfterMaxMs  {@code message.timestamp.after.max.ms}
 * @param keysRequired         whether the topic is compacted, so that every record needs a key
 */
public record BatchRules(
        int bytesMax,
        TimestampType timestampType,
        long timestampBeforeMaxMs,
        long timestampAfterMaxMs,
        boolean keysRequired) {
    /** As a topic without any settings of its own has it. */
    public static final BatchRules DEFAULT =
            new BatchRules(1_048_588, TimestampType.CREATE_TIME, Long.MAX_VALUE, 3_600_000, false);
}
