package io.millrace.engine.status;

import org.agrona.concurrent.status.AtomicCounter;
import org.agrona.concurrent.status.CountersManager;

/**
 * One core's counters where others can read them. The core counts in plain fields of its own and sets them here now and
 * then. Written by the core's thread alone.
 */
public final class CoreCounters {
    private final AtomicCounter[] counters = new AtomicCounter[CoreCounter.count()];

    /** The key of each counter is the core's number, an int. */
    public CoreCounters(final CountersManager manager, final int core) {
        for (final CoreCounter counter : CoreCounter.values()) {
            counters[counter.ordinal()] = manager.newCounter(
                    "core " + core + ": " + counter.label(), counter.typeId(), key -> key.putInt(0, core));
        }
    }

    public void set(final CoreCounter counter, final long value) {
        counters[counter.ordinal()].setRelease(value);
    }

    public long get(final CoreCounter counter) {
        return counters[counter.ordinal()].get();
    }
}
