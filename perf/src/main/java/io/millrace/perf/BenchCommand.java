package io.millrace.perf;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** The benchmarks, with JMH's own options. */
@Command(name = "bench", description = "Runs the JMH benchmarks; takes JMH's own options and patterns (-h shows them).")
final class BenchCommand implements Callable<Integer> {
    @Unmatched
    private final List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        arguments.replaceAll(argument -> argument.equals("--help") ? "-h" : argument);
        org.openjdk.jmh.Main.main(arguments.toArray(String[]::new));
        return 0;
    }
}
