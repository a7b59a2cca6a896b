package io.millrace.engine.core;

import io.millrace.engine.port.Time;
import io.millrace.engine.status.Histogram;
import io.millrace.engine.status.SlowCycles;
import io.millrace.engine.status.Statistic.Unit;
import io.millrace.engine.status.Statistics;
import io.millrace.engine.status.Tally;
import java.util.Arrays;

/**
 * Knows where a core's time goes: how long its duty cycles and their terms take, how long it looks for work and how long
 * it sleeps. The clock is read only behind a term that did something; the time of one that found nothing counts to the
 * next that did. Owned by the core's thread.
 */
public final class CycleClock {
    /** From here on a duty cycle is recorded with what ran in it. */
    private static final long SLOW_NS = 1_000_000;

    private static final long NEVER = Long.MIN_VALUE;
    private static final long UNKNOWN = -1;

    private final Time time;
    private final Statistics statistics;
    private final Tally cycles;
    private final Tally busyCycles;
    private final Tally workDone;
    private final Tally busyNs;
    private final Tally searchingNs;
    private final Tally sleepingNs;
    private final Tally parks;
    private final Tally slowCycles;
    private final Tally longestNs;
    private final Tally compacting;
    private final Tally compactingSlow;
    private final Tally compactingSlowOfCpu;
    private final Histogram lengths;
    private final SlowCycles slow;
    private final Tally[] termTotals = new Tally[SlowCycles.TERMS_MAX];
    private final long[] termNs = new long[SlowCycles.TERMS_MAX];
    private final int[] termWork = new int[SlowCycles.TERMS_MAX];
    private int terms;
    private long beganNs;
    private long beganMs;
    private long lapNs;
    private long lastNs;
    /** Up to here every moment is accounted for. */
    private long accountedNs;

    private long wokeNs = NEVER;
    private int work;
    private boolean compacts;
    /** What the thread had had of its processor when the cycle began, or {@link #UNKNOWN}. */
    private long cpuBeganNs = UNKNOWN;

    private boolean isOpen;
    private boolean isAsleep;
    private boolean hasLaps;

    CycleClock(final Time time, final Statistics statistics) {
        this.time = time;
        this.statistics = statistics;
        cycles = statistics.counter("cycle.all", Unit.COUNT);
        busyCycles = statistics.counter("cycle.busy", Unit.COUNT);
        workDone = statistics.counter("cycle.work", Unit.COUNT);
        slowCycles = statistics.counter("cycle.slow", Unit.COUNT);
        longestNs = statistics.gauge("cycle.longest", Unit.NS);
        compacting = statistics.counter("compaction.cycles", Unit.COUNT);
        compactingSlow = statistics.counter("compaction.cycles.slow", Unit.COUNT);
        compactingSlowOfCpu = statistics.counter("compaction.cycles.slow.cpu", Unit.COUNT);
        busyNs = statistics.counter("time.busy", Unit.NS);
        searchingNs = statistics.counter("time.searching", Unit.NS);
        sleepingNs = statistics.counter("time.sleeping", Unit.NS);
        parks = statistics.counter("parks", Unit.COUNT);
        lengths = statistics.histogram("cycle.length", Unit.NS);
        slow = statistics.slowCycles("cycle.slowest");
        lastNs = time.nanoTime();
        accountedNs = lastNs;
    }

    /** A clock that stands still, for what runs without a core. */
    public static CycleClock stopped() {
        return new CycleClock(
                new Time() {
                    @Override
                    public long nanoTime() {
                        return 0;
                    }

                    @Override
                    public long epochMs() {
                        return 0;
                    }
                },
                new Statistics());
    }

    /** Another part of the duty cycle, before the first one; returns its number. Those beyond the last share one. */
    int addTerm(final String name) {
        if (terms < SlowCycles.TERMS_MAX) {
            termTotals[terms++] = statistics.counter("term." + name, Unit.NS);
        }
        return terms - 1;
    }

    /** The time when the clock was last read: near enough for what happens now, and free. */
    public long lastNs() {
        return lastNs;
    }

    /** Reads the clock. */
    public long readNs() {
        lastNs = time.nanoTime();
        return lastNs;
    }

