package io.millrace.perf.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A {@link FullRateConsumer} in a JVM of its own, as consumers are: what it leaves its garbage collector to do stops
 * none of the threads that measure. Set up like Kafka's own console consumer.
 */
public final class ReaderProcess implements AutoCloseable {
    private static final long END_LIMIT_SECONDS = 20;

    private final Process process;
    private final PrintStream questions;
    private final BufferedReader answers;

    public ReaderProcess(final String bootstrap, final String topic, final int partitions) throws IOException {
        process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseG1GC",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FullRateConsumer.class.getName(),
                        bootstrap,
                        topic,
                        Integer.toString(partitions)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        questions = new PrintStream(process.getOutputStream(), true, StandardCharsets.US_ASCII);
        answers = process.inputReader(StandardCharsets.US_ASCII);
        bytes();
    }

    /** Has it begin; until then it costs nothing. */
    public void start() throws IOException {
        ask(FullRateConsumer.START);
    }

    /** Bytes of values received. */
    public long bytes() throws IOException {
        return Long.parseLong(ask(FullRateConsumer.BYTES));
    }

    private String ask(final String question) throws IOException {
        questions.println(question);
        final String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("the reader ended");
        }
        return answer;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        questions.close();
        if (!process.waitFor(END_LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        answers.close();
    }
}
