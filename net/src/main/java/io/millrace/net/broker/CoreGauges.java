package io.millrace.net.broker;

import com.sun.management.ThreadMXBean;
import io.millrace.engine.status.Statistic.Unit;
import io.millrace.engine.status.Statistics;
import io.millrace.engine.status.Tally;
import io.millrace.net.connection.CloseReason;
import io.millrace.net.connection.ConnectionCounters;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/** Figures of one core that are counted elsewhere, shown now and then. Owned by the core's thread. */
final class CoreGauges {
    private static final CloseReason[] REASONS = CloseReason.values();

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final BrokerCore core;
    private final Tally open;
    private final Tally accepted;
    private final Tally arrived;
    private final Tally left;
    private final Tally[] closed = new Tally[REASONS.length];
    private final Tally sends;
    private final Tally starved;
    private final Tally memoryUsed;
    private final Tally partitions;
    private final Tally offline;
    private final Tally allocated;
    private final Tally cpu;

    CoreGauges(final BrokerCore core) {
        this.core = core;
        final Statistics statistics = core.core().statistics();
        open = statistics.gauge("connections.open", Unit.COUNT);
        accepted = statistics.counter("connections.accepted", Unit.COUNT);
        arrived = statistics.counter("connections.arrived", Unit.COUNT);
        left = statistics.counter("connections.left", Unit.COUNT);
        for (final CloseReason reason : REASONS) {
            final String name = reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
            closed[reason.ordinal()] = statistics.counter("connections.closed." + name, Unit.COUNT);
        }
        sends = statistics.counter("connections.sends", Unit.COUNT);
        starved = statistics.counter("memory.waits", Unit.COUNT);
        memoryUsed = statistics.gauge("memory.used", Unit.BYTES);
        partitions = statistics.gauge("partitions.open", Unit.COUNT);
        offline = statistics.gauge("partitions.offline", Unit.COUNT);
        allocated = statistics.counter("heap.allocated", Unit.BYTES);
        cpu = statistics.counter("time.cpu", Unit.NS);
    }

    /** On the core's own thread. */
    void show() {
        final ConnectionCounters of = core.connections().counters();
        open.set(core.connections().count());
        accepted.set(of.accepted());
        arrived.set(of.arrived());
        left.set(of.left());
        for (final CloseReason reason : REASONS) {
            closed[reason.ordinal()].set(of.closed(reason));
        }
        sends.set(of.sends());
        starved.set(of.starved());
        memoryUsed.set(core.pool().usedBytes());
        partitions.set(core.core().partitions().count());
        offline.set(core.core().partitions().offlinePartitions());
        allocated.set(threads.getCurrentThreadAllocatedBytes());
        cpu.set(threads.getCurrentThreadCpuTime());
    }

    /** What the thread had of its processor so far, when that was last looked at. */
    long cpuNs() {
        return cpu.get();
    }
}
