package io.millrace.perf.stat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the kernel accounts to one thread, or to several in sum, since their start or between two moments.
 *
 * @param cpuNs       on a processor
 * @param waitNs      ready to run, and another one ran; -1 if the kernel does not tell
 * @param userTicks   of the processor time in user mode, in clock ticks: coarse, for a share only
 * @param kernelTicks the same in the kernel
 * @param voluntary   times it went to sleep
 * @param forced      times it was taken off its processor
 * @param migrations  times it moved to another processor; -1 if the kernel does not tell
 * @param minorFaults pages that came without the disk
 * @param majorFaults pages that were read from the disk
 */
record ThreadUsage(
        long cpuNs,
        long waitNs,
        long userTicks,
        long kernelTicks,
        long voluntary,
        long forced,
        long migrations,
        long minorFaults,
        long majorFaults) {
    static final ThreadUsage NONE = new ThreadUsage(0, 0, 0, 0, 0, 0, 0, 0, 0);

    private static final long TICK_NS = 10_000_000;
    private static final String VOLUNTARY = "voluntary_ctxt_switches:";
    private static final String FORCED = "nonvoluntary_ctxt_switches:";
    private static final String MIGRATIONS = "se.nr_migrations";

    /**
     * Reads one folder below {@code /proc/<pid>/task}.
     *
     * @throws IOException if the thread has ended
     */
    static ThreadUsage read(final Path task) throws IOException {
        final String stat = Files.readString(task.resolve("stat"));
        // The name stands in brackets and may hold anything; the fields count from behind it.
        final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        final long user = Long.parseLong(fields[11]);
        final long kernel = Long.parseLong(fields[12]);
        final Path schedstat = task.resolve("schedstat");
        long cpuNs = (user + kernel) * TICK_NS;
        long waitNs = -1;
        if (Files.isReadable(schedstat)) {
            final String[] times = Files.readString(schedstat).trim().split(" ");
            cpuNs = Long.parseLong(times[0]);
            waitNs = Long.parseLong(times[1]);
        }
        final Path sched = task.resolve("sched");
        return new ThreadUsage(
                cpuNs,
                waitNs,
                user,
                kernel,
                figure(task.resolve("status"), VOLUNTARY),
                figure(task.resolve("status"), FORCED),
                Files.isReadable(sched) ? figure(sched, MIGRATIONS) : -1,
                Long.parseLong(fields[7]),
                Long.parseLong(fields[9]));
    }

    /** The number behind a name at the begin of a line, with or without a colon; -1 if there is none. */
    private static long figure(final Path file, final String name) throws IOException {
        for (final String line : Files.readAllLines(file)) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.substring(name.length()).replaceAll("[^0-9]", ""));
            }
        }
        return -1;
    }

    ThreadUsage since(final ThreadUsage before) {
        return new ThreadUsage(
                cpuNs - before.cpuNs,
                waitNs < 0 ? -1 : waitNs - before.waitNs,
                userTicks - before.userTicks,
                kernelTicks - before.kernelTicks,
                voluntary - before.voluntary,
                forced - before.forced,
                migrations < 0 ? -1 : migrations - before.migrations,
                minorFaults - before.minorFaults,
                majorFaults - before.majorFaults);
    }

    ThreadUsage plus(final ThreadUsage other) {
        return new ThreadUsage(
                cpuNs + other.cpuNs,
                waitNs < 0 || other.waitNs < 0 ? -1 : waitNs + other.waitNs,
                userTicks + other.userTicks,
                kernelTicks + other.kernelTicks,
                voluntary + other.voluntary,
                forced + other.forced,
                migrations < 0 || other.migrations < 0 ? -1 : migrations + other.migrations,
                minorFaults + other.minorFaults,
                majorFaults + other.majorFaults);
    }
}
