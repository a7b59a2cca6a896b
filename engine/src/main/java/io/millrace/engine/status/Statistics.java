package io.millrace.engine.status;

import java.util.Arrays;

/**
 * One core's figures by name, in one array of plain memory: whoever counts takes places at start and then adds to them
 * without a lock, an ordered store or an allocation. Owned by the core's thread; another may copy the array now and
 * then, and sees each figure as it was a little earlier. A figure that has no room any more is counted all the same, but
 * not shown.
 */
public final class Statistics {
    public static final int SLOTS_MAX = 32 * 1024;
    public static final int NAMES_MAX = 1024;
    public static final int NAME_BYTES_MAX = 52;

    private final long[] slots = new long[SLOTS_MAX];
    private int used;
    private volatile Statistic[] names = {};

    public Tally counter(final String name, final Statistic.Unit unit) {
        return tally(name, Statistic.Kind.COUNTER, unit);
    }

    public Tally gauge(final String name, final Statistic.Unit unit) {
        return tally(name, Statistic.Kind.GAUGE, unit);
    }

    private Tally tally(final String name, final Statistic.Kind kind, final Statistic.Unit unit) {
        final int first = take(name, kind, unit, 1);
        return first < 0 ? new Tally(new long[1], 0) : new Tally(slots, first);
    }

    public Histogram histogram(final String name, final Statistic.Unit unit) {
        final int first = take(name, Statistic.Kind.HISTOGRAM, unit, HistogramShape.SLOTS);
        final int shift = unit == Statistic.Unit.NS ? HistogramShape.TIME_SHIFT : 0;
        return first < 0 ? new Histogram(new long[HistogramShape.SLOTS], 0, shift) : new Histogram(slots, first, shift);
    }

    public SlowCycles slowCycles(final String name) {
        final int first = take(name, Statistic.Kind.SLOW_CYCLES, Statistic.Unit.NS, SlowCycles.SLOTS);
        return first < 0 ? new SlowCycles(new long[SlowCycles.SLOTS], 0) : new SlowCycles(slots, first);
    }

    public HotPartitions hotPartitions(final String name) {
        final int first = take(name, Statistic.Kind.COUNTER, Statistic.Unit.COUNT, HotPartitions.SLOTS);
        return first < 0 ? new HotPartitions(new long[HotPartitions.SLOTS], 0) : new HotPartitions(slots, first);
    }

    public PlacementsAhead placementsAhead() {
        final int first = take(PlacementsAhead.NAME, Statistic.Kind.GAUGE, Statistic.Unit.COUNT, PlacementsAhead.SLOTS);
        return first < 0 ? new PlacementsAhead(new long[PlacementsAhead.SLOTS], 0) : new PlacementsAhead(slots, first);
    }

    private int take(final String name, final Statistic.Kind kind, final Statistic.Unit unit, final int count) {
        final Statistic[] before = names;
        if (before.length == NAMES_MAX || used + count > SLOTS_MAX) {
            return -1;
        }
        final int first = used;
        used += count;
        final Statistic[] after = Arrays.copyOf(before, before.length + 1);
        after[before.length] = new Statistic(name, kind, unit, first, count);
        names = after;
        return first;
    }

    /** All figures in the order in which they were made. Any thread; they only become more. */
    public Statistic[] names() {
        return names;
    }

    /** The memory itself, for whoever copies it. */
    public long[] slots() {
        return slots;
    }
}
