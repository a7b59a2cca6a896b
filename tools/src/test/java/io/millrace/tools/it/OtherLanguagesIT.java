package io.millrace.tools.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.ChildProcess;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.Programs;
import io.millrace.tools.it.support.Project;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that are neither Java's nor kcat, in groups and, where they know them, in transactions. */
class OtherLanguagesIT {
    private static final Path PYTHON = Path.of("/usr/bin/python3");
    private static final Path GO_SOURCES = Path.of("/usr/share/gocode");
    private static final Duration WITHIN = Duration.ofSeconds(120);

    private static BrokerUnderTest broker;
    private static Path folder;

    @BeforeAll
    static void launch() {
        folder = Project.scratch("languages");
        broker = Brokers.launch(BrokerOptions.defaults().with("group.initial.rebalance.delay.ms", "500"));
    }

    @AfterAll
    static void close() {
        if (broker != null) {
            broker.close();
            Project.discard(folder);
        }
    }

    @Test
    void shouldServeKafkaPython() {
        assumePython("kafka", "python3-kafka");
        assertThat(run("python", Map.of(), PYTHON.toString(), Programs.source("kafka_python.py")))
                .contains("produced 100", "consumed 100 in group", "shared 2 partitions", "listed groups");
    }

    @Test
    void shouldServeLibrdkafkaInPython() {
        assumePython("confluent_kafka", "python3-confluent-kafka");
        assertThat(run("confluent", Map.of(), PYTHON.toString(), Programs.source("confluent.py")))
                .contains("produced 100", "consumed 100 in group", "moved 100 in transactions", "listed groups");
    }

    @Test
    void shouldServeKafkajs() throws IOException {
        final Path modules = kafkajs();
        assertThat(run("node", Map.of("NODE_PATH", modules.toString()), "node", Programs.source("kafkajs.js")))
                .contains("produced 100", "consumed 100 in group", "wrote 100 in transactions", "listed groups");
    }

    @Test
    void shouldServeSarama() throws IOException {
        final Path sarama = GO_SOURCES.resolve("src/github.com/Shopify/sarama");
        Assumptions.assumeTrue(
                Files.exists(sarama) && succeeds(Map.of(), "go", "version"),
                "skipped: Sarama is not installed (apt-get install golang-go golang-github-shopify-sarama-dev)");
        final Path program = folder.resolve("sarama");
        final Path cache = Files.createDirectories(Project.HOME.resolve("tools/target/it-artifacts/go"));
        final Map<String, String> environment =
                Map.of("GO111MODULE", "off", "GOPATH", GO_SOURCES.toString(), "GOCACHE", cache.toString());
        final List<String> build = List.of("go", "build", "-o", program.toString(), Programs.source("sarama.go"));
        try (ChildProcess go = ChildProcess.start("go", folder, environment, build)) {
            assertThat(go.awaitExit(Duration.ofMinutes(3))).as(go.output()).isZero();
        }
        assertThat(run("sarama", Map.of(), program.toString()))
                .contains("produced 100", "consumed 100 in group", "listed groups");
    }

    private static void assumePython(final String module, final String debianPackage) {
        Assumptions.assumeTrue(
                Files.isExecutable(PYTHON) && succeeds(Map.of(), PYTHON.toString(), "-c", "import " + module),
                "skipped: no Python module " + module + " (apt-get install " + debianPackage + ")");
    }

    /** Fetched from npm when it is first needed. */
    private static Path kafkajs() throws IOException {
        final String version = Project.property("kafkajs.version");
        final Path home = Files.createDirectories(Project.HOME.resolve("tools/target/it-artifacts/kafkajs-" + version));
        final Path modules = home.resolve("node_modules");
        if (!Files.exists(modules.resolve("kafkajs/package.json"))) {
            Assumptions.assumeTrue(
                    succeeds(
                            Map.of(),
                            "npm",
                            "install",
                            "--no-audit",
                            "--no-fund",
                            "--prefix",
                            home.toString(),
                            "kafkajs@" + version),
                    "skipped: npm is not there or could not fetch kafkajs " + version);
        }
        return modules;
    }

    private static boolean succeeds(final Map<String, String> environment, final String... command) {
        try (ChildProcess child = ChildProcess.start("probe", folder, environment, List.of(command))) {
            return child.awaitExit(WITHIN) == 0;
        } catch (final UncheckedIOException e) {
            return false;
        }
    }

    /** Runs a client's program on a topic of its own and returns what it said, if it ended well. */
    private static String run(final String name, final Map<String, String> environment, final String... command) {
        Clients.createTopic(broker, name, 2);
        final List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(broker.bootstrap(), name));
        try (ChildProcess client = ChildProcess.start(name, folder, environment, all)) {
            final int exitCode = client.awaitExit(WITHIN);
            assertThat(exitCode).as(client.output()).isZero();
            return client.out();
        }
    }
}
