package io.millrace.tools.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.Artifacts;
import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.ChildProcess;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.CompatibilityReference;
import io.millrace.tools.it.support.OldClientMain;
import io.millrace.tools.it.support.Project;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Java clients of former years speak older versions of every request; each uses all that its version has. */
class OldClientsIT {
    private static BrokerUnderTest broker;
    private static Path folder;

    @BeforeAll
    static void launch() {
        broker = Brokers.launch(BrokerOptions.defaults()
                .with("group.initial.rebalance.delay.ms", "300")
                .with("group.consumer.min.heartbeat.interval.ms", "500")
                .with("group.consumer.heartbeat.interval.ms", "500"));
        folder = Project.scratch("old-clients");
    }

    @AfterAll
    static void close() {
        if (broker != null) {
            broker.close();
            Project.discard(folder);
        }
    }

    static List<String> versions() {
        return CompatibilityReference.JAVA_CLIENTS;
    }

    @ParameterizedTest
    @MethodSource("versions")
    void shouldServeAClientOf(final String version) throws URISyntaxException {
        final String topic = "old-" + version;
        Clients.createTopic(broker, topic, 1);
        Clients.createTopic(broker, topic + "-transactions", 1);
        Clients.createTopic(broker, topic + "-moved", 1);
        Clients.createTopic(broker, topic + "-shared", 2);
        final String classes = Path.of(OldClientMain.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toString();
        final List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                Artifacts.oldClient(version) + File.pathSeparator + classes,
                OldClientMain.class.getName(),
                broker.bootstrap(),
                topic,
                version);
        try (ChildProcess client = ChildProcess.start("client-" + version, folder, Map.of(), command)) {
            final int exitCode = client.awaitExit(Duration.ofSeconds(90));
            assertThat(exitCode).as(client.output()).isZero();
            assertThat(client.out().lines()).containsExactlyElementsOf(expected(version));
        }
    }

    private static List<String> expected(final String version) {
        final List<String> lines = new ArrayList<>(List.of("1000 of 1000 in order", "10 of 10 committed"));
        if (version.compareTo("2.5") > 0) {
            lines.addAll(List.of("10 of 10 moved", "shared"));
        }
        if (version.compareTo("4.0") > 0) {
            lines.add("shared anew");
        }
        if (version.compareTo("2.8") > 0) {
            lines.add("managed");
        }
        return lines;
    }
}
