package io.millrace.tools.doctor;

import java.nio.file.Path;
import java.util.List;

/** Runs all checks, in the order in which they are to be read. */
public final class Doctor {
    private static final List<Check> CHECKS = List.of(
            Limits::jdk,
            Limits::files,
            Limits::sharedMemory,
            Limits::dataDirectory,
            Limits::memory,
            Cpus::processors,
            Cpus::siblings,
            Cpus::isolated,
            Cpus::tickless,
            Cpus::callbacks,
            Kernel::preemption,
            Kernel::nice,
            Kernel::autogroup,
            Kernel::quota,
            Power::governor,
            Power::sleepStates,
            Power::clock,
            Network::interrupts,
            Network::balancer,
            Network::congestion,
            Network::backlog,
            Storage::fileSystem,
            Storage::readAhead,
            Storage::scheduler,
            Memory::hugePages,
            Memory::swap,
            Memory::balancing,
            Numa::cores,
            Numa::network,
            Numa::disk);

    private Doctor() {}

    /**
     * @param root where {@code proc} and {@code sys} lie: {@code /}, or a folder that was prepared
     * @param cores as {@code ./run.sh start --cores} takes it
     * @param smt as {@code millrace.cores.smt}
     * @throws IllegalArgumentException if this names what the machine does not have
     */
    public static Report examine(
            final Path root, final String cores, final boolean smt, final Path dataDirectory, final int javaVersion) {
        final Machine machine =
                Machine.of(root, cores, smt, dataDirectory.toAbsolutePath().normalize(), javaVersion);
        return new Report(
                machine.cores(),
                CHECKS.stream().map(check -> check.look(machine)).toList());
    }
}
