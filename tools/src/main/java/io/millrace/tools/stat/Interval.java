package io.millrace.tools.stat;

import java.util.ArrayList;
import java.util.List;

/** What happened between two moments, or since the broker's start. */
public final class Interval {
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

    public Figures ofAll() {
        return Figures.sum(cores);
    }

    public double rate(final long added) {
        return added / seconds;
    }
}
