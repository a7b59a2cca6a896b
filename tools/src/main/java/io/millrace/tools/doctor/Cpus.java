package io.millrace.tools.doctor;

import java.util.ArrayList;
import java.util.List;

/** Which processors the cores get, and what else may run there. */
final class Cpus {
    private static final String CPU = "sys/devices/system/cpu/";
    /** On fewer, a processor left to the system is a large part of the machine. */
    private static final int LEAVE_SOME_MIN = 4;

    private Cpus() {}

    static Finding processors(final Machine machine) {
        final List<Integer> refused = CpuSets.without(machine.cores(), machine.allowed());
        final String seen = "a core on each of " + machine.coresText() + ", of " + CpuSets.show(machine.online());
        if (!refused.isEmpty()) {
            return Finding.bad(
                    "processors",
                    "a process started here may not run on " + CpuSets.show(refused) + " (isolated, or a cpuset)",
                    "taskset -c " + CpuSets.show(machine.online()) + " ./run.sh start --cores " + machine.coresText()
                            + "   # in a systemd unit CPUAffinity=" + CpuSets.show(machine.online()));
        }
        final boolean takesAll =
                CpuSets.without(machine.online(), machine.cores()).isEmpty();
        if (takesAll && machine.online().size() >= LEAVE_SOME_MIN) {
            return Finding.advice(
                    "processors",
                    seen + "; none is left to interrupts, helpers and the system",
                    "./run.sh start --cores " + CpuSets.show(withoutFirst(machine)));
        }
        return Finding.ok("processors", seen);
    }

    /** What it would take of all but the first physical core. */
    private static List<Integer> withoutFirst(final Machine machine) {
        final int first = machine.online().getFirst();
        final List<Integer> threads = machine.siblings(first);
        return CpuSets.without(machine.cores(), threads.isEmpty() ? List.of(first) : threads);
    }

    /** Placement leaves siblings alone unless a list, or a count above that of physical cores, asks for them. */
    static Finding siblings(final Machine machine) {
        final List<String> shared = new ArrayList<>();
        final List<Integer> single = new ArrayList<>();
        final List<Integer> seen = new ArrayList<>();
        boolean isKnown = false;
        for (final int processor : machine.cores()) {
            final List<Integer> threads = machine.siblings(processor);
            isKnown |= !threads.isEmpty();
            if (!seen.contains(processor)) {
                single.add(processor);
                final List<Integer> ours = new ArrayList<>(threads);
                ours.retainAll(machine.cores());
                seen.addAll(ours);
                if (ours.size() > 1) {
                    shared.add(CpuSets.show(ours));
                }
            }
        }
        if (!isKnown) {
            return Finding.skipped("siblings", "the system does not tell which processors share a physical core");
        }
        if (shared.isEmpty()) {
            return Finding.ok("siblings", "each core has a physical core of its own");
        }
        return Finding.advice(
                "siblings",
                "these share a physical core: " + String.join(" | ", shared),
                "./run.sh start --cores " + CpuSets.show(single));
    }

    static Finding isolated(final Machine machine) {
        return setApart(
                machine,
                "isolcpus",
                CpuSets.parse(machine.files().text(CPU + "isolated")),
                "the scheduler puts other threads there",
                "isolcpus=managed_irq,domain," + machine.coresText());
    }

    static Finding tickless(final Machine machine) {
        return setApart(
                machine,
                "nohz_full",
                CpuSets.parse(machine.files().text(CPU + "nohz_full")),
                "the timer ticks there while one thread runs",
                "nohz_full=" + machine.coresText());
    }

    static Finding callbacks(final Machine machine) {
        final List<Integer> told = new ArrayList<>(CpuSets.parse(machine.bootParameter("rcu_nocbs")));
        if (machine.bootParameter("rcu_nocbs").equals("all")) {
            told.addAll(machine.online());
        }
        // A kernel that ticks less on some processors moves their callbacks away by itself.
        told.addAll(CpuSets.parse(machine.files().text(CPU + "nohz_full")));
        return setApart(
                machine, "rcu_nocbs", told, "the kernel's RCU callbacks run there", "rcu_nocbs=" + machine.coresText());
    }

    private static Finding setApart(
            final Machine machine,
            final String check,
            final List<Integer> apart,
            final String otherwise,
            final String parameter) {
        if (!machine.files().exists("proc/cmdline")) {
            return Finding.skipped(check, "no Linux kernel to look at");
        }
        final List<Integer> missing = CpuSets.without(machine.cores(), apart);
        if (missing.isEmpty()) {
            return Finding.ok(check, "all cores (" + CpuSets.show(apart) + ")");
        }
        if (machine.rest().isEmpty()) {
            return Finding.skipped(
                    check, "the broker takes all physical cores: nothing to set apart (--cores takes fewer)");
        }
        return Finding.advice(
                check,
                "not for " + CpuSets.show(missing) + ": " + otherwise,
                "sudo sed -i 's/^GRUB_CMDLINE_LINUX=\"/&" + parameter + " /' /etc/default/grub && sudo update-grub"
                        + "   # and boot; elsewhere: onto the kernel's command line");
    }
}
