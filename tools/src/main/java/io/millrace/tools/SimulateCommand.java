package io.millrace.tools;

import io.millrace.net.simulation.SimOptions;
import io.millrace.net.simulation.SimResult;
import io.millrace.net.simulation.Simulation;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Run a whole broker in one thread on simulated time, disk and network, from one seed. */
@Command(
        name = "simulate",
        description = "Run a whole broker in one thread on simulated time, disk and network, from one seed.",
        footer = {
            "",
            "The same seed gives the same trace hash, on any JVM. Exit code: 0 if every promise to the clients was kept, "
                    + "1 if one was broken (the command that reproduces it is printed), 2 for a mistake in the options."
        },
        mixinStandardHelpOptions = true)
final class SimulateCommand implements Callable<Integer> {
    @Option(names = "--seed", paramLabel = "N", description = "The seed, or the first of several (default: 1).")
    private long seed = 1;

    @Option(
            names = "--seeds",
            paramLabel = "COUNT",
            description = "How many seeds to run, from --seed on (default: 1).")
    private int seeds = 1;

    @Option(
            names = "--steps",
            paramLabel = "M",
            description = "Steps with faults, before all heals and must come right (default: ${DEFAULT-VALUE}).",
            defaultValue = "" + SimOptions.STEPS_DEFAULT)
    private int steps;

    @Override
    public Integer call() {
        if (seeds < 1 || steps < 1) {
            System.err.println("millrace simulate: --seeds " + seeds + ", --steps " + steps + ": expected at least 1");
            return 2;
        }
        for (long each = seed; each < seed + seeds; each++) {
            final SimResult result = Simulation.run(new SimOptions(each, steps));
            print(result, seeds == 1);
            if (!result.isGood()) {
                return 1;
            }
            if (System.out.checkError()) {
                // Whoever read has seen enough.
                return 0;
            }
        }
        return 0;
    }

    private void print(final SimResult result, final boolean inFull) {
        final PrintStream out = System.out;
        if (!inFull && result.isGood()) {
            out.println(result);
            return;
        }
        out.println("seed        " + result.options().seed());
        out.println("steps       " + result.options().steps());
        out.println("operations  " + result.operations());
        out.println("records     " + result.records() + " acknowledged");
        out.println("faults, and what came of them");
        for (final Map.Entry<String, Long> fault : result.faults().entrySet()) {
            out.println("  " + fault.getValue() + " × " + fault.getKey());
        }
        out.println("trace hash  " + Long.toHexString(result.traceHash()));
        if (!result.isGood()) {
            out.println("BROKEN      " + result.violation());
            for (final StackTraceElement frame : result.violation().getStackTrace()) {
                out.println("            at " + frame);
            }
            out.println("reproduce   ./run.sh simulate --seed "
                    + result.options().seed() + " --steps " + result.options().steps());
        }
    }
}
