package io.millrace.tools.doctor;

import io.millrace.engine.settings.BrokerSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** How bytes reach the cores. */
final class Network {
    private static final String CLASS = "sys/class/net/";

    private Network() {}

    /** Those with a device behind them that are up. */
    static List<String> interfaces(final Machine machine) {
        return machine.files().names(CLASS).stream()
                .filter(name -> machine.files().exists(CLASS + name + "/device"))
                .filter(name ->
                        !machine.files().text(CLASS + name + "/operstate").equals("down"))
                .toList();
    }

    static Path device(final Machine machine, final String name) {
        return machine.files().real(CLASS + name + "/device");
    }

    static Finding interrupts(final Machine machine) {
        final List<String> seen = new ArrayList<>();
        Finding advice = null;
        for (final String name : interfaces(machine)) {
            final List<String> queues = queues(machine, name);
            if (!queues.isEmpty()) {
                final List<Integer> targets = targets(machine, queues);
                seen.add(name + ": " + queues.size() + " to processors " + CpuSets.show(targets));
                if (advice == null && !isSteered(machine, queues.size(), targets)) {
                    advice = steer(machine, seen.getLast(), queues);
                }
            }
        }
        if (seen.isEmpty()) {
            return Finding.skipped("irqs", "no network interface tells its interrupts");
        }
        return advice != null ? advice : Finding.ok("irqs", String.join("; ", seen));
    }

    /** Interrupts of its queues; one that tells of a changed configuration does not count. */
    private static List<String> queues(final Machine machine, final String name) {
        final Path device = device(machine, name);
        final Path interrupts = device == null ? null : SystemFiles.nearest(device, "msi_irqs");
        return interrupts == null
                ? List.of()
                : SystemFiles.names(interrupts).stream()
                        .filter(irq -> machine.files().exists("proc/irq/" + irq))
                        .filter(irq -> machine.files().names("proc/irq/" + irq).stream()
                                .noneMatch(action -> action.endsWith("-config")))
                        .toList();
    }

    private static List<Integer> targets(final Machine machine, final List<String> queues) {
        final Set<Integer> targets = new TreeSet<>();
        for (final String irq : queues) {
            final String effective = machine.files().text("proc/irq/" + irq + "/effective_affinity_list");
            final String wanted = machine.files().text("proc/irq/" + irq + "/smp_affinity_list");
            targets.addAll(CpuSets.parse(effective.isEmpty() ? wanted : effective));
        }
        return List.copyOf(targets);
    }

    /** Good are interrupts that no core sees, and interrupts of which each core has its own. */
    private static boolean isSteered(final Machine machine, final int queues, final List<Integer> targets) {
        final boolean hitsNone = CpuSets.without(targets, machine.cores()).size() == targets.size();
        final boolean hitsAll = targets.containsAll(machine.cores());
        if (machine.rest().isEmpty()) {
            return hitsAll || queues == 1 || targets.size() > 1;
        }
        return hitsNone || hitsAll;
    }

    private static Finding steer(final Machine machine, final String seen, final List<String> queues) {
        final List<Integer> wanted = machine.rest().isEmpty() ? machine.cores() : machine.rest();
        return Finding.advice(
                "irqs",
                seen + (machine.rest().isEmpty() ? "" : ", some of which are cores' and some not"),
                "for i in " + String.join(" ", queues) + "; do echo " + CpuSets.show(wanted)
                        + " | sudo tee /proc/irq/$i/smp_affinity_list; done   # core mode: one queue a core, by port,"
                        + " docs/tuning.md");
    }

    static Finding balancer(final Machine machine) {
        if (!machine.files().exists("proc")) {
            return Finding.skipped("irqbalance", "no /proc to look at");
        }
        final boolean runs = machine.files().names("proc").stream()
                .filter(name -> Character.isDigit(name.charAt(0)))
                .anyMatch(name -> machine.files().text("proc/" + name + "/comm").equals("irqbalance"));
        if (!runs) {
            return Finding.ok("irqbalance", "does not run: interrupts stay where they are put");
        }
        return machine.rest().isEmpty()
                ? Finding.ok("irqbalance", "runs, and spreads interrupts over all processors")
                : Finding.advice(
                        "irqbalance",
                        "runs: it moves interrupts to cores again",
                        "sudo systemctl disable --now irqbalance   # or keep it off: IRQBALANCE_BANNED_CPULIST="
                                + machine.coresText());
    }

    static Finding congestion(final Machine machine) {
        final String control = machine.files().text("proc/sys/net/ipv4/tcp_congestion_control");
        if (control.isEmpty()) {
            return Finding.skipped("congestion", "the system does not tell its congestion control");
        }
        return control.startsWith("bbr")
                ? Finding.advice(
                        "congestion",
                        control + ": it paces what it sends, on loopback and in a rack too",
                        "sudo sysctl -w net.ipv4.tcp_congestion_control=cubic")
                : Finding.ok("congestion", control);
    }

    static Finding backlog(final Machine machine) {
        final long most = machine.files().number("proc/sys/net/core/somaxconn");
        final long wanted = Long.parseLong(BrokerSettings.SOCKET_LISTEN_BACKLOG_SIZE.defaultText());
        if (most < 0) {
            return Finding.skipped("backlog", "the system does not tell net.core.somaxconn");
        }
        return most >= wanted
                ? Finding.ok("backlog", "up to " + most)
                : Finding.advice(
                        "backlog",
                        "up to " + most + ", the broker asks for " + wanted,
                        "sudo sysctl -w net.core.somaxconn=4096");
    }
}
