package io.millrace.tools.doctor;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** A folder with the {@code proc} and {@code sys} of a machine that was made up, in the form the kernel gives them. */
final class MachineTree {
    private static final String CPU = "sys/devices/system/cpu/";

    private final Path root;

    private MachineTree(final Path root) {
        this.root = root;
    }

    static MachineTree empty(final Path root) {
        return new MachineTree(root);
    }

    /** Eight processors on two nodes; 2 and 3 of node 0 and nothing else for two cores, the network and the disk there. */
    static MachineTree wellSetUp(final Path root) {
        final MachineTree tree = new MachineTree(root)
                .file("proc/cmdline", "quiet isolcpus=managed_irq,domain,2-3 nohz_full=2-3 rcu_nocbs=2-3 preempt=full")
                .file("proc/self/status", "Name:\tjava\nCapEff:\t0000000000800000\nCpus_allowed_list:\t0-7\n")
                .file("proc/self/cgroup", "0::/system.slice/millrace.service\n")
                .file("sys/fs/cgroup/system.slice/millrace.service/cpu.max", "max 100000")
                .file("sys/fs/cgroup/system.slice/millrace.service/memory.max", "max")
                .limits("1048576", "0")
                .file("proc/meminfo", "MemTotal:       65536000 kB\nMemFree:        100 kB\n")
                .mount("254:1", "/", "rw,noatime", "xfs", "/dev/nvme0n1p1", "rw")
                .mount("0:23", "/dev/shm", "rw", "tmpfs", "tmpfs", "rw,size=262144k")
                .kernel("#1 SMP PREEMPT_DYNAMIC", "CONFIG_PREEMPT_VOLUNTARY=y\nCONFIG_HZ=250\n")
                .sysctls("cubic", "4096", "0", "1", "0")
                .file("proc/swaps", "Filename Type Size Used Priority\n/dev/dm-1 partition 1 0 -2\n")
                .file(CPU + "online", "0-7")
                .file(CPU + "isolated", "2-3")
                .file(CPU + "nohz_full", "2-3")
                .clock("tsc")
                .file("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never")
                .file("sys/devices/system/node/node0/cpulist", "0-3")
                .file("sys/devices/system/node/node1/cpulist", "4-7")
                .network("eth0", "0", "0-1", 40, 41)
                .disk("nvme0n1", "254:1", "0", "256", "[none] mq-deadline bfq");
        for (int processor = 0; processor < 8; processor++) {
            tree.processor(processor, String.valueOf(processor), "performance", 2);
        }
        return tree;
    }

    /** Two physical cores of two threads each, neighbours by number, as a desktop's distribution sets it up. */
    static MachineTree laptop(final Path root) {
        final MachineTree tree = new MachineTree(root)
                .file("proc/cmdline", "BOOT_IMAGE=/vmlinuz quiet splash")
                .file("proc/self/status", "Name:\tjava\nCapEff:\t0000000000000000\nCpus_allowed_list:\t0-3\n")
                .file("proc/self/cgroup", "0::/user.slice\n")
                .limits("524288", "0")
                .file("proc/meminfo", "MemTotal:       16000000 kB\n")
                .mount("0:30", "/", "rw,relatime", "btrfs", "/dev/nvme0n1p3", "rw,ssd")
                .mount("0:23", "/dev/shm", "rw", "tmpfs", "tmpfs", "rw")
                .kernel("#1 SMP PREEMPT_DYNAMIC Debian", "CONFIG_PREEMPT_VOLUNTARY=y\nCONFIG_HZ=250\n")
                .sysctls("bbr", "4096", "1", "60", "1")
                .file("proc/swaps", "Filename Type Size Used Priority\n/dev/zram0 partition 1 0 100\n")
                .file("proc/812/comm", "irqbalance")
                .file(CPU + "online", "0-3")
                .file(CPU + "isolated", "")
                .file(CPU + "nohz_full", "(null)")
                .clock("hpet")
                .file("sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never")
                .file("sys/devices/system/node/node0/cpulist", "0-3")
                .network("wlp1s0", "-1", "2", 120, 121)
                .disk("nvme0n1", "259:3", "-1", "4096", "none [bfq]")
                .link("sys/class/block/nvme0n1p3", "../../devices/pci0000:00/nvme/nvme0/nvme0n1/nvme0n1p1");
        for (int processor = 0; processor < 4; processor++) {
            tree.processor(processor, processor < 2 ? "0-1" : "2-3", "powersave", 200);
        }
        return tree;
    }

    Path root() {
        return root;
    }

