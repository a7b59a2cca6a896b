package io.millrace.engine.batch;

/**
 * How a topic wants its batches packed, and whether it looks into compressed ones. Immutable, shared by the topic's
 * partitions.
 *
 * @param codec          of stored batches; null: the producer's
 * @param level          of that codec, where it has levels, or {@link #DEFAULT_LEVEL}
 * @param looksInside    whether the records of compressed batches are judged too
 * @param recordBytesMax the largest record in a batch that is unpacked
 */
public record BatchCoding(BatchCodec codec, int level, boolean looksInside, int recordBytesMax) {
    /** The codec's own default. */
    public static final int DEFAULT_LEVEL = Integer.MIN_VALUE;
    /** Batches are stored as they were sent, compressed ones unopened: what most topics ask for. */
    public static final BatchCoding AS_SENT = new BatchCoding(null, DEFAULT_LEVEL, false, Integer.MAX_VALUE);

    /** Whether the batch is to be looked into or packed beside the core. Transactions' markers stay as they are. */
    public boolean concerns(final BatchFlyweight batch) {
        if (codec == null && !looksInside) {
            return false;
        }
        return !batch.isControl() && (codec != null && batch.codec() != codec || looksInside && batch.isCompressed());
    }

    /** The codec in which that batch is to be stored. */
    public BatchCodec codecFor(final BatchFlyweight batch) {
        return codec == null ? batch.codec() : codec;
    }
}
