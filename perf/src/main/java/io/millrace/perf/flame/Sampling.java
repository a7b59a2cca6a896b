package io.millrace.perf.flame;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;

/** Chooses who samples. */
public final class Sampling {
    /** As on the command line. */
    public enum Choice {
        AUTO,
        PERF,
        JFR
    }

    private final Optional<Path> perf;
    private final PrintStream progress;

    /** @param perf the program, where there is one */
    public Sampling(final Optional<Path> perf, final PrintStream progress) {
        this.perf = perf;
        this.progress = progress;
    }

    public Samples sample(final Choice choice, final long pid, final int seconds) throws Exception {
        final Sampler sampler = choose(choice, pid);
        progress.println("perf: sampling broker " + pid + " for " + seconds + " s by "
                + (sampler instanceof PerfSampler ? "perf record" : "the JVM's flight recorder"));
        return sampler.sample(pid, seconds);
    }

    private Sampler choose(final Choice choice, final long pid) throws InterruptedException {
        if (choice == Choice.PERF && perf.isEmpty()) {
            throw new IllegalStateException(
                    "--sampler perf: there is no program perf here; --sampler jfr does without");
        }
        if (choice == Choice.PERF) {
            return new PerfSampler(perf.get());
        }
        if (choice == Choice.JFR || perf.isEmpty()) {
            return new JfrSampler();
        }
        if (Jcmd.keepsFramePointers(pid)) {
            return new PerfSampler(perf.get());
        }
        progress.println(
                "perf: the broker keeps no frame pointers, so perf record would not see who called: start it with "
                        + "MILLRACE_JVM_OPTS=" + PerfSampler.FRAME_POINTERS + " to see the kernel's part too");
        return new JfrSampler();
    }
}
