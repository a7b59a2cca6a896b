package io.millrace.tools;

import io.millrace.tools.doctor.Doctor;
import io.millrace.tools.doctor.Report;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Check a machine, and say what to change. */
@Command(
        name = "doctor",
        description = {
            "Check this machine for running a broker, and say what to change, a line each to paste.",
            "It reads /proc and /sys, and changes nothing."
        },
        footer = {
            "",
            "ok: fine. advice: it works, faster or steadier if changed. bad: something will fail. skipped: not to be"
                    + " seen here.",
            "Why each matters, and how to measure it: docs/tuning.md.",
            "Exit code: 0 nothing is bad (advice or not), 1 something is, 2 a mistake in the options."
        },
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
    private static final String ALL = "all";

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--cores",
            paramLabel = "COUNT|LIST",
            description = "Which processors the broker would take, as with start: all, 4, or 0,2-3 (default: all).",
            defaultValue = ALL)
    private String cores;

    @Option(
            names = "--smt",
            description = "All means the SMT siblings of physical cores too, as with millrace.cores.smt=true.")
    private boolean smt;

    @Option(
            names = "--data-dir",
            paramLabel = "D",
            description = "Where its data would lie (default: ./data).",
            defaultValue = "./data")
    private Path dataDirectory;

    @Option(
            names = {"-j", "--json"},
            description = "One JSON object, with every check.")
    private boolean json;

    @Option(
            names = "--root",
            paramLabel = "R",
            description = "A folder with the proc and sys of another machine, copied.",
            defaultValue = "/")
    private Path root;

    @Override
    public Integer call() {
        if (!Files.isDirectory(root)) {
            throw new ParameterException(spec.commandLine(), "--root " + root + ": no such folder");
        }
        final Report report;
        try {
            report = Doctor.examine(
                    root, cores, smt, dataDirectory, Runtime.version().feature());
        } catch (final IllegalArgumentException mistake) {
            throw new ParameterException(spec.commandLine(), "--cores " + cores + ": " + mistake.getMessage(), mistake);
        }
        final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.print(json ? report.json() : report.text());
        out.flush();
        return report.isBad() ? 1 : 0;
    }
}