    /** Says something else than what was said before. */
    MachineTree file(final String path, final String text) {
        return bytes(path, text.getBytes(StandardCharsets.UTF_8));
    }

    MachineTree remove(final String path) {
        try {
            Files.delete(root.resolve(path));
            return this;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    MachineTree limits(final String files, final String nice) {
        return file("proc/self/limits", """
                Limit                     Soft Limit           Hard Limit           Units
                Max open files            %s                   %s                   files
                Max nice priority         %s                    %s
                """.formatted(files, files, nice, nice));
    }

    MachineTree mount(
            final String device,
            final String point,
            final String options,
            final String type,
            final String source,
            final String superOptions) {
        final Path mounts = root.resolve("proc/self/mountinfo");
        final String before = Files.exists(mounts) ? SystemFiles.text(mounts) + "\n" : "";
        return file(
                "proc/self/mountinfo",
                before + "30 1 " + device + " / " + point + " " + options + " shared:1 - " + type + " " + source + " "
                        + superOptions + "\n");
    }

    MachineTree processor(final int processor, final String threads, final String governor, final int sleepUs) {
        final String at = CPU + "cpu" + processor;
        return file(at + "/topology/thread_siblings_list", threads)
                .file(at + "/cpufreq/scaling_governor", governor)
                .file(at + "/cpuidle/state0/name", "POLL")
                .file(at + "/cpuidle/state0/latency", "0")
                .file(at + "/cpuidle/state0/disable", "0")
                .file(at + "/cpuidle/state1/name", "C6")
                .file(at + "/cpuidle/state1/latency", String.valueOf(sleepUs))
                .file(at + "/cpuidle/state1/disable", "0");
    }

    MachineTree link(final String path, final String target) {
        try {
            Files.createDirectories(root.resolve(path).getParent());
            Files.createSymbolicLink(root.resolve(path), Path.of(target));
            return this;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private MachineTree kernel(final String version, final String config) {
        file("proc/sys/kernel/version", version);
        final Path file = root.resolve("proc/config.gz");
        try (OutputStream zipped = new GZIPOutputStream(Files.newOutputStream(file))) {
            zipped.write(config.getBytes(StandardCharsets.UTF_8));
            return this;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private MachineTree sysctls(
            final String congestion,
            final String backlog,
            final String autogroup,
            final String swappiness,
            final String balancing) {
        return file("proc/sys/net/ipv4/tcp_congestion_control", congestion)
                .file("proc/sys/net/core/somaxconn", backlog)
                .file("proc/sys/kernel/sched_autogroup_enabled", autogroup)
                .file("proc/sys/vm/swappiness", swappiness)
                .file("proc/sys/kernel/numa_balancing", balancing);
    }

    private MachineTree clock(final String current) {
        final String at = "sys/devices/system/clocksource/clocksource0/";
        return file(at + "current_clocksource", current).file(at + "available_clocksource", "tsc hpet acpi_pm");
    }

    /** A device on the bus with two queues, behind the name that the network knows it by. */
    private MachineTree network(
            final String name, final String node, final String processors, final int first, final int second) {
        final String device = "sys/devices/pci0000:00/network";
        return file(device + "/numa_node", node)
                .file(device + "/msi_irqs/" + first, "msix")
                .file(device + "/msi_irqs/" + second, "msix")
                .file("proc/irq/" + first + "/effective_affinity_list", processors)
                .file("proc/irq/" + second + "/effective_affinity_list", processors)
                .file(device + "/net/" + name + "/operstate", "up")
                .link(device + "/net/" + name + "/device", "../..")
                .link("sys/class/net/" + name, "../../devices/pci0000:00/network/net/" + name)
                .file("sys/devices/virtual/net/lo/operstate", "unknown")
                .link("sys/class/net/lo", "../../devices/virtual/net/lo");
    }

    /** A disk with one partition, which is known by its number. */
    private MachineTree disk(
            final String name, final String number, final String node, final String readAhead, final String scheduler) {
        final String disk = "sys/devices/pci0000:00/nvme/nvme0/" + name;
        return file("sys/devices/pci0000:00/nvme/numa_node", node)
                .file(disk + "/queue/read_ahead_kb", readAhead)
                .file(disk + "/queue/scheduler", scheduler)
                .file(disk + "/queue/write_cache", "write back")
                .file(disk + "/" + name + "p1/partition", "1")
                .link("sys/dev/block/" + number, "../../devices/pci0000:00/nvme/nvme0/" + name + "/" + name + "p1");
    }

    private MachineTree bytes(final String path, final byte[] content) {
        try {
            Files.createDirectories(root.resolve(path).getParent());
            Files.write(root.resolve(path), content);
            return this;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
