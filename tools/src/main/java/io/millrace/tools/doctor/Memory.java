package io.millrace.tools.doctor;

/** What the kernel does to pages behind a core's back. */
final class Memory {
    private static final String HUGE = "sys/kernel/mm/transparent_hugepage/enabled";
    private static final int SWAPPINESS_MAX = 10;

    private Memory() {}

    static Finding hugePages(final Machine machine) {
        final String enabled = machine.files().text(HUGE);
        if (enabled.isEmpty()) {
            return Finding.skipped("thp", "the kernel has no transparent huge pages");
        }
        return enabled.contains("[always]")
                ? Finding.advice(
                        "thp",
                        "always: a core may stand still while pages are made huge, and idle buffers take more",
                        "echo madvise | sudo tee /" + HUGE)
                : Finding.ok("thp", enabled.contains("[never]") ? "never" : "madvise");
    }

    static Finding swap(final Machine machine) {
        final long swappiness = machine.files().number("proc/sys/vm/swappiness");
        if (swappiness < 0) {
            return Finding.skipped("swap", "no /proc/sys/vm/swappiness to read it from");
        }
        final boolean isOn = machine.files().text("proc/swaps").lines().count() > 1;
        if (!isOn || swappiness <= SWAPPINESS_MAX) {
            return Finding.ok("swap", isOn ? "on, swappiness " + swappiness : "off");
        }
        return Finding.advice(
                "swap",
                "on, swappiness " + swappiness + ": memory of idle cores goes out for the page cache's sake",
                "sudo sysctl -w vm.swappiness=1");
    }

    static Finding balancing(final Machine machine) {
        final long on = machine.files().number("proc/sys/kernel/numa_balancing");
        if (on < 0 || Numa.nodes(machine).size() < 2) {
            return Finding.skipped("numa-balancing", "one node, or the kernel does not balance");
        }
        return on == 0
                ? Finding.ok("numa-balancing", "off")
                : Finding.advice(
                        "numa-balancing",
                        "on: it unmaps pages to see who uses them; cores are pinned and their memory is near already",
                        "sudo sysctl -w kernel.numa_balancing=0");
    }
}
