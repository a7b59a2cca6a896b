package io.millrace.tools;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Show and verify the batches of a data directory, a partition or a segment. */
@Command(
        name = "inspect",
        description = "Show and verify the batches of a data directory, a partition or a segment.",
        mixinStandardHelpOptions = true)
final class InspectCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        System.err.println("millrace inspect: not built yet");
        return 2;
    }
}
