package io.millrace.tools.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tools.it.support.BrokerOptions;
import io.millrace.tools.it.support.ChildProcess;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.MillraceBroker;
import io.millrace.tools.it.support.Project;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A copy of one partition is, byte for byte and file by file, what the broker has. */
class FollowIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String TOPIC = "followed";
    private static final int PARTITION = 1;
    private static final String DIRECTORY = TOPIC + "-" + PARTITION;

    private MillraceBroker broker;
    private Path folder;
    private Path copy;
    private ChildProcess follower;

    @BeforeEach
    void launch() {
        folder = Project.scratch("follow");
        copy = folder.resolve("copy");
        broker = MillraceBroker.launch(BrokerOptions.defaults().withCores(1));
        Clients.createTopic(broker, TOPIC, 2, "segment.bytes", "1048576");
    }

    @AfterEach
    void close() {
        if (follower != null) {
            follower.close();
        }
        broker.close();
        Project.discard(folder);
    }

    @Test
    void shouldCopyOnceAndThenGoOn() {
        produce(4_000, 1);
        assertThat(follow("--once").awaitExit(LIMIT)).isZero();
        assertSame();
        assertThat(files(copy).size()).isGreaterThan(2);

        produce(500, 2);
        assertThat(follow("--once").awaitExit(LIMIT)).isZero();
        assertSame();
    }

    @Test
    void shouldOutliveKillsOfItselfAndOfTheBroker() {
        follow();
        produce(3_000, 1);
        follower.kill();
        produce(3_000, 2);
        follow();
        produce(1_000, 3);
        broker.kill();
        broker.start();
        produce(3_000, 4);
        until(this::isSame);
        follower.terminateCleanly(LIMIT);
        assertSame();

        assertThat(MillraceBroker.command(
                                folder,
                                Map.of(),
                                List.of("inspect", copy.resolve(DIRECTORY).toString(), "--verify"))
                        .awaitExit(LIMIT))
                .isZero();
    }

    @Test
    void shouldBeCutBackWhereTheBrokersHistoryEnds() {
        produce(2_000, 1);
        broker.stop();
        final Path saved = folder.resolve("saved");
        copyTree(broker.dataDir(), saved);
        broker.start();
        follow();
        produce(3_000, 2);
        until(this::isSame);

        broker.stop();
        Project.deleteTree(broker.dataDir());
        copyTree(saved, broker.dataDir());
        broker.start();
        until(this::isSame);
        produce(3_000, 3);
        until(this::isSame);
        follower.terminateCleanly(LIMIT);
        assertSame();
    }

    @Test
    void shouldSayInOneLineWhyItCannotFollow() throws IOException {
        assertRefused("has no partition 1 of topic nowhere", arguments("nowhere", copy));
        assertRefused("is in use by another process", arguments(TOPIC, broker.dataDir()));
        assertRefused(
                2,
                "millrace: ",
                "expected HOST:PORT",
                List.of(
                        "follow",
                        "--from",
                        "here",
                        "--topic",
                        TOPIC,
                        "--partition",
                        "1",
                        "--data-dir",
                        copy.toString()));
        final Path file = Files.writeString(folder.resolve("a-file"), "not a directory");
        final List<String> withAeron = new ArrayList<>(arguments(TOPIC, copy));
        withAeron.addAll(List.of("--aeron-dir", file.resolve("aeron").toString()));
        assertRefused("name another one with --aeron-dir", withAeron);
    }

    private void assertRefused(final String why, final List<String> arguments) {
        assertRefused(1, "millrace follow: ", why, arguments);
    }

    private void assertRefused(final int code, final String who, final String why, final List<String> arguments) {
        final ChildProcess refused = MillraceBroker.command(folder, Map.of(), arguments);
        assertThat(refused.awaitExit(LIMIT)).as(refused.output()).isEqualTo(code);
        assertThat(refused.err().lines().filter(line -> line.startsWith(who)))
                .hasSize(1)
                .allSatisfy(line -> assertThat(line).contains(why));
        assertThat(refused.err()).doesNotContain("\tat ");
    }

    private ChildProcess follow(final String... more) {
        final List<String> arguments = new ArrayList<>(arguments(TOPIC, copy));
        arguments.addAll(List.of(more));
        follower = MillraceBroker.command(folder, Map.of(), arguments);
        return follower;
    }

    private List<String> arguments(final String topic, final Path dataDirectory) {
        return List.of(
                "follow",
                "--from",
                broker.bootstrap(),
                "--topic",
                topic,
                "--partition",
                Integer.toString(PARTITION),
                "--data-dir",
                dataDirectory.toString());
    }

    private void produce(final int count, final long seed) {
        final Random random = new Random(seed);
        try (var producer = Clients.producer(broker, "linger.ms", "2")) {
            for (int i = 0; i < count; i++) {
                final byte[] value = new byte[200 + random.nextInt(1_500)];
                random.nextBytes(value);
                producer.send(new ProducerRecord<>(TOPIC, PARTITION, null, value));
            }
            producer.flush();
        }
    }

    private void until(final BooleanSupplier condition) {
        final long deadlineNs = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadlineNs || !follower.isAlive()) {
                throw new AssertionError("did not happen; the follower says:\n" + follower.output());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private boolean isSame() {
        final Map<String, byte[]> theirs = files(broker.dataDir());
        final Map<String, byte[]> ours = files(copy);
        return theirs.keySet().equals(ours.keySet())
                && theirs.entrySet().stream().allMatch(each -> Arrays.equals(each.getValue(), ours.get(each.getKey())));
    }

    private void assertSame() {
        final Map<String, byte[]> theirs = files(broker.dataDir());
        final Map<String, byte[]> ours = files(copy);
        assertThat(ours.keySet()).isEqualTo(theirs.keySet());
        theirs.forEach((name, bytes) -> assertThat(ours.get(name)).as(name).isEqualTo(bytes));
    }

    /** The partition's segments by name. */
    private static Map<String, byte[]> files(final Path dataDirectory) {
        final Map<String, byte[]> files = new TreeMap<>();
        final Path directory = dataDirectory.resolve(DIRECTORY);
        if (!Files.isDirectory(directory)) {
            return files;
        }
        try (Stream<Path> names = Files.list(directory)) {
            for (final Path name :
                    names.filter(each -> each.toString().endsWith(".log")).toList()) {
                read(name, files);
            }
            return files;
        } catch (final IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** A copy that is being cut back may lose a file between its name and its bytes. */
    private static void read(final Path file, final Map<String, byte[]> files) throws IOException {
        try {
            files.put(file.getFileName().toString(), Files.readAllBytes(file));
        } catch (final NoSuchFileException gone) {
            files.remove(file.getFileName().toString());
        }
    }

    private static void copyTree(final Path from, final Path to) {
        try (Stream<Path> paths = Files.walk(from)) {
            for (final Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        } catch (final IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
