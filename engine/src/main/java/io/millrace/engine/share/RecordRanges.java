package io.millrace.engine.share;

import java.util.Arrays;

/** Ranges of records with a state and a delivery count, in order: what was handed out, or what is to be kept. */
public final class RecordRanges {
    private long[] firsts = new long[8];
    private long[] lasts = new long[8];
    private byte[] states = new byte[8];
    private short[] deliveries = new short[8];
    private int count;

    public void clear() {
        count = 0;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    public int count() {
        return count;
    }

    public long first(final int index) {
        return firsts[index];
    }

    /** The last offset, which is part of the range. */
    public long last(final int index) {
        return lasts[index];
    }

    public byte state(final int index) {
        return states[index];
    }

    public short deliveries(final int index) {
        return deliveries[index];
    }

    /** The last offset of all; there must be one. */
    public long last() {
        return lasts[count - 1];
    }

    /** Records in all ranges together. */
    public long records() {
        long records = 0;
        for (int i = 0; i < count; i++) {
            records += lasts[i] - firsts[i] + 1;
        }
        return records;
    }

    public void add(final long first, final long last, final byte state, final short deliveryCount) {
        if (count == firsts.length) {
            firsts = Arrays.copyOf(firsts, count * 2);
            lasts = Arrays.copyOf(lasts, count * 2);
            states = Arrays.copyOf(states, count * 2);
            deliveries = Arrays.copyOf(deliveries, count * 2);
        }
        firsts[count] = first;
        lasts[count] = last;
        states[count] = state;
        deliveries[count++] = deliveryCount;
    }

    /** Adds a range, or prolongs the last one if it goes on where that ends and is like it. */
    void addOrProlong(final long first, final long last, final byte state, final short deliveryCount) {
        final int end = count - 1;
        if (end >= 0 && lasts[end] + 1 == first && states[end] == state && deliveries[end] == deliveryCount) {
            lasts[end] = last;
        } else {
            add(first, last, state, deliveryCount);
        }
    }

    /** A copy for another core. */
    public RecordRanges copy() {
        final RecordRanges copy = new RecordRanges();
        for (int i = 0; i < count; i++) {
            copy.add(firsts[i], lasts[i], states[i], deliveries[i]);
        }
        return copy;
    }
}
