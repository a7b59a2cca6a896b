package io.millrace.perf.stat;

import io.millrace.tools.stat.Interval;
import io.millrace.tools.stat.Snapshot;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Looks at a broker's threads for some seconds: the kernel's accounts, the processor's, and the broker's own. */
public final class StatRun {
    private final RunningBroker broker;
    private final Optional<Path> perf;
    private final PrintStream progress;

    /** @param perf the program, where there is one */
    public StatRun(final RunningBroker broker, final Optional<Path> perf, final PrintStream progress) {
        this.broker = broker;
        this.perf = perf;
        this.progress = progress;
    }

    /** @throws IllegalStateException if the broker ends meanwhile */
    public StatResult run(final int seconds) throws InterruptedException {
        progress.printf(
                Locale.ROOT,
                "perf: looking at broker %d in %s for %d s%n",
                broker.pid(),
                broker.dataDirectory(),
                seconds);
        final Snapshot before = broker.freshSnapshot();
        final ProcessThreads threadsBefore = ProcessThreads.read(broker.pid());
        final Optional<ChildRun.Running> counting = HardwareCounters.start(perf, broker.pid(), seconds);
        Thread.sleep(TimeUnit.SECONDS.toMillis(seconds));
        final Snapshot now = broker.freshSnapshot();
        final ProcessThreads threadsNow = ProcessThreads.read(broker.pid());
        final HardwareCounters hardware = counting.isPresent()
                ? HardwareCounters.parse(counting.get().await(seconds))
                : HardwareCounters.none("there is no program perf here: " + HardwareCounters.INSTALL
                        + "; what follows is the kernel's accounting of threads alone");
        return new StatResult(
                broker, Interval.between(before, now), threadsNow, threadsNow.since(threadsBefore), hardware);
    }
}
