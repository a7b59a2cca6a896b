package io.millrace.engine.status;

/** What one figure of {@link Statistics} is called, what it is, and where it lies. */
public record Statistic(String name, Kind kind, Unit unit, int firstSlot, int slotCount) {
    /** What the slots hold. Add at the end only. */
    public enum Kind {
        /** Only grows; its rate is what tells. */
        COUNTER,
        /** What is now. */
        GAUGE,
        /** See {@link HistogramShape}. */
        HISTOGRAM,
        /** See {@link SlowCycles}. */
        SLOW_CYCLES
    }

    /** What is counted. Add at the end only. */
    public enum Unit {
        COUNT,
        BYTES,
        NS
    }
}
