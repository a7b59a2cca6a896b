package io.millrace.tools;

import io.millrace.tools.stat.StatException;
import io.millrace.tools.stat.StatOptions;
import io.millrace.tools.stat.StatOptions.Section;
import io.millrace.tools.stat.StatRun;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Show what a running broker does, live. */
@Command(
        name = "stat",
        description = {
            "Show what a running broker does, live: a line for each core and interval, and what lies behind it.",
            "It reads the mark file in the data directory, and never touches the broker."
        },
        footer = {
            "",
            "What each figure means, and how to find out why something is slow: docs/stat.md.",
            "Exit code: 0 all samples shown, or nobody reads them any more, 1 no broker runs there, or it ended, 2 for a mistake in the options."
        },
        mixinStandardHelpOptions = true)
final class StatCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--data-dir",
            paramLabel = "D",
            description = "The broker's data directory (default: ./data).",
            defaultValue = "./data")
    private Path dataDirectory;

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "S",
            description = "Seconds from one sample to the next (default: 1); brokers publish four times a second.",
            defaultValue = "1")
    private double interval;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "End after so many samples.",
            defaultValue = "0")
    private int count;

    @Option(names = "--once", description = "Show one sample at once, since the broker's start.")
    private boolean once;

    @Option(names = "--wait", description = "Wait for a broker to start, and for the next one when it ends.")
    private boolean waits;

    @Option(
            names = {"-j", "--json"},
            description = "One JSON object for each sample, with every figure there is.")
    private boolean json;

    @Option(names = "--core", paramLabel = "N", description = "This core alone.", defaultValue = "-1")
    private int core;

    @Option(names = "--apis", description = "Requests by API: rates, latency, and where the time of a request goes.")
    private boolean apis;

    @Option(names = "--connections", description = "Connections by client software, why they ended, their memory.")
    private boolean connections;

    @Option(
            names = "--partitions",
            description =
                    "The partitions of each core with the most to do: what to move (./run.sh balance proposes it).")
    private boolean partitions;

    @Option(names = "--sync", description = "Messages between cores, fill of batches, sync rounds.")
    private boolean sync;

    @Option(names = "--shares", description = "What members of share groups get and say, and dead letters.")
    private boolean shares;

    @Option(names = "--duty", description = "How long duty cycles take, and which part of them takes it.")
    private boolean duty;

    @Option(names = "--slow", description = "The last duty cycles over 1 ms, and what ran in them.")
    private boolean slow;

    @Option(
            names = {"-a", "--all"},
            description = "All of these.")
    private boolean all;

    @Override
    public Integer call() {
        if (!(interval >= 0.1 && interval <= 86_400)) {
            throw new ParameterException(
                    spec.commandLine(), "--interval " + interval + ": expected 0.1 to 86400 seconds");
        }
        if (count < 0) {
            throw new ParameterException(spec.commandLine(), "--count " + count + ": expected 1 or more");
        }
        final boolean isTerminal = System.console() != null && System.console().isTerminal();
        final StatOptions options = new StatOptions(
                dataDirectory.toAbsolutePath().normalize(),
                interval,
                count,
                once,
                waits,
                json,
                isTerminal,
                core,
                sections());
        try {
            return new StatRun(options, System.out, System.err).run();
        } catch (final StatException nothing) {
            System.err.println("millrace stat: " + nothing.getMessage());
            return 1;
        }
    }

    private Set<Section> sections() {
        final Set<Section> sections = EnumSet.noneOf(Section.class);
        if (apis || all) {
            sections.add(Section.APIS);
        }
        if (connections || all) {
            sections.add(Section.CONNECTIONS);
        }
        if (partitions || all) {
            sections.add(Section.PARTITIONS);
        }
        if (sync || all) {
            sections.add(Section.SYNC);
        }
        if (shares || all) {
            sections.add(Section.SHARES);
        }
        if (duty || all) {
            sections.add(Section.DUTY);
        }
        if (slow || all) {
            sections.add(Section.SLOW);
        }
        return sections;
    }
}
