package io.millrace.tools.doctor;

import io.millrace.engine.settings.BrokerSettings;
import java.nio.file.Files;
import java.nio.file.Path;

/** What really fails if there is too little of it. */
final class Limits {
    private static final int JAVA_WANTED = 25;
    private static final long FILES_MIN = 4_096;
    private static final long FILES_ENOUGH = 100_000;
    /** A follower's lanes take about 20 MB. */
    private static final long SHARED_MEMORY_MIN = 24L << 20;
    /** The heap's limit, code, threads and the collector, rounded up. */
    private static final long JVM_BYTES = 512L << 20;

    private Limits() {}

    static Finding jdk(final Machine machine) {
        final String seen = "JDK " + machine.javaVersion();
        if (machine.javaVersion() < JAVA_WANTED) {
            return Finding.bad("jdk", seen, "install a JDK " + JAVA_WANTED + ", export JAVA_HOME=<where it is>");
        }
        return machine.javaVersion() == JAVA_WANTED
                ? Finding.ok("jdk", seen)
                : Finding.advice(
                        "jdk",
                        seen + ", tested on " + JAVA_WANTED,
                        "install a JDK " + JAVA_WANTED + ", export JAVA_HOME=<where it is>");
    }

    /** The JVM has raised the soft limit to the hard one before this is read, and a broker's does so too. */
    static Finding files(final Machine machine) {
        final String[] limits =
                machine.line("proc/self/limits", "Max open files").split("\\s+");
        final long limit = SystemFiles.parse(limits[0]);
        if (limits[0].equals("unlimited")) {
            return Finding.ok("files", "no limit");
        }
        if (limit < 0) {
            return Finding.skipped("files", "no /proc/self/limits to read it from");
        }
        final String seen = "at most " + limit + " open; each connection and each segment takes one";
        final String change = "echo '* - nofile 1048576' | sudo tee /etc/security/limits.d/millrace.conf"
                + "   # and log in again; in a systemd unit LimitNOFILE=1048576";
        if (limit < FILES_MIN) {
            return Finding.bad("files", seen, change);
        }
        return limit < FILES_ENOUGH ? Finding.advice("files", seen, change) : Finding.ok("files", seen);
    }

    static Finding sharedMemory(final Machine machine) {
        final Mount mount = Mount.at(machine, "/dev/shm");
        if (mount == null) {
            return Finding.skipped("shm", "no file system of its own on /dev/shm; the temporary folder serves instead");
        }
        final long size = mount.tmpfsBytes(machine.memoryBytes());
        if (size < 0) {
            return Finding.skipped("shm", "its size is not told (" + mount.type() + ")");
        }
        final String seen = "/dev/shm has " + bytes(size);
        return size < SHARED_MEMORY_MIN
                ? Finding.bad(
                        "shm",
                        seen + ": too little for ./run.sh follow",
                        "sudo mount -o remount,size=256m /dev/shm   # docker run --shm-size=256m")
                : Finding.ok("shm", seen);
    }

    static Finding dataDirectory(final Machine machine) {
        final Path wanted = machine.dataDirectory();
        Path existing = wanted;
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        final boolean isThere = existing.equals(wanted);
        if (!Files.isDirectory(existing) || !Files.isWritable(existing)) {
            final String why = Files.isDirectory(existing) ? " cannot be written" : " is no directory";
            return Finding.bad(
                    "data", existing + why, "sudo install -d -o \"$USER\" " + wanted + "   # or another --data-dir");
        }
        return Finding.ok("data", wanted + (isThere ? " can be written" : " can be made"));
    }

    static Finding memory(final Machine machine) {
        final long total = Math.min(machine.memoryBytes(), new Cgroup(machine).memoryBytesMax());
        if (total == 0) {
            return Finding.skipped("memory", "no /proc/meminfo to read it from");
        }
        final long perCore = Long.parseLong(BrokerSettings.CORE_MEMORY_BYTES.defaultText());
        final int cores = machine.cores().size();
        final long wanted = perCore * cores + JVM_BYTES;
        final String seen = cores + " × " + bytes(perCore) + " for cores, and the JVM: up to " + bytes(wanted) + " of "
                + bytes(total);
        final String change = "start with --set " + BrokerSettings.CORE_MEMORY_BYTES.name() + "="
                + Math.max(1 << 20, (total / 2 - JVM_BYTES) / cores >> 20 << 20) + "   # or with fewer cores";
        if (wanted > total) {
            return Finding.bad("memory", seen, change);
        }
        return wanted > total / 2
                ? Finding.advice("memory", seen + "; the rest is the page cache, which serves consumers", change)
                : Finding.ok("memory", seen);
    }

    static String bytes(final long bytes) {
        if (bytes >= 10L << 30) {
            return (bytes >> 30) + " GB";
        }
        return bytes >= 1L << 20 ? (bytes >> 20) + " MB" : (bytes >> 10) + " KB";
    }
}