    /** When bytes arrive: for a core that slept, the last look at the clock was long ago. */
    public long arrivalNs() {
        if (isAsleep) {
            wokeNs = readNs();
            sleepingNs.add(wokeNs - accountedNs);
            accountedNs = wokeNs;
            isAsleep = false;
        }
        return lastNs;
    }

    /** A duty cycle begins; one whose sockets woke the core began with them. */
    void begin(final long nowNs, final long nowMs, final int socketsTerm) {
        close(nowNs);
        lastNs = nowNs;
        lapNs = nowNs;
        beganNs = nowNs;
        beganMs = nowMs;
        if (isAsleep) {
            sleepingNs.add(nowNs - accountedNs);
            isAsleep = false;
        } else if (wokeNs != NEVER) {
            beganNs = wokeNs;
            termNs[socketsTerm] = nowNs - wokeNs;
            hasLaps = true;
        } else {
            searchingNs.add(nowNs - accountedNs);
        }
        wokeNs = NEVER;
        isOpen = true;
        cpuBeganNs = compacts ? time.threadCpuNs() : UNKNOWN;
    }

    /**
     * Whether a compaction is under way. Then it is measured how much of a long duty cycle the thread had its processor
     * for: the rest of the time the system let others run.
     */
    void compacts(final boolean isUnderWay) {
        compacts = isUnderWay;
    }

    /** A term has run; returns what it did. */
    int lap(final int term, final int termDid) {
        if (termDid > 0) {
            lapAlways(term, termDid);
        }
        return termDid;
    }

    /** A term has run whose time is its own even if it did nothing. */
    int lapAlways(final int term, final int termDid) {
        final long now = readNs();
        termNs[term] += now - lapNs;
        termWork[term] += termDid;
        lapNs = now;
        hasLaps = true;
        return termDid;
    }

    /** The duty cycle did that much; it ends with the next look at the clock. */
    void ended(final int cycleWork) {
        work = cycleWork;
    }

    /** The core looks for work, and has none now. */
    void idle(final long nowNs) {
        close(nowNs);
    }

    /** The core is about to sleep. */
    void park(final long nowNs) {
        close(nowNs);
        searchingNs.add(nowNs - accountedNs);
        accountedNs = nowNs;
        parks.increment();
        isAsleep = true;
    }

    /** Duty cycles that have ended. */
    public long cycles() {
        return cycles.get();
    }

    /** Those that did something. */
    public long busyCycles() {
        return busyCycles.get();
    }

    /** What they did, in sum. */
    public long workDone() {
        return workDone.get();
    }

    /** How long those were together that did something. */
    public long busyNs() {
        return busyNs.get();
    }

    /** Duty cycles over a millisecond, whatever they did. */
    public long slowCycles() {
        return slowCycles.get();
    }

    /** The longest duty cycle that did something. */
    public long longestNs() {
        return longestNs.get();
    }

    private void close(final long nowNs) {
        if (!isOpen) {
            return;
        }
        isOpen = false;
        accountedNs = nowNs;
        final long lengthNs = nowNs - beganNs;
        cycles.increment();
        if (work > 0) {
            busyCycles.increment();
            workDone.add(work);
            busyNs.add(lengthNs);
            lengths.record(lengthNs);
            longestNs.atLeast(lengthNs);
            for (int i = 0; i < terms; i++) {
                termTotals[i].add(termNs[i]);
            }
        } else {
            searchingNs.add(lengthNs);
        }
        if (cpuBeganNs != UNKNOWN) {
            compacting.increment();
        }
        if (lengthNs > SLOW_NS) {
            slowCycles.increment();
            slow.record(beganMs, lengthNs, work, cpuOfSlowNs(), termNs, termWork);
        }
        if (hasLaps) {
            Arrays.fill(termNs, 0, terms, 0);
            Arrays.fill(termWork, 0, terms, 0);
            hasLaps = false;
        }
    }

    /** What the thread had of its processor in a long duty cycle, or {@link SlowCycles#CPU_UNKNOWN}. */
    private long cpuOfSlowNs() {
        if (cpuBeganNs == UNKNOWN) {
            return SlowCycles.CPU_UNKNOWN;
        }
        final long cpuNs = Math.max(1, time.threadCpuNs() - cpuBeganNs);
        compactingSlow.increment();
        compactingSlowOfCpu.add(cpuNs > SLOW_NS ? 1 : 0);
        return cpuNs;
    }
}
