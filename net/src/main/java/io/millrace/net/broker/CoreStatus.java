package io.millrace.net.broker;

import static io.millrace.engine.status.CoreCounter.ACCEPTED;
import static io.millrace.engine.status.CoreCounter.ANSWERS;
import static io.millrace.engine.status.CoreCounter.BUSY_CYCLES;
import static io.millrace.engine.status.CoreCounter.BYTES_IN;
import static io.millrace.engine.status.CoreCounter.BYTES_OUT;
import static io.millrace.engine.status.CoreCounter.CONNECTIONS;
import static io.millrace.engine.status.CoreCounter.DAMAGED_BATCHES;
import static io.millrace.engine.status.CoreCounter.DUTY_CYCLES;
import static io.millrace.engine.status.CoreCounter.JOURNALS_FAILED;
import static io.millrace.engine.status.CoreCounter.JOURNALS_SHORT;
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

import io.millrace.engine.core.CycleClock;
import io.millrace.engine.os.OsDisk;
import io.millrace.engine.status.CoreCounters;
import io.millrace.net.connection.ConnectionCounters;
import java.util.concurrent.TimeUnit;

/** Shows one core's counters ten times a second. Owned by the core's thread. */
final class CoreStatus {
    private static final int PERMILLE = 1000;
    private static final long SHOW_EVERY_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final BrokerCore core;
    private final OsDisk disk;
    private final CoreCounters counters;
    private final CoreGauges gauges;
    private final CoreLoads loads;
    private long busyNs;
    private long cpuNs;
    private long shownNs;

    CoreStatus(final BrokerCore core, final OsDisk disk, final CoreCounters counters, final CoreLoads loads) {
        this.loads = loads;
        this.core = core;
        this.disk = disk;
        this.counters = counters;
        gauges = new CoreGauges(core);
    }

    /** After each duty cycle; costs no look at the clock. */
    void onCycle() {
        final long nowNs = core.core().nowNs();
        if (nowNs - shownNs >= SHOW_EVERY_NS) {
            final long sinceNs = nowNs - shownNs;
            shownNs = nowNs;
            show();
            tellLoad(sinceNs);
        }
    }

    private void tellLoad(final long sinceNs) {
        // A cycle that was interrupted by others is not load of ours, nor is a search for work.
        final long busy = core.core().clock().busyNs();
        final long cpu = gauges.cpuNs();
        loads.tell(core.core().id(), (int) (Math.min(busy - busyNs, cpu - cpuNs) * PERMILLE / sinceNs));
        busyNs = busy;
        cpuNs = cpu;
    }

    void show() {
        gauges.show();
        final CycleClock clock = core.core().clock();
        counters.set(DUTY_CYCLES, clock.cycles());
        counters.set(BUSY_CYCLES, clock.busyCycles());
        counters.set(WORK, clock.workDone());
        counters.set(STALLS, clock.slowCycles());
        counters.set(LONGEST_CYCLE_NS, clock.longestNs());
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
        counters.set(JOURNALS_FAILED, core.core().partitions().hasJournalFailed() ? 1 : 0);
        counters.set(JOURNALS_SHORT, core.core().partitions().lacksJournalSpace() ? 1 : 0);
        counters.set(OFFLINE_PARTITIONS, core.core().partitions().offlinePartitions());
        counters.set(DAMAGED_BATCHES, core.core().partitions().damagedBatches());
        counters.set(SYNC_ROUNDS, core.core().partitions().syncRounds());
        counters.set(STALLED_WRITES, disk.stalledWrites());
    }
}
