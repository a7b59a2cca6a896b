package io.millrace.net.broker;

import io.millrace.engine.core.Core;
import io.millrace.engine.core.NodeBoot;
import io.millrace.engine.log.BlockingDisk;
import io.millrace.engine.log.DiskException;
import io.millrace.engine.log.RecoveryReport;
import io.millrace.engine.os.OsDisk;
import io.millrace.engine.os.SchedulingSlice;
import io.millrace.engine.os.ThreadNice;
import io.millrace.net.socket.SocketListener;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Runs one core on one processor: recovers, serves, ends in order. What it throws is fatal for the process. */
final class CoreThread implements Runnable {
    private static final int CLEAN_MARKER_CORE = 0;
    /** While stopping, cores look for each other rather than to be woken. */
    private static final long STOP_PAUSE_NS = TimeUnit.MICROSECONDS.toNanos(100);

    /** Hears what a core thread has to tell; on that thread. */
    interface Listener {
        void onPinned(int core, int processor, boolean really);

        void onFailed(int core, Throwable cause);

        void onNotMarkedClean(String why);
    }

    private final BrokerCore core;
    private final OsDisk disk;
    private final int processor;
    private final int nice;
    private final NodeLife life;
    private final CoreStatus status;
    private final List<SocketListener> listeners;
    private final Consumer<RecoveryReport> reports;
    private final Listener listener;

    /** @param listeners filled before the core serves */
    CoreThread(
            final BrokerCore core,
            final OsDisk disk,
            final int processor,
            final int nice,
            final NodeLife life,
            final CoreStatus status,
            final List<SocketListener> listeners,
            final Consumer<RecoveryReport> reports,
            final Listener listener) {
        this.core = core;
        this.disk = disk;
        this.processor = processor;
        this.nice = nice;
        this.life = life;
        this.status = status;
        this.listeners = listeners;
        this.reports = reports;
        this.listener = listener;
    }

    Thread start() {
        final Thread thread = new Thread(this, "core-" + core.core().id());
        thread.start();
        return thread;
    }

    @Override
    public void run() {
        final int id = core.core().id();
        try {
            listener.onPinned(id, processor, Processors.pin(processor));
            // Where these are refused the core only waits a little longer for its turn.
            SchedulingSlice.shorten();
            if (nice != 0) {
                ThreadNice.set(nice);
            }
            core.core().recover(reports);
            life.onRecovered();
            if (life.awaitMayServe()) {
                serve();
                markClean();
            }
        } catch (final Throwable fatal) {
            listener.onFailed(id, fatal);
        } finally {
            life.onEnded();
        }
    }

    private void serve() {
        final Core own = core.core();
        final CoreStop stop = new CoreStop(core, life, () -> listeners.forEach(SocketListener::close));
        boolean serving = true;
        while (serving) {
            final int work = own.doWork();
            status.onCycle();
            if (life.isStopping()) {
                // If a core has died the others would wait for it for ever.
                serving = !stop.step(own.nowNs()) && life.failure() == null;
                if (work == 0) {
                    LockSupport.parkNanos(this, STOP_PAUSE_NS);
                }
            } else if (work > 0) {
                own.busy();
            } else {
                own.idle();
            }
        }
        status.show();
    }

    private void markClean() {
        if (core.core().id() != CLEAN_MARKER_CORE) {
            return;
        }
        if (!life.isClean()) {
            listener.onNotMarkedClean("not everything could be closed");
            return;
        }
        try {
            NodeBoot.markOrderlyStop(new BlockingDisk(disk));
        } catch (final DiskException e) {
            listener.onNotMarkedClean(e.getMessage());
        }
    }
}
