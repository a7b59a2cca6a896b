package io.millrace.tools;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Keep a byte-identical read-only copy of one partition of another broker. */
@Command(
        name = "follow",
        description = "Keep a byte-identical read-only copy of one partition of another broker.",
        mixinStandardHelpOptions = true)
final class FollowCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        System.err.println("millrace follow: not built yet");
        return 2;
    }
}
