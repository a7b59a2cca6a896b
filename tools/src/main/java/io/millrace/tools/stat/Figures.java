package io.millrace.tools.stat;

import io.millrace.engine.status.HistogramShape;
import io.millrace.engine.status.HotPartitions;
import io.millrace.engine.status.PlacementsAhead;
import io.millrace.engine.status.SlowCycles;
import io.millrace.engine.status.Statistic;
import io.millrace.engine.status.StatisticsSection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The figures of one core, at a moment or as the difference of two. */
public final class Figures {
    static final String HOT_PARTITIONS = "partitions.hot";

    private record Value(Statistic statistic, long[] slots) {}

    private final Map<String, Value> byName = new LinkedHashMap<>();

    private Figures() {}

    static Figures copy(final StatisticsSection section) {
        final Figures figures = new Figures();
        for (final Statistic statistic : section.names()) {
            figures.byName.put(statistic.name(), new Value(statistic, section.values(statistic)));
        }
        return figures;
    }

    /** What was added since; gauges, largest values and slow cycles stay what they are. */
    Figures since(final Figures before) {
        final Figures difference = new Figures();
        byName.forEach((name, value) -> {
            final Value old = before.byName.get(name);
            difference.byName.put(name, old == null ? value : new Value(value.statistic, minus(value, old)));
        });
        return difference;
    }

    private static long[] minus(final Value after, final Value before) {
        final long[] slots = after.slots.clone();
        switch (after.statistic.kind()) {
            case COUNTER -> slots[0] -= before.slots[0];
            case HISTOGRAM -> {
                slots[HistogramShape.COUNT] -= before.slots[HistogramShape.COUNT];
                slots[HistogramShape.SUM] -= before.slots[HistogramShape.SUM];
                for (int i = HistogramShape.FIRST_BUCKET; i < slots.length; i++) {
                    slots[i] -= before.slots[i];
                }
            }
            default -> {
                // Nothing that grows.
            }
        }
        return slots;
    }

    /** All cores' figures together. */
    static Figures sum(final List<Figures> cores) {
        final Figures sum = new Figures();
        for (final Figures core : cores) {
            core.byName.forEach((name, value) -> {
                final Value old = sum.byName.get(name);
                final Value fresh = new Value(value.statistic, value.slots.clone());
                sum.byName.put(name, old == null ? fresh : new Value(value.statistic, plus(old, value)));
            });
        }
        return sum;
    }

    private static long[] plus(final Value one, final Value other) {
        final long[] slots = one.slots.clone();
        switch (one.statistic.kind()) {
            case COUNTER, GAUGE -> slots[0] += other.slots[0];
            case HISTOGRAM -> {
                for (int i = 0; i < slots.length; i++) {
                    slots[i] = switch (i) {
                        case HistogramShape.SHIFT -> slots[i];
                        case HistogramShape.LARGEST -> Math.max(slots[i], other.slots[i]);
                        default -> slots[i] + other.slots[i];
                    };
                }
            }
            default -> {
                // Slow cycles belong to one core.
            }
        }
        return slots;
    }

    public List<Statistic> statistics() {
        return byName.values().stream().map(Value::statistic).toList();
    }

    /** A counter or gauge, or how much a histogram counted in all; 0 for one that is not there. */
    public long of(final String name) {
        final Value value = byName.get(name);
        if (value == null) {
            return 0;
        }
        return value.statistic.kind() == Statistic.Kind.HISTOGRAM ? value.slots[HistogramShape.SUM] : value.slots[0];
    }

    /** The partitions with the most to do, as they were when that was measured. */
    HotPartitions.Copy hotPartitions() {
        final Value value = byName.get(HOT_PARTITIONS);
        return value == null ? new HotPartitions.Copy(0, 0, 0, 0, List.of()) : HotPartitions.read(value.slots);
    }

    /** The partitions that are on another core than the metadata log says. */
    public List<PlacementsAhead.Entry> placementsAhead() {
        final Value value = byName.get(PlacementsAhead.NAME);
        return value == null ? List.of() : PlacementsAhead.read(value.slots);
    }

    /** A histogram; one that is not there is empty. */
    public Distribution distribution(final String name) {
        final Value value = byName.get(name);
        return value == null || value.statistic.kind() != Statistic.Kind.HISTOGRAM
                ? Distribution.EMPTY
                : new Distribution(value.slots);
    }

    /** The parts of a duty cycle, in the order of their numbers. */
    List<String> terms() {
        final List<String> terms = new ArrayList<>();
        byName.keySet().stream()
                .filter(name -> name.startsWith("term."))
                .map(name -> name.substring("term.".length()))
                .forEach(terms::add);
        return terms;
    }

    /** The slow cycles on record, the oldest first. */
    public List<SlowCycle> slowCycles() {
        final Value value = byName.get("cycle.slowest");
        final List<SlowCycle> cycles = new ArrayList<>();
        if (value != null) {
            final long recorded = value.slots[0];
            for (long number = Math.max(1, recorded - SlowCycles.RECORDS + 1); number <= recorded; number++) {
                final int at = 1 + (int) ((number - 1) % SlowCycles.RECORDS) * SlowCycles.RECORD_SLOTS;
                if (value.slots[at + SlowCycles.NUMBER] == number) {
                    cycles.add(SlowCycle.read(value.slots, at, terms()));
                }
            }
        }
        return cycles;
    }
}
