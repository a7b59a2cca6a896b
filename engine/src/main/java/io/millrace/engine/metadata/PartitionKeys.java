package io.millrace.engine.metadata;

/** The one long that names a partition between cores: topic number in the upper half, partition index in the lower. */
public final class PartitionKeys {
    private PartitionKeys() {}

    public static long key(final int topicNumber, final int partition) {
        return ((long) topicNumber << 32) | (partition & 0xFFFF_FFFFL);
    }

    public static int topicNumber(final long partitionKey) {
        return (int) (partitionKey >> 32);
    }

    public static int partition(final long partitionKey) {
        return (int) partitionKey;
    }
}
