package io.millrace.perf.stat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the processor counted for each thread, by {@code perf stat}; or why it did not. */
public final class HardwareCounters {
    /** How to get the program on the usual systems. */
    public static final String INSTALL = "apt install linux-perf (Debian), linux-tools-$(uname -r) (Ubuntu), "
            + "dnf install perf (Fedora, RHEL), apk add perf (Alpine)";

    private static final String NOT_THERE = "<not supported>";
    private static final int VALUE = 1;
    private static final int EVENT = 3;

    /** What is counted. The clock is there to relate the others to time. */
    public enum Event {
        TASK_CLOCK,
        INSTRUCTIONS,
        CYCLES,
        CACHE_MISSES,
        BRANCH_MISSES;

        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final Map<Integer, Map<Event, Double>> byThread;
    private final String remark;

    private HardwareCounters(final Map<Integer, Map<Event, Double>> byThread, final String remark) {
        this.byThread = byThread;
        this.remark = remark;
    }

    static HardwareCounters none(final String why) {
        return new HardwareCounters(Map.of(), why);
    }

    /** The tool at work on a process; empty where there is none. */
    static Optional<ChildRun.Running> start(final Optional<Path> perf, final long pid, final int seconds) {
        return perf.map(tool -> {
            final List<String> events = new ArrayList<>();
            for (final Event event : Event.values()) {
                events.add(event.label());
            }
            return ChildRun.start(List.of(
                    tool.toString(),
                    "stat",
                    "-x,",
                    "--per-thread",
                    "-e",
                    String.join(",", events),
                    "-p",
                    Long.toString(pid),
                    "--",
                    "sleep",
                    Integer.toString(seconds)));
        });
    }

    /** Reads lines such as {@code core-0-5229,1038.65,msec,task-clock,…}. */
    static HardwareCounters parse(final ChildRun run) {
        if (run.exitCode() != 0) {
            return none("perf stat failed: " + run.firstLine()
                    + " (kernel.perf_event_paranoid may be 2 at most for one's own processes, or be root)");
        }
        final Map<Integer, Map<Event, Double>> byThread = new TreeMap<>();
        final List<String> missing = new ArrayList<>();
        for (final String line : run.said().split("\n")) {
            // A thread's name may hold a comma; all else may not.
            final String[] cells = line.split(",");
            for (final Event event : Event.values()) {
                final int at = indexOf(cells, event);
                if (at >= EVENT) {
                    read(cells, at, event, byThread, missing);
                }
            }
        }
        if (byThread.values().stream().noneMatch(events -> events.containsKey(Event.INSTRUCTIONS))) {
            return none("this machine shows no hardware counters, as many virtual ones (" + String.join(", ", missing)
                    + "): what follows is the kernel's accounting of threads alone");
        }
        return new HardwareCounters(
                byThread, missing.isEmpty() ? "" : "not counted by this processor: " + String.join(", ", missing));
    }

    private static int indexOf(final String[] cells, final Event event) {
        for (int i = EVENT; i < cells.length; i++) {
            // With kernel.perf_event_paranoid=2 the name is followed by :u, for user mode alone.
            if (cells[i].equals(event.label()) || cells[i].startsWith(event.label() + ":")) {
                return i;
            }
        }
        return -1;
    }

    private static void read(
            final String[] cells,
            final int at,
            final Event event,
            final Map<Integer, Map<Event, Double>> byThread,
            final List<String> missing) {
        final String value = cells[at - EVENT + VALUE];
        final String thread = cells[at - EVENT];
        if (value.equals(NOT_THERE)) {
            if (!missing.contains(event.label())) {
                missing.add(event.label());
            }
            return;
        }
        try {
            final int id = Integer.parseInt(thread.substring(thread.lastIndexOf('-') + 1));
            byThread.computeIfAbsent(id, fresh -> new EnumMap<>(Event.class)).put(event, Double.parseDouble(value));
        } catch (final NumberFormatException notCounted) {
            // A thread that did not run has words where others have figures.
            assert value.startsWith("<") : value;
        }
    }

    boolean areThere() {
        return !byThread.isEmpty();
    }

    /** What is to be told about them; empty if all is there. */
    String remark() {
        return remark;
    }

    /** How many of these for each nanosecond that these threads ran; NaN if it was not counted. */
    double perCpuNs(final Event event, final Iterable<Integer> threads) {
        double events = 0;
        double clockMs = 0;
        boolean counted = false;
        for (final int thread : threads) {
            final Map<Event, Double> figures = byThread.getOrDefault(thread, Map.of());
            counted |= figures.containsKey(event);
            events += figures.getOrDefault(event, 0.0);
            clockMs += figures.getOrDefault(Event.TASK_CLOCK, 0.0);
        }
        return counted && clockMs > 0 ? events / (clockMs * 1e6) : Double.NaN;
    }
}
