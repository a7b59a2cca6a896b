package io.millrace.tools.it;

import static io.millrace.tools.it.support.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.ChildProcess;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.MillraceBroker;
import io.millrace.tools.it.support.Project;
import io.millrace.tools.it.support.Sequences;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On a small file system of its own: a full disk refuses writes, loses nothing, and takes them again by itself. */
class DiskFullIT {
    private static final String TOPIC = "full";
    private static final int RECORDS = 2_000;
    private static final long LOOK_AGAIN_NS = 20_000_000;

    private Path folder;
    private Path disk;

    @BeforeEach
    void mount() throws IOException {
        Assumptions.assumeTrue(Brokers.areMillrace(), "skipped: Apache Kafka stops when its disk is full");
        folder = Project.scratch("full");
        final Path made = Files.createDirectory(folder.resolve("disk"));
        final int exitCode = command("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", made.toString());
        Assumptions.assumeTrue(exitCode == 0, "skipped: may not mount a file system");
        disk = made;
    }

    @AfterEach
    void unmount() {
        if (disk != null) {
            command("umount", "-l", disk.toString());
        }
        if (folder != null) {
            Project.discard(folder);
        }
    }

    @Test
    void shouldRefuseWritesAndTakeThemAgain() throws IOException {
        try (MillraceBroker broker = MillraceBroker.launchIn(disk.resolve("data"), BrokerOptions.defaults())) {
            Clients.createTopic(broker, TOPIC, 1);
            final int first = send(broker, 0, 100);
            final Path filling = disk.resolve("filling");
            fillUp(filling);
            assertThatThrownBy(() -> {
                        try (var producer =
                                Clients.producer(broker, "delivery.timeout.ms", "3000", "request.timeout.ms", "2000")) {
                            for (int i = 0; i < 400; i++) {
                                get(producer.send(new ProducerRecord<>(TOPIC, 0, null, Sequences.value(9, i, 60_000))));
                            }
                        }
                    })
                    .isInstanceOf(RuntimeException.class);
            assertThat(read(broker)).isGreaterThanOrEqualTo(first);
            Files.delete(filling);
            final long before = read(broker);
            send(broker, 1_000_000, 100);
            assertThat(read(broker)).isEqualTo(before + 100);
            broker.kill();
            broker.start();
            assertThat(read(broker)).isEqualTo(before + 100);
        }
    }

    @Test
    void shouldSayThatItCannotStartAndStartWhenThereIsRoom() throws IOException {
        try (MillraceBroker broker = MillraceBroker.launchIn(disk.resolve("data"), BrokerOptions.defaults())) {
            Clients.createTopic(broker, TOPIC, 1);
            send(broker, 0, RECORDS);
            broker.kill();
            final Path filling = disk.resolve("filling");
            fillUp(filling);
            assertThat(isRefused(broker, disk.resolve("new"))).isTrue();
            final long all = Files.size(filling);
            int refusals = 0;
            for (long freed = 0; isRefused(broker, broker.dataDir()); freed += 64 * 1024) {
                refusals++;
                try (FileChannel file = FileChannel.open(filling, StandardOpenOption.WRITE)) {
                    file.truncate(all - freed);
                }
            }
            assertThat(refusals).as("starts without room").isPositive();
            Files.delete(filling);
            broker.start();
            assertThat(read(broker)).isEqualTo(RECORDS);
            send(broker, RECORDS, 100);
        }
    }

    /** Starts another process on a directory; false if there was room enough for it. */
    private boolean isRefused(final MillraceBroker broker, final Path dataDir) {
        final List<String> command =
                List.of("start", "--data-dir", dataDir.toString(), "--port", Integer.toString(broker.port()));
        try (ChildProcess process = MillraceBroker.command(folder, Map.of(), command)) {
            while (process.isAlive()) {
                if (process.output().contains("Millrace ready")) {
                    assertThat(read(broker)).isEqualTo(RECORDS);
                    process.kill();
                    return false;
                }
                LockSupport.parkNanos(LOOK_AGAIN_NS);
            }
            assertThat(process.awaitExit(Duration.ofSeconds(60)))
                    .as(process.output())
                    .isEqualTo(1);
            assertThat(process.output().lines().filter(line -> !line.contains(" WARN ")))
                    .as(process.output())
                    .singleElement(InstanceOfAssertFactories.STRING)
                    .startsWith("millrace: data directory " + dataDir)
                    .containsIgnoringCase("no space left");
            return true;
        }
    }

    private static int send(final MillraceBroker broker, final int from, final int count) {
        try (var producer = Clients.producer(broker)) {
            for (int i = 0; i < count; i++) {
                get(producer.send(new ProducerRecord<>(TOPIC, 0, null, Sequences.value(0, from + i, 1_000))));
            }
        }
        return count;
    }

    private static long read(final MillraceBroker broker) {
        return Clients.endOffset(broker, new TopicPartition(TOPIC, 0));
    }

    private static void fillUp(final Path file) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            final byte[] zeros = new byte[65_536];
            for (int i = 0; i < 2_000; i++) {
                out.write(zeros);
            }
        } catch (final IOException e) {
            assertThat(e).hasMessageContaining("No space");
        }
    }

    private int command(final String... command) {
        try (ChildProcess process = ChildProcess.start("mount", folder, Map.of(), List.of(command))) {
            return process.awaitExit(Duration.ofSeconds(10));
        }
    }
}
