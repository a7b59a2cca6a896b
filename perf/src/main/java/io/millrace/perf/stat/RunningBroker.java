package io.millrace.perf.stat;

import io.millrace.engine.os.BrokerMark;
import io.millrace.tools.stat.MarkReader;
import io.millrace.tools.stat.Snapshot;
import io.millrace.tools.stat.StatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A broker that runs, found by its data directory or by its process id, and its own counters. Only looked at. */
public final class RunningBroker {
    private static final long LOOK_EVERY_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long NO_NEWS_NS = TimeUnit.SECONDS.toNanos(30);

    private final Path dataDirectory;
    private final MarkReader mark;
    private final long pid;

    private RunningBroker(final Path dataDirectory, final MarkReader mark, final long pid) {
        this.dataDirectory = dataDirectory;
        this.mark = mark;
        this.pid = pid;
    }

    /** @throws IllegalStateException if no broker runs there */
    public static RunningBroker in(final Path dataDirectory) {
        try {
            final MarkReader mark = MarkReader.open(dataDirectory);
            if (!mark.isAlive()) {
                throw new IllegalStateException(mark.epitaph());
            }
            return new RunningBroker(dataDirectory, mark, mark.snapshot().pid());
        } catch (final StatException nobody) {
            throw new IllegalStateException(nobody.getMessage(), nobody);
        }
    }

    /**
     * The mark that a process has mapped says what it serves.
     *
     * @throws IllegalStateException if this process is no broker
     */
    public static RunningBroker of(final long pid) {
        final Path maps = Path.of("/proc", Long.toString(pid), "maps");
        if (!Files.exists(maps)) {
            throw new IllegalStateException("--pid " + pid + ": no such process");
        }
        try {
            for (final String line : Files.readAllLines(maps)) {
                // Programs that only look on have it mapped too, but cannot write.
                if (line.contains(" rw-s ") && line.endsWith("/" + BrokerMark.FILE)) {
                    return in(Path.of(line.substring(line.indexOf('/'))).getParent());
                }
            }
        } catch (final IOException refused) {
            throw new IllegalStateException(
                    "--pid " + pid + ": its memory map cannot be read: be its user, or root", refused);
        }
        throw new IllegalStateException(
                "--pid " + pid + ": not a Millrace broker that is ready (it has no " + BrokerMark.FILE + " mapped)");
    }

    public long pid() {
        return pid;
    }

    Path dataDirectory() {
        return dataDirectory;
    }

    /** The counters just after the broker has published them, so that what is read next is of the same moment. */
    Snapshot freshSnapshot() {
        final long publishedNs = mark.snapshotNs();
        final long deadlineNs = System.nanoTime() + NO_NEWS_NS;
        while (mark.snapshotNs() == publishedNs) {
            if (!mark.isAlive() || mark.isReplaced()) {
                throw new IllegalStateException(mark.epitaph());
            }
            if (System.nanoTime() > deadlineNs) {
                throw new IllegalStateException("the broker lives, but has published nothing for 30 s");
            }
            LockSupport.parkNanos(LOOK_EVERY_NS);
        }
        return mark.snapshot();
    }
}
