package io.millrace.tools.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** How fast a processor is, and how soon it is there again after a sleep. */
final class Power {
    private static final String CPU = "sys/devices/system/cpu/cpu";
    private static final String CLOCK = "sys/devices/system/clocksource/clocksource0/";
    private static final long WAKE_US_MAX = 10;
    /** Clocks that are read without a system call. */
    private static final List<String> CHEAP_CLOCKS =
            List.of("tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter");

    private Power() {}

    static Finding governor(final Machine machine) {
        final Set<String> governors = new TreeSet<>();
        for (final int processor : machine.cores()) {
            final String governor = machine.files().text(CPU + processor + "/cpufreq/scaling_governor");
            if (!governor.isEmpty()) {
                governors.add(governor);
            }
        }
        if (governors.isEmpty()) {
            return Finding.skipped("governor", "frequencies are not the system's to choose (a virtual machine?)");
        }
        final String seen = String.join(", ", governors);
        return governors.equals(Set.of("performance"))
                ? Finding.ok("governor", seen)
                : Finding.advice(
                        "governor", seen, "sudo cpupower -c " + machine.coresText() + " frequency-set -g performance");
    }

    static Finding sleepStates(final Machine machine) {
        final List<String> slow = new ArrayList<>();
        final int first = machine.cores().getFirst();
        boolean isKnown = false;
        for (final String state : machine.files().names(CPU + first + "/cpuidle")) {
            final String at = CPU + first + "/cpuidle/" + state + "/";
            final long latencyUs = machine.files().number(at + "latency");
            isKnown |= latencyUs >= 0;
            if (latencyUs > WAKE_US_MAX && machine.files().number(at + "disable") != 1) {
                slow.add(machine.files().text(at + "name") + " " + latencyUs + " µs");
            }
        }
        if (!isKnown) {
            return Finding.skipped("c-states", "sleep states are not the system's to choose (a virtual machine?)");
        }
        return slow.isEmpty()
                ? Finding.ok("c-states", "none that takes over " + WAKE_US_MAX + " µs to leave")
                : Finding.advice(
                        "c-states",
                        "takes long to leave: " + String.join(", ", slow),
                        "sudo cpupower -c " + machine.coresText() + " idle-set -D " + WAKE_US_MAX);
    }

    static Finding clock(final Machine machine) {
        final String clock = machine.files().text(CLOCK + "current_clocksource");
        if (clock.isEmpty()) {
            return Finding.skipped("clock", "the system does not tell its clock");
        }
        if (CHEAP_CLOCKS.contains(clock)) {
            return Finding.ok("clock", clock);
        }
        final String seen = clock + ": a system call whenever a core reads the time";
        final List<String> available =
                List.of(machine.files().text(CLOCK + "available_clocksource").split(" "));
        final String better =
                CHEAP_CLOCKS.stream().filter(available::contains).findFirst().orElse("");
        return better.isEmpty()
                ? Finding.advice("clock", seen, "find out why the kernel gave tsc up: dmesg | grep -i tsc")
                : Finding.advice("clock", seen, "echo " + better + " | sudo tee /" + CLOCK + "current_clocksource");
    }
}
