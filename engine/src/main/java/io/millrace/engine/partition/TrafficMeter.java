package io.millrace.engine.partition;

import io.millrace.engine.status.HotPartitions;
import io.millrace.engine.status.Statistics;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Finds out once a second which partitions of a core have the most to do, and shows them. It looks at a few in each duty
 * cycle, so that many partitions make no cycle long. Owned by the core's thread.
 */
final class TrafficMeter {
    private static final long MEASURE_EVERY_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int LOOKS_PER_CYCLE = 128;
    private static final int WAITING = -1;
    private static final int NEVER_BEGUN = -2;

    private final HotPartitions shown;
    private final Partition[] hottest = new Partition[HotPartitions.ENTRIES];
    private final long[] loads = new long[HotPartitions.ENTRIES];
    private final long[] rates = new long[HotPartitions.ENTRIES * HotPartitions.RATES];
    private int found;
    private long allIn;
    private long allOut;
    private long allRequests;
    private long beganNs;
    private int position = NEVER_BEGUN;

    TrafficMeter(final Statistics statistics) {
        shown = statistics.hotPartitions("partitions.hot");
    }

    /** Never work that keeps a core awake. */
    int doWork(final List<Partition> partitions, final long nowNs) {
        if (position < 0) {
            if (position == WAITING && nowNs - beganNs < MEASURE_EVERY_NS) {
                return 0;
            }
            begin(nowNs);
        }
        final int end = Math.min(partitions.size(), position + LOOKS_PER_CYCLE);
        for (; position < end; position++) {
            look(partitions.get(position), nowNs);
        }
        if (position >= partitions.size()) {
            show(nowNs);
            position = WAITING;
        }
        return 0;
    }

    private void begin(final long nowNs) {
        beganNs = nowNs;
        position = 0;
        found = 0;
        allIn = 0;
        allOut = 0;
        allRequests = 0;
    }

    private void look(final Partition partition, final long nowNs) {
        final PartitionTraffic traffic = partition.traffic();
        final long sinceNs = traffic.sinceNs(nowNs);
        if (sinceNs > 0 && traffic.newRequests() > 0) {
            final double perSecond = 1e9 / sinceNs;
            final long in = (long) (traffic.newIn() * perSecond);
            final long out = (long) (traffic.newOut() * perSecond);
            final long requests = (long) Math.ceil(traffic.newRequests() * perSecond);
            allIn += in;
            allOut += out;
            allRequests += requests;
            if (partition.isOpen()) {
                keep(partition, in, out, requests);
            }
        }
        traffic.measured(nowNs);
    }

    /** Puts it in its place among the hottest so far, if it has one. */
    private void keep(final Partition partition, final long in, final long out, final long requests) {
        final long load = HotPartitions.load(in, out, requests);
        int at = found < HotPartitions.ENTRIES ? found++ : HotPartitions.ENTRIES;
        while (at > 0 && loads[at - 1] < load) {
            at--;
            if (at + 1 < HotPartitions.ENTRIES) {
                move(at, at + 1);
            }
        }
        if (at < HotPartitions.ENTRIES) {
            hottest[at] = partition;
            loads[at] = load;
            final int first = at * HotPartitions.RATES;
            rates[first] = in;
            rates[first + 1] = out;
            rates[first + 2] = requests;
        }
    }

    private void move(final int from, final int to) {
        hottest[to] = hottest[from];
        loads[to] = loads[from];
        for (int i = 0; i < HotPartitions.RATES; i++) {
            rates[to * HotPartitions.RATES + i] = rates[from * HotPartitions.RATES + i];
        }
    }

    private void show(final long nowNs) {
        shown.begin(nowNs, allIn, allOut, allRequests);
        for (int i = 0; i < HotPartitions.ENTRIES; i++) {
            if (i < found) {
                final int first = i * HotPartitions.RATES;
                final String directory = hottest[i].log().directory();
                shown.entry(
                        i, directory, directory.lastIndexOf('/') + 1, rates[first], rates[first + 1], rates[first + 2]);
            } else {
                shown.noEntry(i);
            }
            hottest[i] = null;
        }
        shown.end();
    }
}
