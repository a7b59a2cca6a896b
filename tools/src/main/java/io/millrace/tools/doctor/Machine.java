package io.millrace.tools.doctor;

import io.millrace.engine.settings.AllowedProcessors;
import io.millrace.engine.settings.CoreList;
import io.millrace.net.broker.Processors;
import java.nio.file.Path;
import java.util.List;

/**
 * What is looked at: a machine, and how the broker would use it.
 *
 * @param online        all processors that run
 * @param allowed       those that a process started from here may use
 * @param cores         those that the broker would take, one for each core
 * @param dataDirectory absolute
 */
record Machine(
        SystemFiles files,
        List<Integer> online,
        List<Integer> allowed,
        List<Integer> cores,
        Path dataDirectory,
        int javaVersion) {
    private static final String ONLINE = "sys/devices/system/cpu/online";

    /**
     * @param cores as {@code ./run.sh start --cores} takes it
     * @param smt   whether all processors means the siblings of physical cores too
     * @throws IllegalArgumentException if this names processors that the machine does not have
     */
    static Machine of(
            final Path root, final String cores, final boolean smt, final Path dataDirectory, final int javaVersion) {
        final SystemFiles files = new SystemFiles(root);
        final AllowedProcessors allowed = Processors.allowed(root);
        final List<Integer> listed = CpuSets.parse(files.text(ONLINE));
        final List<Integer> online = listed.isEmpty() ? allowed.numbers() : listed;
        final List<Integer> chosen = choose(cores, smt, allowed, Processors.withSiblings(online, root));
        return new Machine(files, online, allowed.numbers(), chosen, dataDirectory, javaVersion);
    }

    /** The broker refuses processors that it may not use; a check says how to let it, where they exist. */
    private static List<Integer> choose(
            final String cores, final boolean smt, final AllowedProcessors allowed, final AllowedProcessors online) {
        try {
            return CoreList.choose(cores, allowed, smt).processors();
        } catch (final IllegalArgumentException refused) {
            try {
                return CoreList.choose(cores, online, smt).processors();
            } catch (final IllegalArgumentException absent) {
                refused.addSuppressed(absent);
                throw refused;
            }
        }
    }

    /** Processors of physical cores that the broker leaves to everything else. */
    List<Integer> rest() {
        final List<Integer> rest = CpuSets.without(online, cores);
        cores.forEach(core -> rest.removeAll(siblings(core)));
        return rest;
    }

    /** All threads of a processor's physical core, it too; empty if the system does not tell. */
    List<Integer> siblings(final int processor) {
        return CpuSets.parse(files.text("sys/devices/system/cpu/cpu" + processor + "/topology/thread_siblings_list"));
    }

    String coresText() {
        return CpuSets.show(cores);
    }

    /** The value of a parameter on the kernel's command line; empty if it is not there. */
    String bootParameter(final String name) {
        String value = "";
        for (final String word : files.text("proc/cmdline").split("\\s+")) {
            if (word.startsWith(name + "=")) {
                value = word.substring(name.length() + 1);
            }
        }
        return value;
    }

    /** The rest of the first line of a file that begins so, stripped; empty if none does. */
    String line(final String path, final String prefix) {
        return files.text(path)
                .lines()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(prefix.length()).strip())
                .findFirst()
                .orElse("");
    }

    /** Bytes of memory, 0 if unknown. */
    long memoryBytes() {
        final String[] words = line("proc/meminfo", "MemTotal:").split("\\s+");
        return Math.max(0, SystemFiles.parse(words[0])) << 10;
    }
}
