package io.millrace.engine.status;

/**
 * The last {@value #RECORDS} duty cycles that took long, and what ran in them. A record may be copied while it is written
 * and is then half old until the next copy, a fraction of a second later. Owned by the core's thread.
 *
 * <pre>
 *   slot 0          1                 1 + 64            1 + 2 × 64           1 + 64 × 64
 *        +----------+-----------------+-----------------+ … +----------------+
 *        | recorded | record 0        | record 1        |   | record 63      |    cycle n in record (n − 1) % 64
 *        +----------+-----------------+-----------------+ … +----------------+
 *   a record:
 *     0        1         2           3       4          5 … 7      8           36
 *     +--------+---------+-----------+-------+----------+----------+-----------+-------------+
 *     | number | when ms | length ns | work  | CPU ns,  | reserved | ns of     | work of     |
 *     | from 1 |         |           |       | 0 if not |          | each term | each term   |
 *     |        |         |           |       | measured |          |           |             |
 *     +--------+---------+-----------+-------+----------+----------+-----------+-------------+
 * </pre>
 */
public final class SlowCycles {
    public static final int RECORDS = 64;
    public static final int RECORD_SLOTS = 64;
    public static final int SLOTS = 1 + RECORDS * RECORD_SLOTS;
    public static final int NUMBER = 0;
    public static final int WHEN_MS = 1;
    public static final int LENGTH_NS = 2;
    public static final int WORK = 3;
    public static final int CPU_NS = 4;
    public static final long CPU_UNKNOWN = 0;
    public static final int TERM_NS = 8;
    public static final int TERMS_MAX = (RECORD_SLOTS - TERM_NS) / 2;
    public static final int TERM_WORK = TERM_NS + TERMS_MAX;

    private final long[] slots;
    private final int first;

    SlowCycles(final long[] slots, final int first) {
        this.slots = slots;
        this.first = first;
    }

    /**
     * Of each term, by its number, how long it took and how much it did.
     *
     * @param cpuNs for how long the core had its processor, or {@link #CPU_UNKNOWN}
     */
    public void record(
            final long whenMs,
            final long lengthNs,
            final long work,
            final long cpuNs,
            final long[] termNs,
            final int[] termWork) {
        final long number = slots[first] + 1;
        final int record = first + 1 + (int) ((number - 1) % RECORDS) * RECORD_SLOTS;
        slots[record + NUMBER] = 0;
        slots[record + WHEN_MS] = whenMs;
        slots[record + LENGTH_NS] = lengthNs;
        slots[record + WORK] = work;
        slots[record + CPU_NS] = cpuNs;
        for (int i = 0; i < TERMS_MAX; i++) {
            slots[record + TERM_NS + i] = termNs[i];
            slots[record + TERM_WORK + i] = termWork[i];
        }
        slots[record + NUMBER] = number;
        slots[first] = number;
    }
}
