package io.millrace.tools.client;

import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** One such command from its options to its exit code: whatever goes wrong is one line on standard error. */
abstract class ClientCommand implements Callable<Integer> {
    static final int FAILED = 1;

    static final String EXIT_CODES = "Exit code: 0 done, 1 it could not be done, 2 a mistake in the options.";

    @Spec
    private CommandSpec spec;

    private Bootstrap bootstrap;

    /** How the command is called behind ./run.sh, for its messages. */
    abstract String title();

    abstract ClientOptions options();

    /** Options that mean nothing together throw IllegalArgumentException here, before any broker is asked. */
    void validate() {}

    /** Whether it cannot go without the broker of --bootstrap. */
    boolean asksBroker() {
        return true;
    }

    /** Returns the exit code. */
    abstract int run(Output out) throws Exception;

    final Bootstrap bootstrap() {
        return bootstrap;
    }

    final void say(final String text) {
        System.err.println("millrace " + title() + ": " + text);
    }

    @Override
    public final Integer call() {
        try {
            bootstrap = options().bootstrap();
            validate();
        } catch (final IllegalArgumentException mistake) {
            throw new ParameterException(spec.commandLine(), mistake.getMessage(), mistake);
        }
        // Before the first logger is made; what matters is said in our own words.
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", options().isVerbose() ? "info" : "off");
        final Output out = Output.standard();
        try {
            if (asksBroker()) {
                bootstrap.check();
            }
            final int code = run(out);
            out.flush();
            return code;
        } catch (final Output.NotWritten unwritten) {
            return end(unwritten);
        } catch (final CommandFailure failure) {
            return fail(failure, out);
        } catch (final InterruptException interrupted) {
            return FAILED;
        } catch (final KafkaException failure) {
            return fail(Failures.of(failure, bootstrap), out);
        } catch (final Exception failure) {
            return fail(new CommandFailure(failure.getClass().getSimpleName() + ": " + Failures.plain(failure)), out);
        }
    }

    /** What was found out before it failed is shown all the same. */
    private int fail(final CommandFailure failure, final Output out) {
        try {
            out.flush();
        } catch (final Output.NotWritten unwritten) {
            return end(unwritten);
        }
        say(failure.getMessage());
        return FAILED;
    }

    private int end(final Output.NotWritten unwritten) {
        if (unwritten.isReaderGone()) {
            // Whoever read has seen enough.
            return 0;
        }
        say("the output cannot be written: " + unwritten.getMessage());
        return FAILED;
    }
}
