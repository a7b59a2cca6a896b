package io.millrace.engine.partition;

/** A query: one question or small order, the same for several partitions of this core. */
public final class QueryTask extends PartTask {
    private PartitionQuery kind;
    private long[] firsts = {};
    private long[] seconds = {};
    private int[] epochs = {};

    void begin(final int from, final long correlation, final int partCount, final PartitionQuery queryKind) {
        begin(from, correlation, partCount);
        kind = queryKind;
    }

    @Override
    void grow(final int partCountMax) {
        firsts = new long[partCountMax];
        seconds = new long[partCountMax];
        epochs = new int[partCountMax];
    }

    void answer(final int part, final long first, final long second, final int epoch) {
        firsts[part] = first;
        seconds[part] = second;
        epochs[part] = epoch;
    }

    public PartitionQuery kind() {
        return kind;
    }

    public long first(final int part) {
        return firsts[part];
    }

    public long second(final int part) {
        return seconds[part];
    }

    public int epoch(final int part) {
        return epochs[part];
    }
}
