package io.millrace.tools;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Run a whole broker in one thread on simulated time, disk and network, from one seed. */
@Command(
        name = "simulate",
        description = "Run a whole broker in one thread on simulated time, disk and network, from one seed.",
        mixinStandardHelpOptions = true)
final class SimulateCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        System.err.println("millrace simulate: not built yet");
        return 2;
    }
}
