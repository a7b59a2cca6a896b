package io.millrace.tools.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.ApacheKafkaBroker;
import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.ChildProcess;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.Commands;
import io.millrace.tools.it.support.KafkaTool.Result;
import io.millrace.tools.it.support.Project;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** produce and consume through the front door. */
class ClientCommandsIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    private static BrokerUnderTest broker;
    private static Commands commands;

    @BeforeAll
    static void launch() {
        broker = Brokers.launch();
        commands = new Commands(broker.bootstrap());
    }

    @AfterAll
    static void close() {
        commands.close();
        broker.close();
    }

    @Test
    void shouldWriteLinesAndReadThem() {
        writeAndRead(broker, commands);
    }

    @Test
    void shouldWriteToApacheKafkaAndReadFromIt() {
        Assumptions.assumeTrue(Brokers.areMillrace(), "skipped: the other tests do this");
        try (BrokerUnderTest kafka = ApacheKafkaBroker.launch(BrokerOptions.defaults());
                Commands ours = new Commands(kafka.bootstrap())) {
            writeAndRead(kafka, ours);
        }
    }

    private static void writeAndRead(final BrokerUnderTest target, final Commands ours) {
        Clients.createTopic(target, "lines", 2);
        final Result written = Commands.succeeded(
                ours.feed("a=1\nb=2=3\nc=", "produce", "lines", "-k", "=", "-p", "1", "--header", "h=x", "-z", "zstd"));
        assertThat(written.out()).isEmpty();
        assertThat(written.err())
                .startsWith("3 records (7 bytes) acknowledged in ")
                .hasLineCount(1);
        assertThat(ours.out("consume", "lines", "--from", "earliest")).isEqualTo("1\n2=3\n\n");
        assertThat(ours.out("consume", "lines:1", "--from", "1", "--keys", "--offsets", "--headers"))
                .isEqualTo("1\t1\th=x\tb\t2=3\n1\t2\th=x\tc\t\n");
        assertThat(ours.out("consume", "lines:0", "--from", "earliest")).isEmpty();
        assertThat(ours.out("consume", "lines", "--from", "1h", "--count", "1", "--json"))
                .startsWith("{\"topic\":\"lines\",\"partition\":1,\"offset\":0,\"timestamp\":")
                .endsWith(",\"key\":\"a\",\"value\":\"1\",\"headers\":[{\"key\":\"h\",\"value\":\"x\"}]}\n");
        assertThat(ours.out("consume", "lines", "--from", "2100-01-01")).isEmpty();
        final Result latest = Commands.succeeded(ours.run("consume", "lines"));
        assertThat(latest.out()).isEmpty();
        assertThat(latest.err())
                .startsWith("millrace consume: from latest to the end")
                .hasLineCount(1);
    }

    @Test
    void shouldGoOnWhereItsGroupHasComeTo() {
        Clients.createTopic(broker, "shared", 1);
        commands.feed("1\n2\n3\n", "produce", "shared");
        assertThat(commands.out("consume", "shared", "--group", "g", "--from", "earliest", "--count", "2"))
                .isEqualTo("1\n2\n");
        assertThat(commands.out("consume", "shared", "--group", "g", "--from", "earliest"))
                .isEqualTo("3\n");
        assertThat(commands.out("consume", "shared", "--group", "g", "--from", "earliest"))
                .isEmpty();
        assertThat(commands.out("groups", "describe", "g")).containsPattern("shared +0 +3 +3 +0 +-");
    }

    @Test
    void shouldFollowUntilStopped() {
        Clients.createTopic(broker, "followed", 1);
        try (ChildProcess reader = commands.start("consume", "followed", "--follow", "--from", "earliest")) {
            commands.feed("one\n", "produce", "followed");
            reader.awaitLine("one", SOON);
            commands.feed("two\n", "produce", "followed");
            reader.awaitLine("two", SOON);
            reader.terminateCleanly(SOON);
            assertThat(reader.output()).isEqualTo("one\ntwo\n");
        }
    }

    @Test
    void shouldEndQuietlyWhenNobodyReadsOn() throws IOException, InterruptedException {
        Clients.createTopic(broker, "piped", 1);
        Commands.succeeded(commands.run("produce", "piped", "--count", "100000", "--size", "50"));
        final Process reader =
                commands.builder("consume", "piped", "--from", "earliest").start();
        try (BufferedReader head =
                new BufferedReader(new InputStreamReader(reader.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(head.readLine()).hasSize(50);
        }
        assertThat(new String(reader.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(reader.waitFor()).isZero();
    }

    @Test
    void shouldPutOnALoad() {
        Clients.createTopic(broker, "loaded", 2);
        final long beganNs = System.nanoTime();
        final Result load = Commands.succeeded(
                commands.run("produce", "loaded", "--count", "2000", "--size", "10", "--rate", "1000", "--json"));
        assertThat(Duration.ofNanos(System.nanoTime() - beganNs)).isGreaterThan(Duration.ofMillis(1_900));
        assertThat(load.err())
                .contains("2,000 records (20,000 bytes) acknowledged in ")
                .containsPattern("p50 [0-9.]+ ms  p99 [0-9.]+ ms\n$");
        assertThat(load.out()).startsWith("{\"records\":2000,\"failed\":0,\"bytes\":20000,");
        assertThat(commands.out("consume", "loaded", "--from", "earliest")).hasLineCount(2_000);
    }

    @Test
    void shouldNameTheLineThatWasNotAcknowledged() {
        Clients.createTopic(broker, "small", 1);
        final Result result = commands.feed("1\n" + "x".repeat(1_100_000) + "\n3\n", "produce", "small");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
                .contains("millrace produce: line 2 was not acknowledged: ")
                .contains("2 records (2 bytes) acknowledged in ")
                .contains("; 1 not acknowledged");
        final Result keyless = commands.feed("a:1\nb\nc:3\n", "produce", "small", "--key-separator", ":");
        assertThat(keyless.exitCode()).isEqualTo(1);
        assertThat(keyless.err()).startsWith("millrace produce: line 2 has no ':'");
        assertThat(commands.out("consume", "small", "--from", "earliest")).isEqualTo("1\n3\n1\n");
    }

    @Test
    void shouldTellInOneLineWhatIsWrong() {
        Clients.createTopic(broker, "plain", 1);
        expect(2, "millrace: --acks 2: expected 0, 1 or all", "produce", "plain", "--acks", "2");
        expect(2, "millrace: --compression zip: expected one of none, ", "produce", "plain", "-z", "zip");
        expect(2, "millrace: --size and --rate: expected --count too", "produce", "plain", "--rate", "5");
        expect(2, "millrace: --header h: expected key=value", "produce", "plain", "--header", "h");
        expect(2, "millrace: Missing required parameter: 'TOPIC'", "produce");
        expect(1, "millrace produce: no partition 1 of plain: expected 0 to 0", "produce", "plain", "-p", "1");
        expect(1, "millrace produce: no topic can be called 'a/b'", "produce", "a/b");
        expect(1, "millrace consume: no topic none at ", "consume", "none");
        expect(1, "millrace consume: no partition 1 of plain", "consume", "plain:1");
        expect(1, "millrace consume: --from 5: expected 0 to 0 for", "consume", "plain:0", "--from", "5");
        expect(2, "millrace: --from then: expected earliest, ", "consume", "plain", "--from", "then");
        expect(2, "millrace: --count 0: expected 1 or more", "consume", "plain", "--count", "0");
        expect(2, "millrace: --from 5: expected earliest or latest with", "consume", "plain", "-g", "g", "--from", "5");
    }

    @Test
    void shouldTakeSettingsOfKafkasClientsFromAFile() throws IOException {
        Clients.createTopic(broker, "settled", 1);
        final Path folder = Project.scratch("client-config");
        final Path settings = folder.resolve("client.properties");
        Files.writeString(settings, "max.request.size=100\nbootstrap.servers=127.0.0.1:1\n");
        final Result tooLarge = commands.feed(
                "1\n" + "x".repeat(100) + "\n", "produce", "settled", "--client-config", settings.toString());
        assertThat(tooLarge.err())
                .contains("line 2 was not acknowledged: ", "larger than 100")
                .contains("1 record (1 byte) acknowledged in ");
        expect(
                1,
                "millrace produce: --client-config " + folder + "/none: expected a file of key=value lines",
                "produce",
                "settled",
                "--client-config",
                folder + "/none");
        Project.discard(folder);
    }

    @Test
    void shouldTellWhatWasAcknowledgedUntilItWasInterrupted() {
        Clients.createTopic(broker, "interrupted", 1);
        try (ChildProcess load = commands.start("produce", "interrupted", "--count", "10000000", "--rate", "500")) {
            load.awaitLine("2,", SOON);
            // As Ctrl-C, which whoever runs the tests in the background has had ignored.
            load.terminateCleanly(SOON);
            assertThat(load.err().lines().toList().getLast())
                    .containsPattern("^[0-9,]+ records \\([0-9,]+ bytes\\) acknowledged in ")
                    .doesNotContain("not acknowledged");
        }
    }

    @Test
    void shouldRewriteOneLineOnATerminal() throws IOException, InterruptedException {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "skipped: script is not installed");
        Clients.createTopic(broker, "watched", 1);
        final List<String> plain = commands.builder("produce", "watched", "--count", "1500", "--rate", "1000")
                .command();
        final Process terminal = new ProcessBuilder("script", "-qec", String.join(" ", plain), "/dev/null")
                .redirectErrorStream(true)
                .start();
        terminal.getOutputStream().close();
        final String shown = new String(terminal.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(terminal.waitFor()).as(shown).isZero();
        assertThat(shown)
                .containsPattern("\r[0-9,]+ of 1,500 records [^\r\n]*\r")
                .contains("\r1,500 records (150,000 bytes) acknowledged in ");
        assertThat(shown.split("\n")).hasSize(1);
    }

    @Test
    void shouldExplainThemselves() {
        for (final String command : List.of("produce", "consume")) {
            assertThat(commands.out(command, "--help"))
                    .contains("Usage: ./run.sh " + command, "For example:", "--bootstrap");
        }
    }

    private static void expect(final int code, final String line, final String... arguments) {
        final Result result = commands.run(arguments);
        assertThat(result.output()).startsWith(line);
        assertThat(result.output().lines().filter(l -> l.startsWith("millrace")))
                .hasSizeLessThanOrEqualTo(2);
        assertThat(result.exitCode()).isEqualTo(code);
    }
}
