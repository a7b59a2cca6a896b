package io.millrace.tools.stat;

import io.millrace.engine.status.HotPartitions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What happened between two moments, or since the broker's start. */
public final class Interval {
    /** A core that has work measures once a second. */
    private static final long STALE_NS = TimeUnit.SECONDS.toNanos(3);

    private final Snapshot now;
    private final double seconds;
    private final List<Figures> cores = new ArrayList<>();

    private Interval(final Snapshot now, final double seconds) {
        this.now = now;
        this.seconds = seconds;
    }

    public static Interval between(final Snapshot before, final Snapshot now) {
        final Interval interval = new Interval(now, Math.max(1e-3, (now.atNs() - before.atNs()) / 1e9));
        for (int core = 0; core < now.cores().size(); core++) {
            interval.cores.add(now.cores().get(core).since(before.cores().get(core)));
        }
        return interval;
    }

    static Interval sinceStart(final Snapshot now) {
        final Interval interval = new Interval(now, Math.max(1e-3, (now.atMs() - now.startedMs()) / 1e3));
        interval.cores.addAll(now.cores());
        return interval;
    }

    public Snapshot now() {
        return now;
    }

    public double seconds() {
        return seconds;
    }

    public int coreCount() {
        return cores.size();
    }

    /** What was added on a core. */
    public Figures of(final int core) {
        return cores.get(core);
    }

    /** The partitions of a core with the most to do; none if it has been idle so long that it did not measure any. */
    public HotPartitions.Copy hotPartitions(final int core) {
        final HotPartitions.Copy hot = now.cores().get(core).hotPartitions();
        return now.atNs() - hot.measuredNs() > STALE_NS ? new HotPartitions.Copy(0, 0, 0, 0, List.of()) : hot;
    }

    public Figures ofAll() {
        return Figures.sum(cores);
    }

    public double rate(final long added) {
        return added / seconds;
    }
}
