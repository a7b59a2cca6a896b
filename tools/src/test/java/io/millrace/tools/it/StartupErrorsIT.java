package io.millrace.tools.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.ChildProcess;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.MillraceBroker;
import io.millrace.tools.it.support.Ports;
import io.millrace.tools.it.support.Project;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each mistake at the start is one clear line and an exit code; a start that works says so in one line. */
class StartupErrorsIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Path folder;

    @BeforeEach
    void prepare() {
        Assumptions.assumeTrue(Brokers.areMillrace(), "skipped: this is about Millrace's command line");
        folder = Project.scratch("startup");
    }

    @AfterEach
    void clean() {
        if (folder != null) {
            Project.discard(folder);
        }
    }

    @Test
    void shouldNameThePortThatIsTaken() throws IOException {
        final int port = Ports.free(1);
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            expectFailure(Integer.toString(port), "--port", Integer.toString(port));
        }
    }

    @Test
    void shouldNameTheDirectoryThatAnotherBrokerHolds() {
        try (MillraceBroker first = MillraceBroker.launch(BrokerOptions.defaults())) {
            final String said = expectFailure(
                    first.dataDir().toString(), "--data-dir", first.dataDir().toString());
            assertThat(said).contains("another broker");
            Clients.createTopic(first, "still-there", 1);
        }
    }

    @Test
    void shouldNameTheDirectoryThatCannotBe() throws IOException {
        final Path file = Files.writeString(folder.resolve("a-file"), "in the way");
        expectFailure("a-file", "--data-dir", file.toString());
        expectFailure("a-file", "--data-dir", file.resolve("below").toString());
        expectFailure("/proc/millrace", "--data-dir", "/proc/millrace");
    }

    @Test
    void shouldSayThatTooFewFilesAreAllowed() {
        Assumptions.assumeTrue(MillraceBroker.isBuilt(), "skipped: there is no built run.sh");
        final String start = "ulimit -n 30; exec " + Project.HOME.resolve("run.sh") + " start --port " + port();
        try (ChildProcess broker = ChildProcess.start(
                "millrace", folder, Map.of("MILLRACE_SKIP_BUILD", "1"), List.of("bash", "-c", start))) {
            assertThat(broker.awaitExit(LIMIT)).isEqualTo(1);
            assertThat(broker.output().strip().lines())
                    .singleElement()
                    .asString()
                    .contains("too few open files allowed: 30")
                    .contains("ulimit -n");
        }
    }

    @Test
    void shouldNameTheNearestSetting() {
        assertThat(expectFailure("retention", "--set", "log.retention.hour=1")).contains("log.retention.hours");
        expectFailure("no.such.thing.at.all", "--set", "no.such.thing.at.all=1");
    }

    @Test
    void shouldNameTheValueThatIsWrong() {
        expectFailure("log.segment.bytes", "--set", "log.segment.bytes=many");
        expectFailure("--port", "--port", "many");
        expectFailure("--port 70000: expected a port", "--port", "70000");
        expectFailure("--host is empty", "--host", "");
        expectFailure("names a processor twice", "--cores", "0,0");
        expectFailure("listener.name.plaintext.advertise", "--advertise", "both");
        expectFailure("both", "--advertise", "both");
        expectFailure("never", "--durability", "never");
        expectFailure("--no-such-option", "--no-such-option");
        expectFailure("no-such-file", "--config", folder.resolve("no-such-file").toString());
    }

    @Test
    void shouldTakeASettingThatKafkaKnowsWithOneWarning() {
        final List<String> command =
                List.of("start", "--port", port(), "--data-dir", data(), "--set", "num.io.threads=8");
        try (ChildProcess broker = MillraceBroker.command(folder, Map.of(), command)) {
            broker.awaitLine("Millrace ready", LIMIT);
            assertThat(broker.output().lines().filter(line -> line.contains("num.io.threads")))
                    .hasSize(1);
            broker.terminateCleanly(LIMIT);
        }
    }

    @Test
    void shouldSayWhenItIsReadyAndGoDownCleanly() throws IOException {
        final Path pidFile = folder.resolve("broker.pid");
        final String port = port();
        final List<String> command =
                List.of("start", "--port", port, "--data-dir", data(), "--pid-file", pidFile.toString());
        try (ChildProcess broker = MillraceBroker.command(folder, Map.of(), command)) {
            broker.awaitLine("Millrace ready", LIMIT);
            assertThat(Files.readString(pidFile).trim()).isEqualTo(Long.toString(broker.pid()));
            assertThat(broker.output().lines().filter(line -> line.startsWith("Millrace ready")))
                    .hasSize(1);
            assertThat(broker.output()).contains(port, "fsync", "data");
            broker.terminateCleanly(LIMIT);
            assertThat(Files.exists(pidFile)).isFalse();
        }
        assertThat(Files.exists(Path.of(data(), ".kafka_cleanshutdown"))).isTrue();
    }

    @Test
    void shouldTakeSettingsFromTheEnvironmentAndAFile() throws IOException {
        final Path file = Files.writeString(folder.resolve("server.properties"), "num.partitions=3\nnode.id=7\n");
        final int port = Ports.free(1);
        final List<String> command =
                List.of("start", "--port", Integer.toString(port), "--data-dir", data(), "--config", file.toString());
        final Map<String, String> environment = Map.of("MILLRACE_NUM_PARTITIONS", "5");
        try (ChildProcess broker = MillraceBroker.command(folder, environment, command)) {
            broker.awaitLine("Millrace ready", LIMIT);
            try (var admin = org.apache.kafka.clients.admin.Admin.create(
                    Map.<String, Object>of("bootstrap.servers", "127.0.0.1:" + port))) {
                final var topic = new org.apache.kafka.clients.admin.NewTopic(
                        "by-default", java.util.Optional.empty(), java.util.Optional.empty());
                assertThat(Clients.get(admin.createTopics(List.of(topic)).numPartitions("by-default")))
                        .isEqualTo(5);
                assertThat(Clients.get(admin.describeCluster().nodes())
                                .iterator()
                                .next()
                                .id())
                        .isEqualTo(7);
            }
        }
    }

    @Test
    void shouldNameTheJdkThatIsTooOld() throws IOException {
        Assumptions.assumeTrue(MillraceBroker.isBuilt(), "skipped: run.sh has nothing built to start");
        final Path old = anOlderJdk();
        Assumptions.assumeTrue(old != null, "skipped: no JDK 17 or 21 beside the right one");
        final Path home = Files.createDirectories(folder.resolve("home"));
        final Map<String, String> environment = Map.of("JAVA_HOME", old.toString(), "HOME", home.toString());
        final List<String> command = List.of("start", "--port", port(), "--data-dir", data());
        try (ChildProcess broker = MillraceBroker.command(folder, environment, command)) {
            // The right one is found in its usual place, or the wrong one is named.
            try {
                broker.awaitLine("Millrace ready", LIMIT);
            } catch (final IllegalStateException e) {
                assertThat(broker.output()).contains("needs a JDK 25");
            }
        }
    }

    private static Path anOlderJdk() throws IOException {
        final Path parent = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(parent)) {
            return null;
        }
        try (Stream<Path> jdks = Files.list(parent)) {
            return jdks.filter(jdk -> jdk.toString().matches(".*-(17|21)(-.*)?"))
                    .filter(jdk -> Files.isExecutable(jdk.resolve("bin/javac")))
                    .findFirst()
                    .orElse(null);
        }
    }

    private String expectFailure(final String named, final String... arguments) {
        final List<String> command = new ArrayList<>(List.of("start"));
        if (!List.of(arguments).contains("--port")) {
            command.addAll(List.of("--port", port()));
        }
        if (!List.of(arguments).contains("--data-dir")) {
            command.addAll(List.of("--data-dir", data()));
        }
        command.addAll(List.of(arguments));
        try (ChildProcess broker = MillraceBroker.command(folder, Map.of(), command)) {
            assertThat(broker.awaitExit(LIMIT)).isNotZero();
            final String said = broker.output();
            assertThat(said).contains(named).doesNotContain("\tat ", "Exception in thread");
            assertThat(said.strip().lines().filter(line -> !line.isBlank()).count())
                    .as(said)
                    .isLessThanOrEqualTo(3);
            return said;
        }
    }

    private static String port() {
        return Integer.toString(Ports.free(1));
    }

    private String data() {
        return folder.resolve("data").toString();
    }
}
