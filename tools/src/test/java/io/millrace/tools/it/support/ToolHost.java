package io.millrace.tools.it.support;

import io.millrace.tools.it.support.KafkaTool.Result;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One process for many runs of Apache Kafka's tools, where starting each in a JVM of its own would take most of the time.
 * What they print and end with is the same, see {@link ToolHostMain}; {@link KafkaTool} runs them as their scripts do.
 */
public final class ToolHost implements AutoCloseable {
    private static final int LIMIT_S = 90;

    private Process process;
    private DataOutputStream commands;
    private DataInputStream answers;

    public ToolHost() {
        start();
    }

    private void start() {
        final List<String> command = Programs.java(Artifacts.kafkaTools() + File.pathSeparator + classes());
        command.add(ToolHostMain.class.getName());
        try {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        // If this JVM dies, its input ends and so does the process.
        commands = new DataOutputStream(process.getOutputStream());
        answers = new DataInputStream(process.getInputStream());
    }

    private static Path classes() {
        try {
            return Path.of(ToolHostMain.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (final URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As {@link KafkaTool#run}; by that, where the tool has ended the process and not only itself. */
    public synchronized Result run(final String mainClass, final String... arguments) {
        try {
            return ask(mainClass, arguments);
        } catch (final EOFException e) {
            start();
            return KafkaTool.run(mainClass, arguments);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Result ask(final String mainClass, final String... arguments) throws IOException {
        // A tool that hangs is ended, and with it the reading of its answer.
        final CompletableFuture<Boolean> answered = new CompletableFuture<>();
        answered.completeOnTimeout(false, LIMIT_S, TimeUnit.SECONDS).thenAccept(inTime -> {
            if (!inTime) {
                process.destroyForcibly();
            }
        });
        try {
            commands.writeInt(1 + arguments.length);
            commands.writeUTF(mainClass);
            for (final String argument : arguments) {
                commands.writeUTF(argument);
            }
            commands.flush();
            return new Result(answers.readInt(), text(), text());
        } finally {
            answered.complete(true);
        }
    }

    private String text() throws IOException {
        return new String(answers.readNBytes(answers.readInt()), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        process.destroy();
    }
}
