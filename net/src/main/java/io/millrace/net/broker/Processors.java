package io.millrace.net.broker;

import io.millrace.engine.settings.AllowedProcessors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.openhft.affinity.Affinity;

/** The processors that this process may use, and pinning a thread to one of them. */
public final class Processors {
    private static final String ALLOWED = "Cpus_allowed_list:";

    private Processors() {}

    /** As many as the JVM sees if the system does not tell which. */
    public static AllowedProcessors allowed() {
        return allowed(Path.of("/"));
    }

    /** As the system says whose files lie below this folder. */
    public static AllowedProcessors allowed(final Path root) {
        return withSiblings(numbers(root), root);
    }

    /** Tells these processors apart by the physical cores that the system below this folder says they belong to. */
    public static AllowedProcessors withSiblings(final List<Integer> numbers, final Path root) {
        final List<Integer> first = new ArrayList<>();
        final Set<Integer> taken = new HashSet<>();
        for (final int processor : numbers) {
            if (taken.add(processor)) {
                first.add(processor);
                taken.addAll(siblings(root, processor));
            }
        }
        return new AllowedProcessors(List.copyOf(numbers), List.copyOf(first));
    }

    /** All threads of a processor's physical core; empty if the system does not tell. */
    private static List<Integer> siblings(final Path root, final int processor) {
        final Path list = root.resolve("sys/devices/system/cpu/cpu" + processor + "/topology/thread_siblings_list");
        try {
            return Files.exists(list) ? parse(Files.readString(list).strip()) : List.of();
        } catch (final IOException | NumberFormatException unknown) {
            return List.of();
        }
    }

    private static List<Integer> numbers(final Path root) {
        final List<Integer> allowed = maskOf(root.resolve("proc/self/status"));
        if (!allowed.isEmpty()) {
            return allowed;
        }
        final List<Integer> counted = new ArrayList<>();
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            counted.add(i);
        }
        return counted;
    }

    /** Pins the calling thread, and looks whether it really is; threads that it starts later inherit its processor. */
    static boolean pin(final int processor) {
        try {
            Affinity.setAffinity(processor);
        } catch (final RuntimeException | LinkageError refused) {
            return false;
        }
        return maskOf(Path.of("/proc/thread-self/status")).equals(List.of(processor));
    }

    private static List<Integer> maskOf(final Path status) {
        final List<Integer> processors = new ArrayList<>();
        try {
            for (final String line : Files.readAllLines(status)) {
                if (line.startsWith(ALLOWED)) {
                    processors.addAll(parse(line.substring(ALLOWED.length()).trim()));
                }
            }
        } catch (final IOException unknown) {
            // Not Linux: nobody can tell.
            processors.clear();
        }
        return processors;
    }

    /**
     * Of a list as the kernel writes it, such as {@code 0-3,8}.
     *
     * @throws NumberFormatException if it is none
     */
    public static List<Integer> parse(final String list) {
        final List<Integer> processors = new ArrayList<>();
        for (final String range : list.split(",")) {
            final int dash = range.indexOf('-');
            final int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
            final int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
            for (int processor = first; processor <= last; processor++) {
                processors.add(processor);
            }
        }
        return processors;
    }
}
