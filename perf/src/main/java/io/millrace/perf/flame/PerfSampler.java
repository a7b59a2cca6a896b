package io.millrace.perf.flame;

import io.millrace.perf.stat.ChildRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Samples by {@code perf record}: all of a stack, from the kernel down to the JIT's code. */
public final class PerfSampler implements Sampler {
    private static final int FREQUENCY_HZ = 997;
    /** What is to be given to the JVM for whole stacks. */
    public static final String FRAME_POINTERS = "-XX:+PreserveFramePointer";

    private final Path perf;

    public PerfSampler(final Path perf) {
        this.perf = perf;
    }

    @Override
    public Samples sample(final long pid, final int seconds) throws Exception {
        final boolean whole = Jcmd.keepsFramePointers(pid);
        final Path data = Files.createTempFile("millrace-perf", ".data");
        final Path map = Path.of("/tmp/perf-" + pid + ".map");
        try {
            record(pid, seconds, data);
            // After the recording: what was compiled meanwhile is in it too.
            Jcmd.ask(pid, "Compiler.perfmap", map.toString());
            final Samples samples = read(data);
            if (!whole) {
                samples.limit(
                        "the broker's JVM keeps no frame pointers: who called is often missing, what ran is right "
                                + "(start the broker with MILLRACE_JVM_OPTS=" + FRAME_POINTERS + ")");
            }
            samples.limit("what the JIT inlined stands under the method that it was inlined into");
            return samples;
        } finally {
            Files.deleteIfExists(data);
            deleteIfOurs(map);
        }
    }

    private void record(final long pid, final int seconds, final Path data) throws InterruptedException {
        final ChildRun run = ChildRun.start(List.of(
                        perf.toString(),
                        "record",
                        "-q",
                        "-F",
                        Integer.toString(FREQUENCY_HZ),
                        "-g",
                        "-p",
                        Long.toString(pid),
                        "-o",
                        data.toString(),
                        "--",
                        "sleep",
                        Integer.toString(seconds)))
                .await(seconds);
        if (run.exitCode() != 0) {
            throw new IllegalStateException("perf record failed: " + run.firstLine()
                    + " (kernel.perf_event_paranoid may be 1 at most, or be root; --sampler jfr does without)");
        }
    }

    private Samples read(final Path data) throws InterruptedException {
        final ChildRun script =
                ChildRun.run(List.of(perf.toString(), "script", "-i", data.toString(), "-F", "comm,tid,ip,sym,dso"));
        if (script.exitCode() != 0) {
            throw new IllegalStateException("perf script failed: " + script.firstLine());
        }
        final Samples samples = new Samples("perf record, " + FREQUENCY_HZ + " samples a second of processor time");
        new PerfScript(samples).read(script.said());
        if (!samples.hasKernel()) {
            samples.limit("no kernel functions: kernel.perf_event_paranoid, or kernel.kptr_restrict, hides them");
        }
        return samples;
    }

    /** In a container, or of another user: the JVM wrote it, and may have kept it to itself. */
    private static void deleteIfOurs(final Path map) {
        try {
            Files.deleteIfExists(map);
        } catch (final IOException another) {
            System.err.println("perf: " + map + " stays: " + another.getMessage());
        }
    }
}
