package io.millrace.tools.doctor;

import java.util.List;
import java.util.Set;

/** What the data directory lies on. */
final class Storage {
    private static final String NO_DISK = "no disk that the system tells of lies below the data directory";
    private static final Set<String> GOOD = Set.of("ext4", "xfs");
    private static final Set<String> REMOTE = Set.of("nfs", "nfs4", "cifs", "smb3", "ceph", "9p", "virtiofs");
    private static final Set<String> COPYING = Set.of("btrfs", "zfs", "bcachefs");
    private static final Set<String> VOLATILE = Set.of("tmpfs", "ramfs");
    private static final int READ_AHEAD_KB_MIN = 64;
    private static final int READ_AHEAD_KB_MAX = 1024;

    private Storage() {}

    static Finding fileSystem(final Machine machine) {
        final Mount mount = Mount.of(machine, machine.dataDirectory());
        if (mount == null) {
            return Finding.skipped("filesystem", "no /proc/self/mountinfo to read it from");
        }
        final String type = mount.type();
        final String seen = type + " on " + mount.point();
        final String other = "./run.sh start --data-dir <a folder on xfs or ext4>";
        if (mount.options().contains("nobarrier") || mount.options().contains("barrier=0")) {
            return Finding.advice(
                    "filesystem",
                    seen + " without barriers: a power loss may take what was acknowledged",
                    "sudo mount -o remount,barrier " + mount.point() + "   # and in /etc/fstab");
        }
        if (mount.options().contains("strictatime")) {
            return Finding.advice(
                    "filesystem",
                    seen + " writes the time of each read",
                    "sudo mount -o remount,noatime " + mount.point() + "   # and in /etc/fstab");
        }
        if (GOOD.contains(type)) {
            return Finding.ok("filesystem", seen);
        }
        return Finding.advice("filesystem", seen + why(type), other);
    }

    private static String why(final String type) {
        if (REMOTE.contains(type) || type.startsWith("fuse")) {
            return ": each sync goes over a network, or through another process";
        }
        if (COPYING.contains(type)) {
            return ": it copies on each write, and syncs cost several times as much";
        }
        if (VOLATILE.contains(type)) {
            return ": nothing here outlives a power loss, whatever an ack promises";
        }
        return type.equals("overlay")
                ? ": a container's own layer, gone with it"
                : ": neither xfs nor ext4, not measured";
    }

    static Finding readAhead(final Machine machine) {
        final BlockDevice disk = BlockDevice.of(machine);
        final long kilobytes = disk == null ? -1 : SystemFiles.parse(disk.queue("read_ahead_kb"));
        if (kilobytes < 0) {
            return Finding.skipped("read-ahead", NO_DISK);
        }
        final String seen = kilobytes + " KB on " + disk.name();
        if (kilobytes >= READ_AHEAD_KB_MIN && kilobytes <= READ_AHEAD_KB_MAX) {
            return Finding.ok("read-ahead", seen);
        }
        return Finding.advice(
                "read-ahead",
                seen
                        + (kilobytes > READ_AHEAD_KB_MAX
                                ? ": a cold read of a page brings in much that nobody wants"
                                : ": cold reads come in small pieces"),
                "echo 256 | sudo tee /sys/block/" + disk.name() + "/queue/read_ahead_kb");
    }

    static Finding scheduler(final Machine machine) {
        final BlockDevice mapped = BlockDevice.of(machine);
        if (mapped == null) {
            return Finding.skipped("io-scheduler", NO_DISK);
        }
        final BlockDevice disk = mapped.lowest();
        final String all = disk.queue("scheduler");
        final int open = all.indexOf('[');
        final String chosen = open < 0 ? all : all.substring(open + 1, all.indexOf(']', open));
        if (chosen.isEmpty()) {
            return Finding.skipped("io-scheduler", disk.name() + " does not tell");
        }
        final String seen = chosen + " on " + disk.name() + ", cache " + disk.queue("write_cache");
        return List.of("bfq", "cfq").contains(chosen)
                ? Finding.advice(
                        "io-scheduler",
                        seen + ": it makes syncs wait for fairness",
                        "echo none | sudo tee /sys/block/" + disk.name() + "/queue/scheduler")
                : Finding.ok("io-scheduler", seen);
    }
}
