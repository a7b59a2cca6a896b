package io.millrace.perf.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the kernel accounts to one process, of all its threads, those that ended too.
 *
 * @param cpuUs user and system time since its start, in µs, at the resolution of the kernel's clock tick (10 ms)
 * @param residentBytes resident memory, mapped files included
 * @param anonymousBytes resident memory without files
 * @param threads threads alive
 * @param descriptors open file descriptors
 */
public record ProcessUsage(long cpuUs, long residentBytes, long anonymousBytes, int threads, int descriptors) {
    private static final long TICK_US = 10_000;

    /**
     * Reads /proc.
     *
     * @throws UncheckedIOException if there is no such process
     */
    public static ProcessUsage of(final long pid) {
        final Path proc = Path.of("/proc", Long.toString(pid));
        try {
            final String stat = Files.readString(proc.resolve("stat"));
            // The command's name stands in brackets and may hold anything; the fields count from behind it.
            final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            final long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
            long resident = 0;
            long anonymous = 0;
            for (final String line : Files.readAllLines(proc.resolve("status"))) {
                if (line.startsWith("VmRSS:")) {
                    resident = kilobytes(line);
                } else if (line.startsWith("RssAnon:")) {
                    anonymous = kilobytes(line);
                }
            }
            return new ProcessUsage(
                    ticks * TICK_US, resident, anonymous, Integer.parseInt(fields[17]), count(proc.resolve("fd")));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long kilobytes(final String line) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
    }

    private static int count(final Path folder) throws IOException {
        try (var entries = Files.list(folder)) {
            return (int) entries.count();
        }
    }
}
