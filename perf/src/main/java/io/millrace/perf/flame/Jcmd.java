package io.millrace.perf.flame;

import io.millrace.perf.stat.ChildRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Asks a JVM that runs. */
final class Jcmd {
    private Jcmd() {}

    /** @throws IllegalStateException with what it said, if it refused */
    static String ask(final long pid, final String... command) throws InterruptedException {
        final List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
        words.add(Long.toString(pid));
        words.addAll(List.of(command));
        final ChildRun run = ChildRun.run(words);
        if (run.exitCode() != 0) {
            throw new IllegalStateException("the broker's JVM did not answer (jcmd " + command[0] + ": "
                    + run.firstLine() + "): be the broker's user, in its container");
        }
        return run.said();
    }

    /** Whether the JVM keeps frame pointers; it can only be told when it starts. */
    static boolean keepsFramePointers(final long pid) throws InterruptedException {
        return ask(pid, "VM.flags").contains("-XX:+PreserveFramePointer");
    }
}
