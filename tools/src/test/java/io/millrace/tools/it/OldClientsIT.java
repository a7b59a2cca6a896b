package io.millrace.tools.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.Artifacts;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.ChildProcess;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.OldClientMain;
import io.millrace.tools.it.support.Project;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Java clients of former years speak older versions of every request. */
class OldClientsIT {
    private static BrokerUnderTest broker;
    private static Path folder;

    @BeforeAll
    static void launch() {
        broker = Brokers.launch();
        folder = Project.scratch("old-clients");
    }

    @AfterAll
    static void close() {
        if (broker != null) {
            broker.close();
            Project.discard(folder);
        }
    }

    @ParameterizedTest
    @CsvSource({"2.1.1,false", "2.8.2,true", "3.9.1,true"})
    void shouldServeAClientOf(final String version, final String idempotent) throws URISyntaxException {
        final String topic = "old-" + version;
        Clients.createTopic(broker, topic, 1);
        Clients.createTopic(broker, topic + "-transactions", 1);
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
                idempotent);
        try (ChildProcess client = ChildProcess.start("client-" + version, folder, Map.of(), command)) {
            final int exitCode = client.awaitExit(Duration.ofSeconds(60));
            assertThat(exitCode).as(client.output()).isZero();
            assertThat(client.out()).contains("1000 of 1000 in order", "10 of 10 committed");
        }
    }
}
