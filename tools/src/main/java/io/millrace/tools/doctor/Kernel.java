package io.millrace.tools.doctor;

import io.millrace.engine.settings.BrokerSettings;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How soon a core gets its processor when it wakes beside others. */
final class Kernel {
    private static final int CAP_SYS_NICE = 23;
    private static final long NICE_MIN = -20;
    /** RLIMIT_NICE counts 20 down from nice 0, getrlimit(2). */
    private static final int NICE_LIMIT_ZERO = 20;

    private static final Pattern IN_BRACKETS = Pattern.compile("\\((\\w+)\\)");
    private static final Pattern TICKS = Pattern.compile("(?m)^CONFIG_HZ=(\\d+)$");

    private Kernel() {}

    static Finding preemption(final Machine machine) {
        final String version = machine.files().text("proc/sys/kernel/version");
        if (version.isEmpty()) {
            return Finding.skipped("preemption", "no Linux kernel to look at");
        }
        final String config = machine.files().unzipped("proc/config.gz");
        final String model = model(machine, version, config);
        final Matcher ticks = TICKS.matcher(config);
        final String hz = ticks.find() ? ticks.group(1) : "";
        final String seen = model + (hz.isEmpty() ? "" : ", " + hz + " Hz");
        if (model.isEmpty()) {
            return Finding.skipped("preemption", "the kernel does not tell its model (as root it might)");
        }
        if (List.of("full", "rt").contains(model)) {
            return Finding.ok("preemption", seen);
        }
        final String wait = hz.isEmpty() ? "" : ", up to " + 1000 / Long.parseLong(hz) + " ms";
        final String why = seen + ": beside a busy neighbour a woken core may wait for the next tick" + wait;
        return version.contains("PREEMPT_DYNAMIC")
                ? Finding.advice(
                        "preemption",
                        why,
                        "echo full | sudo tee /sys/kernel/debug/sched/preempt   # for good: preempt=full on the"
                                + " kernel's command line")
                : Finding.advice(
                        "preemption", why, "install a kernel with PREEMPT_DYNAMIC and boot it with preempt=full");
    }

    /** What runs says more than what was asked for at boot, and that more than what was built in. */
    private static String model(final Machine machine, final String version, final String config) {
        if (version.contains("PREEMPT_RT")) {
            return "rt";
        }
        if (!version.contains("PREEMPT_DYNAMIC")) {
            return version.contains("PREEMPT") ? "full" : "none or voluntary";
        }
        final Matcher current = IN_BRACKETS.matcher(machine.files().text("sys/kernel/debug/sched/preempt"));
        if (current.find()) {
            return current.group(1);
        }
        if (!machine.bootParameter("preempt").isEmpty()) {
            return machine.bootParameter("preempt");
        }
        for (final String model : List.of("NONE", "VOLUNTARY", "LAZY")) {
            if (config.contains("CONFIG_PREEMPT_" + model + "=y")) {
                return model.toLowerCase(Locale.ROOT);
            }
        }
        return config.contains("CONFIG_PREEMPT=y") ? "full" : "";
    }

    static Finding nice(final Machine machine) {
        final String capabilities = machine.line("proc/self/status", "CapEff:");
        final String[] limit =
                machine.line("proc/self/limits", "Max nice priority").split("\\s+");
        if (!capabilities.matches("[0-9a-fA-F]{1,16}")) {
            return Finding.skipped("nice", "no /proc/self/status to read it from");
        }
        final boolean isAble = (Long.parseUnsignedLong(capabilities, 16) >> CAP_SYS_NICE & 1) == 1;
        final long lowest = isAble ? NICE_MIN : NICE_LIMIT_ZERO - Math.max(0, SystemFiles.parse(limit[0]));
        final String name = BrokerSettings.CORE_NICE.name();
        return lowest < 0
                ? Finding.ok("nice", name + " may go down to " + lowest)
                : Finding.ok("nice", name + " stays as it is; below 0 it needs CAP_SYS_NICE, or LimitNICE");
    }

    static Finding autogroup(final Machine machine) {
        final long on = machine.files().number("proc/sys/kernel/sched_autogroup_enabled");
        if (on < 0) {
            return Finding.skipped("autogroup", "the kernel has none");
        }
        final String name = BrokerSettings.CORE_NICE.name();
        return Finding.ok("autogroup", on == 0 ? "off" : "on: " + name + " would count only inside one login session");
    }

    static Finding quota(final Machine machine) {
        if (!machine.files().exists("proc/self/cgroup")) {
            return Finding.skipped("quota", "no control groups");
        }
        final String quota = new Cgroup(machine).quota();
        return quota.isEmpty()
                ? Finding.ok("quota", "none")
                : Finding.advice(
                        "quota",
                        "the control group gets " + quota.replace(" ", " µs in each ")
                                + " µs, and cores stand still when it is spent",
                        "give whole processors instead: docker run --cpuset-cpus, systemd AllowedCPUs=, or the"
                                + " kubelet's static CPU policy");
    }
}
