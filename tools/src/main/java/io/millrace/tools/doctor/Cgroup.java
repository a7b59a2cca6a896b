package io.millrace.tools.doctor;

import java.util.ArrayList;
import java.util.List;

/** What the control group of this process, and those it is part of, allow; in the way of either version. */
final class Cgroup {
    private static final String MOUNT = "sys/fs/cgroup";

    private final SystemFiles files;

    Cgroup(final Machine machine) {
        files = machine.files();
    }

    /** The smallest limit of memory, or {@link Long#MAX_VALUE}. */
    long memoryBytesMax() {
        long smallest = Long.MAX_VALUE;
        final List<String> texts = values("memory.max", "memory", "memory.limit_in_bytes");
        for (final String text : texts) {
            final long limit = SystemFiles.parse(text);
            if (limit > 0) {
                smallest = Math.min(smallest, limit);
            }
        }
        return smallest;
    }

    /** How much processor time the group gets, as the kernel says; empty if as much as it likes. */
    String quota() {
        for (final String text : values("cpu.max", "cpu", "cpu.cfs_quota_us")) {
            if (!text.isEmpty() && !text.startsWith("max") && !text.startsWith("-1")) {
                return text;
            }
        }
        return "";
    }

    /** From the own group up; in a container the own path may be one that only the host sees. */
    private List<String> values(final String file, final String oldController, final String oldFile) {
        final List<String> values = new ArrayList<>();
        for (final String line : files.text("proc/self/cgroup").split("\n")) {
            final String[] parts = line.split(":", 3);
            if (parts.length == 3) {
                final boolean isUnified = parts[1].isEmpty();
                final boolean isOld = List.of(parts[1].split(",")).contains(oldController);
                if (isUnified || isOld) {
                    climb(MOUNT + (isUnified ? "" : "/" + parts[1]), parts[2], isUnified ? file : oldFile, values);
                }
            }
        }
        return values;
    }

    private void climb(final String mount, final String group, final String file, final List<String> values) {
        String at = group;
        while (true) {
            values.add(files.text(mount + at + "/" + file));
            final int slash = at.lastIndexOf('/');
            if (slash < 0) {
                return;
            }
            at = at.substring(0, slash);
        }
    }
}
