package io.millrace.tools.stat;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Shows a broker's figures again and again, until told or until the broker has ended. */
public final class StatRun {
    private static final long LOOK_EVERY_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long NO_NEWS_NS = TimeUnit.SECONDS.toNanos(5);
    private static final int HEAD_EVERY_LINES = 20;
    private static final String HOME_AND_CLEAR = "\033[H\033[2J";

    private final StatOptions options;
    private final PrintStream out;
    private final PrintStream err;
    private final Overview overview = new Overview();
    private int samples;
    private int linesSinceHead = HEAD_EVERY_LINES;

    public StatRun(final StatOptions options, final PrintStream out, final PrintStream err) {
        this.options = options;
        this.out = out;
        this.err = err;
    }

    /**
     * Runs until the wanted number of samples is shown; returns the exit code.
     *
     * @throws StatException if there is no broker to look at
     */
    public int run() {
        while (true) {
            final MarkReader mark = open();
            if (show(mark)) {
                return 0;
            }
            err.println("millrace stat: " + mark.epitaph());
            if (!options.waits()) {
                return 1;
            }
        }
    }

    private MarkReader open() {
        String told = "";
        while (true) {
            try {
                final MarkReader mark = MarkReader.open(options.dataDirectory());
                if (mark.isAlive()) {
                    return mark;
                }
                throw new StatException(mark.epitaph());
            } catch (final StatException nobody) {
                if (!options.waits()) {
                    throw nobody;
                }
                if (!nobody.getMessage().equals(told)) {
                    told = nobody.getMessage();
                    err.println("millrace stat: " + told + "; waiting");
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
            }
        }
    }

    /** Shows samples; true if that was all that was wanted or nobody reads on, false if the broker ended. */
    private boolean show(final MarkReader mark) {
        Snapshot before = mark.snapshot();
        if (options.isOnce()) {
            print(Interval.sinceStart(before));
            return true;
        }
        while (true) {
            if (!awaitNews(mark, before)) {
                return false;
            }
            final Snapshot now = mark.snapshot();
            print(Interval.between(before, now));
            before = now;
            // Flushes too.
            if (out.checkError() || ++samples == options.count()) {
                return true;
            }
        }
    }

    /** Waits for the interval to pass and for what the broker publishes then; false if it ended. */
    private boolean awaitNews(final MarkReader mark, final Snapshot before) {
        final long dueNs = before.atNs() + (long) (options.intervalSeconds() * TimeUnit.SECONDS.toNanos(1));
        long lookedNs = System.nanoTime();
        boolean toldSilence = false;
        while (mark.snapshotNs() < dueNs) {
            LockSupport.parkNanos(LOOK_EVERY_NS);
            if (System.nanoTime() - lookedNs > TimeUnit.MILLISECONDS.toNanos(500)) {
                lookedNs = System.nanoTime();
                if (!mark.isAlive() || mark.isReplaced()) {
                    return false;
                }
                if (mark.silentMs() > TimeUnit.NANOSECONDS.toMillis(NO_NEWS_NS) && !toldSilence) {
                    toldSilence = true;
                    err.println("millrace stat: the broker lives, but has published nothing for 5 s");
                }
            }
        }
        return true;
    }

    private void print(final Interval interval) {
        if (options.core() >= interval.coreCount()) {
            throw new StatException(
                    "--core " + options.core() + ": this broker has cores 0 to " + (interval.coreCount() - 1));
        }
        if (options.isJson()) {
            out.println(JsonSample.of(interval, options.core()));
        } else {
            final StringBuilder text = new StringBuilder();
            final boolean isLive = options.isLive() && !options.isOnce();
            if (isLive) {
                text.append(HOME_AND_CLEAR);
            }
            final boolean sections = options.hasSections();
            final boolean withHead = isLive || sections || linesSinceHead >= HEAD_EVERY_LINES;
            linesSinceHead = withHead ? 0 : linesSinceHead;
            overview.print(text, interval, options.core(), withHead);
            linesSinceHead += interval.coreCount();
            sections(text, interval);
            out.print(text);
        }
        out.flush();
    }

    private void sections(final StringBuilder text, final Interval interval) {
        final List<Integer> cores = new ArrayList<>();
        for (int core = 0; core < interval.coreCount(); core++) {
            if (options.core() < 0 || options.core() == core) {
                cores.add(core);
            }
        }
        final Figures of = options.core() < 0 ? interval.ofAll() : interval.of(options.core());
        if (options.has(StatOptions.Section.APIS)) {
            text.append('\n');
            Apis.print(text, interval, of);
        }
        if (options.has(StatOptions.Section.CONNECTIONS)) {
            text.append('\n');
            Connections.print(text, interval, of);
        }
        if (options.has(StatOptions.Section.PARTITIONS)) {
            text.append('\n');
            Partitions.print(text, interval, cores);
        }
        if (options.has(StatOptions.Section.SYNC)) {
            text.append('\n');
            Messages.print(text, interval, cores);
        }
        if (options.has(StatOptions.Section.SHARES)) {
            text.append('\n');
            Shares.print(text, interval, cores);
        }
        if (options.has(StatOptions.Section.DUTY)) {
            text.append('\n');
            DutyCycles.print(text, interval, cores);
        }
        if (options.has(StatOptions.Section.SLOW)) {
            text.append('\n');
            DutyCycles.printSlow(text, interval, cores);
        }
        if (options.hasSections()) {
            text.append('\n');
        }
    }
}
