package io.millrace.engine.partition;

import io.millrace.engine.log.LogScrub;
import io.millrace.engine.log.ScrubFinding;
import io.millrace.engine.log.ScrubPace;
import io.millrace.engine.port.Entropy;
import io.millrace.engine.status.Statistic.Unit;
import io.millrace.engine.status.Statistics;
import io.millrace.engine.status.Tally;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;
import org.agrona.collections.LongHashSet;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;

/**
 * Goes through a core's partitions at a slow pace, one after the other, and has the {@linkplain LogScrub closed segments}
 * of each read. A pass begins at a partition of chance, so that starts which come before its end leave none out for ever.
 * At most one read, or a look at one slice of bytes, in a duty cycle. Owned by the core's thread.
 */
final class PartitionScrub {
    private static final int PARTITIONS_PER_CYCLE = 16;
    private static final long SETTINGS_EVERY_NS = 1_000_000_000;
    private static final long NS_PER_MS = 1_000_000;
    private static final double NS_PER_SECOND = 1e9;
    /** Further ones are told when there is room again, and nothing is read before. */
    private static final int FINDINGS_MAX = 64;

    private final Supplier<ScrubPace> source;
    private final Entropy entropy;
    private final LogScrub log = new LogScrub(this::onFinding);
    private final Tally bytes;
    private final Tally passes;
    private final Tally damaged;
    private final LongHashSet known = new LongHashSet();
    private final ArrayDeque<ScrubFinding> untold = new ArrayDeque<>();
    private final Queue<ScrubFinding> findings = new OneToOneConcurrentArrayQueue<>(FINDINGS_MAX);

    private ScrubPace pace = ScrubPace.OFF;
    private boolean heeded;
    private long heededNs;
    private long refilledNs;
    /** What may be read now; below 0 what was read ahead. */
    private double allowance;

    /** The partitions of the pass under way: others come and go meanwhile. */
    private long[] keys = {};

    private int next;
    private boolean passing;
    private boolean passed;
    private long beganNs;

    PartitionScrub(final Supplier<ScrubPace> source, final Entropy entropy, final Statistics statistics) {
        this.source = source;
        this.entropy = entropy;
        bytes = statistics.counter("scrub.bytes", Unit.BYTES);
        passes = statistics.counter("scrub.passes", Unit.COUNT);
        damaged = statistics.gauge("scrub.damaged", Unit.COUNT);
    }

    int doWork(final Partitions partitions, final long nowNs) {
        if (!heeded || nowNs - heededNs >= SETTINGS_EVERY_NS) {
            heeded = true;
            heededNs = nowNs;
            heed(source.get(), nowNs);
        }
        while (!untold.isEmpty() && findings.offer(untold.peek())) {
            untold.poll();
        }
        if (!pace.isOn() || log.isReading() || !untold.isEmpty()) {
            return 0;
        }
        if (log.hasBytes()) {
            bytes.add(log.look());
            return 1;
        }
        if (!passing && passed && (nowNs - beganNs) / NS_PER_MS < pace.periodMs()) {
            return 0;
        }
        refill(nowNs);
        if (allowance <= 0) {
            return 0;
        }
        if (log.isUnderWay()) {
            allowance -= log.read();
            return 1;
        }
        return passing ? find(partitions) : begin(partitions, nowNs);
    }

    boolean mayPark() {
        return !pace.isOn() || log.isReading() || !untold.isEmpty() || !(log.hasBytes() || (passing && allowance > 0));
    }

    Queue<ScrubFinding> findings() {
        return findings;
    }

    long damaged() {
        return damaged.get();
    }

    long passes() {
        return passes.get();
    }

    private void heed(final ScrubPace changed, final long nowNs) {
        if (!pace.isOn()) {
            refilledNs = nowNs;
        }
        if (!changed.isOn() && !log.isReading()) {
            log.rest();
            // What this pass did not come to is not left for the next period.
            passed &= !passing;
            passing = false;
        }
        pace = changed;
    }

    /** What was not read for a second, since there was nothing or the core was busy, is not made up for. */
    private void refill(final long nowNs) {
        final double more = (nowNs - refilledNs) / NS_PER_SECOND * pace.bytesPerSecond();
        allowance = Math.min(allowance + more, pace.bytesPerSecond());
        refilledNs = nowNs;
    }

    private int begin(final Partitions partitions, final long nowNs) {
        final int count = partitions.count();
        beganNs = nowNs;
        passing = true;
        next = 0;
        keys = new long[count];
        final int first = count == 0 ? 0 : entropy.nextInt(count);
        for (int i = 0; i < count; i++) {
            keys[i] = partitions.at((first + i) % count).key();
        }
        return 1;
    }

    private int find(final Partitions partitions) {
        int looked = 0;
        while (next < keys.length && looked++ < PARTITIONS_PER_CYCLE) {
            final Partition partition = partitions.partition(keys[next++]);
            if (partition != null && partition.isOpen()) {
                log.begin(partition.log());
                return looked;
            }
        }
        if (next == keys.length) {
            passing = false;
            passed = true;
            passes.increment();
            log.rest();
        }
        return 1;
    }

    private void onFinding(final ScrubFinding finding) {
        if (known.add((long) log.segmentId() << Integer.SIZE | finding.position())) {
            damaged.increment();
            untold.add(finding);
        }
    }
}
