package io.millrace.engine.batch;

/**
 * What a topic asks of a batch; immutable, shared by the topic's partitions.
 *
 * @param bytesMax             {@code max.message.bytes}: the largest batch, its first twelve bytes included
 * @param timestampType        {@code message.timestamp.type}
 * @param timestampBeforeMaxMs {@code message.timestamp.before.max.ms}
 * @param timestampAfterMaxMs  {@code message.timestamp.after.max.ms}
 * @param keysRequired         whether the topic is compacted, so that every record needs a key
 * @param coding               how batches are packed
 */
public record BatchRules(
        int bytesMax,
        TimestampType timestampType,
        long timestampBeforeMaxMs,
        long timestampAfterMaxMs,
        boolean keysRequired,
        BatchCoding coding) {
    /** As a topic without any settings of its own has it. */
    public static final BatchRules DEFAULT =
            new BatchRules(1_048_588, TimestampType.CREATE_TIME, Long.MAX_VALUE, 3_600_000, false);

    /** For batches that are stored as they are sent. */
    public BatchRules(
            final int bytesMax,
            final TimestampType timestampType,
            final long timestampBeforeMaxMs,
            final long timestampAfterMaxMs,
            final boolean keysRequired) {
        this(bytesMax, timestampType, timestampBeforeMaxMs, timestampAfterMaxMs, keysRequired, BatchCoding.AS_SENT);
    }

    /** The same for a batch whose records were judged before: its size and its stamp are what is left to see to. */
    public BatchRules forJudged() {
        return new BatchRules(bytesMax, timestampType, Long.MAX_VALUE, Long.MAX_VALUE, false);
    }
}
