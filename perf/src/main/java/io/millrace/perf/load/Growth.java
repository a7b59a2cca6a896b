package io.millrace.perf.load;

import io.millrace.perf.server.ProcessUsage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a broker's process holds, read again and again: resident memory, descriptors and threads as the kernel counts
 * them, direct memory as the JVM does (native memory tracking, by jcmd).
 */
final class Growth {
    /** What must not grow, and by how much it may in an hour. */
    enum Held {
        RESIDENT("resident MB", 16),
        DIRECT("direct MB", 8),
        DESCRIPTORS("descriptors", 8),
        THREADS("threads", 2);

        final String label;
        final double allowedPerHour;

        Held(final String label, final double allowedPerHour) {
            this.label = label;
            this.allowedPerHour = allowedPerHour;
        }
    }

    private static final double BYTES_PER_MEGABYTE = 1e6;
    private static final double NS_PER_HOUR = 3.6e12;
    private static final double BYTES_PER_KILOBYTE = 1024;

    /** "Other" is what was asked for through Unsafe: direct buffers and arenas. */
    private static final Pattern OTHER = Pattern.compile("Other \\(reserved=\\d+KB, committed=(\\d+)KB\\)");

    private final long pid;
    private final long startNs = System.nanoTime();
    private final Map<Held, List<Slope.Sample>> samples = new EnumMap<>(Held.class);
    private final Map<Held, Double> latest = new EnumMap<>(Held.class);

    Growth(final long pid) {
        this.pid = pid;
        for (final Held held : Held.values()) {
            samples.put(held, new ArrayList<>());
        }
    }

    /** Reads all; what is read before the broker has settled is shown and not kept. */
    void sample(final boolean settled) {
        final ProcessUsage usage = ProcessUsage.of(pid);
        take(Held.RESIDENT, usage.residentBytes() / BYTES_PER_MEGABYTE, settled);
        take(Held.DESCRIPTORS, usage.descriptors(), settled);
        take(Held.THREADS, usage.threads(), settled);
        final double directMb = directMb();
        if (!Double.isNaN(directMb)) {
            take(Held.DIRECT, directMb, settled);
        }
    }

    private void take(final Held held, final double value, final boolean settled) {
        latest.put(held, value);
        if (settled) {
            samples.get(held).add(new Slope.Sample((System.nanoTime() - startNs) / NS_PER_HOUR, value));
        }
    }

    /** Not a number where the JVM does not say. */
    private double directMb() {
        final Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        try {
            final Process process = new ProcessBuilder(
                            jcmd.toString(), Long.toString(pid), "VM.native_memory", "summary")
                    .redirectErrorStream(true)
                    .start();
            double found = Double.NaN;
            try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    final Matcher other = OTHER.matcher(line);
                    if (other.find()) {
                        found = Long.parseLong(other.group(1)) * BYTES_PER_KILOBYTE / BYTES_PER_MEGABYTE;
                    }
                }
            }
            return found;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last reading, or not a number. */
    double latest(final Held held) {
        return latest.getOrDefault(held, Double.NaN);
    }

    /** Null if there is too little to tell. */
    Slope slope(final Held held) {
        return Slope.of(samples.get(held));
    }
}
