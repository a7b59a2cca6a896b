package io.millrace.net.broker;

import static io.millrace.engine.status.CoreCounter.ACCEPTED;
import static io.millrace.engine.status.CoreCounter.ANSWERS;
import static io.millrace.engine.status.CoreCounter.BUSY_CYCLES;
import static io.millrace.engine.status.CoreCounter.BYTES_IN;
import static io.millrace.engine.status.CoreCounter.BYTES_OUT;
import static io.millrace.engine.status.CoreCounter.CONNECTIONS;
import static io.millrace.engine.status.CoreCounter.DUTY_CYCLES;
import static io.millrace.engine.status.CoreCounter.LONGEST_CYCLE_NS;
import static io.millrace.engine.status.CoreCounter.MEMORY_USED;
import static io.millrace.engine.status.CoreCounter.OFFLINE_PARTITIONS;
import static io.millrace.engine.status.CoreCounter.PARTITIONS;
import static io.millrace.engine.status.CoreCounter.REQUESTS;
import static io.millrace.engine.status.CoreCounter.STALLED_WRITES;
import static io.millrace.engine.status.CoreCounter.STALLS;
import static io.millrace.engine.status.CoreCounter.STARVED;
import static io.millrace.engine.status.CoreCounter.SYNC_ROUNDS;
import static io.millrace.engine.status.CoreCounter.WORK;

import io.millrace.engine.os.OsDisk;
import io.millrace.engine.status.CoreCounters;
import io.millrace.net.connection.ConnectionCounters;
import java.util.concurrent.TimeUnit;

/** Counts one core's duty cycles, and shows these and its other counters ten times a second. Owned by the core's thread. */
final class CoreStatus {
    private static final long STALL_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SHOW_EVERY_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final BrokerCore core;
    private final OsDisk disk;
    private final CoreCounters counters;
    private final CoreGauges gauges;
    private long cycles;
    private long busyCycles;
    private long work;
    private long stalls;
    private long longestNs;
    private long busySinceNs;
    private boolean wasBusy;
    private long shownNs;

    CoreStatus(final BrokerCore core, final OsDisk disk, final CoreCounters counters) {
        this.core = core;
        this.disk = disk;
        this.counters = counters;
        gauges = new CoreGauges(core);
    }

    /** After each duty cycle; its length is known when the next one has read the clock, so it costs no look at it. */
    void onCycle(final int cycleWork) {
        final long nowNs = core.core().nowNs();
        if (wasBusy) {
            final long lengthNs = nowNs - busySinceNs;
            longestNs = Math.max(longestNs, lengthNs);
            stalls += lengthNs > STALL_NS ? 1 : 0;
        }
        wasBusy = cycleWork > 0;
        busySinceNs = nowNs;
        cycles++;
        busyCycles += wasBusy ? 1 : 0;
        work += cycleWork;
        if (nowNs - shownNs >= SHOW_EVERY_NS) {
            shownNs = nowNs;
            show();
        }
    }

    void show() {
        gauges.show();
        counters.set(DUTY_CYCLES, cycles);
        counters.set(BUSY_CYCLES, busyCycles);
        counters.set(WORK, work);
        counters.set(STALLS, stalls);
        counters.set(LONGEST_CYCLE_NS, longestNs);
        final ConnectionCounters of = core.connections().counters();
        counters.set(CONNECTIONS, core.connections().count());
        counters.set(ACCEPTED, of.accepted());
        counters.set(REQUESTS, of.requests());
        counters.set(ANSWERS, of.answers());
        counters.set(BYTES_IN, of.bytesIn());
        counters.set(BYTES_OUT, of.bytesOut());
        counters.set(STARVED, of.starved());
        counters.set(MEMORY_USED, core.pool().usedBytes());
        counters.set(PARTITIONS, core.core().partitions().count());
        counters.set(OFFLINE_PARTITIONS, core.core().partitions().offlinePartitions());
        counters.set(SYNC_ROUNDS, core.core().partitions().syncRounds());
        counters.set(STALLED_WRITES, disk.stalledWrites());
    }
}
