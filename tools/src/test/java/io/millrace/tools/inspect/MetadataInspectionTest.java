package io.millrace.tools.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.log.PartitionMetadata;
import io.millrace.engine.metadata.ConfigChange;
import io.millrace.engine.metadata.FileMetadataLog;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.metadata.MetadataDamageException;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.MetadataStateMachine;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.ResourceType;
import io.millrace.engine.os.DiskCompanion;
import io.millrace.engine.os.OsDisk;
import io.millrace.engine.settings.Settings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.apache.kafka.common.record.internal.CompressionType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the inspector says of a data directory's metadata, and of its partitions in the light of it. */
class MetadataInspectionTest {
    private static final Options VERIFY =
            new Options(false, true, false, false, false, false, 0, Long.MAX_VALUE, Long.MAX_VALUE, -1);
    private static final Options JSON =
            new Options(false, false, false, false, true, false, 0, Long.MAX_VALUE, Long.MAX_VALUE, -1);
    private static final String PROPERTIES =
            "#\ncluster.id=AAAAAAAAEjQAAAAAAABWeA\ndirectory.id=x\nnode.id=1\nversion=1\n";

    @TempDir
    private Path data;

    private Path log;
    private Path topicId;
    private Path properties;
    private final MetadataImage image = new MetadataImage(1, Settings.defaults());
    private String out;

    @BeforeEach
    void writeTwoTopicsOneOfWhichWasDeleted() throws IOException {
        log = data.resolve("millrace-metadata.log");
        properties = data.resolve("meta.properties");
        Files.writeString(properties, PROPERTIES);
        try (MetadataWriter writer = new MetadataWriter(data, image)) {
            write(writer, image);
        }
        new LogFixture(data, "orders-0").roll().batch(CompressionType.NONE, 3, -1, -1);
        topicId = data.resolve("orders-0/partition.metadata");
        writeTopicId(image.topic("orders").idHigh());
        assertThat(inspect(VERIFY, data)).as(out).isEqualTo(Inspector.GOOD);
        assertThat(out).contains(": no damage, 0 torn tails");
    }

    private void writeTopicId(final long high) throws IOException {
        final DirectBuffer text =
                new PartitionMetadata(high, image.topic("orders").idLow()).encode();
        final byte[] bytes = new byte[text.capacity()];
        text.getBytes(0, bytes);
        Files.write(topicId, bytes);
    }

    @Test
    void shouldSayOfEveryFlippedBitWhatAStartSays() throws IOException {
        final byte[] good = Files.readAllBytes(log);
        for (int at = 0; at < good.length; at += 5) {
            LogFixture.flip(log, at);
            final String refusal = start(Files.readAllBytes(log));
            final int code = inspect(VERIFY, log);
            if (refusal == null) {
                assertThat(code).as("byte %d: %s", at, out).isEqualTo(Inspector.GOOD);
                assertThat(out).as("byte %d", at).contains("torn: " + log);
            } else {
                assertThat(code).as("byte %d: %s", at, out).isEqualTo(Inspector.DAMAGED);
                assertThat(out)
                        .contains("damage: " + refusal.replace("millrace-metadata.log is damaged at", log + " at"));
                assertThat(inspect(VERIFY, data)).isEqualTo(Inspector.DAMAGED);
            }
            Files.write(log, good);
        }
    }

    @Test
    void shouldShowEveryRecordInWords() {
        assertThat(inspect(Options.DEFAULT, log)).isEqualTo(Inspector.GOOD);
        assertThat(out)
                .contains("NodeStarted       node 1 with 2 cores")
                .contains("orders #2 id " + idOf("orders") + ", partitions 0@1.", ", retention.ms=5000")
                .contains("TopicDeleted      topic #1")
                .contains("EpochsReserved    for moves: partitions #2 0e1")
                .containsPattern("PartitionsMoved   partitions #2 0@1\\.[01]e1")
                .contains("ConfigChanged     topic orders: retention.ms=6000")
                .contains("ConfigChanged     user alice: SCRAM-SHA-256=(secret)")
                .doesNotContain("stored_key")
                .contains("Seal");
        assertThat(inspect(JSON, log)).isEqualTo(Inspector.GOOD);
        assertThat(out).contains("\"record\":\"ConfigChanged\",\"content\":\"topic orders: retention.ms=6000\"");
    }

    @Test
    void shouldJudgeLogAndSnapshotTogether() throws IOException {
        final Path snapshot = data.resolve("millrace-metadata.snapshot");
        Files.writeString(snapshot, "not a frame, though long enough for one");
        assertThat(inspect(VERIFY, data)).isEqualTo(Inspector.DAMAGED);
        assertThat(out).contains("damage: " + snapshot + " at byte 0: the snapshot's checksum or length is wrong");
        assertThat(inspect(Options.DEFAULT, snapshot)).isEqualTo(Inspector.DAMAGED);
    }

    @Test
    void shouldCompareTheTopicIdsOfDirectories() throws IOException {
        writeTopicId(77);
        assertThat(inspect(VERIFY, data)).isEqualTo(Inspector.DAMAGED);
        assertThat(out)
                .contains("damage: " + topicId + " at byte 0: topic id is AAAAAAAAAE")
                .contains("the metadata says " + idOf("orders"));
        Files.writeString(topicId, "topic_id: " + idOf("orders") + "\n");
        assertThat(inspect(VERIFY, data)).isEqualTo(Inspector.DAMAGED);
        assertThat(out).contains("damage: " + topicId + " at byte 0: is not whole");
    }

    @Test
    void shouldMissThePartitionThatReachedAnOffset() throws IOException {
        Files.writeString(data.resolve("recovery-point-offset-checkpoint"), "0\n2\norders 0 3\norders 1 7\n");
        assertThat(inspect(VERIFY, data)).isEqualTo(Inspector.DAMAGED);
        assertThat(out).contains("damage: " + data.resolve("orders-1") + ": is missing, but was durable up to 7");
    }

    @Test
    void shouldTakeAnEndBeforeAPartitionThatIsThereForDamage() throws IOException {
        Files.write(log, Arrays.copyOf(Files.readAllBytes(log), 30));
        assertThat(inspect(VERIFY, data)).isEqualTo(Inspector.DAMAGED);
        assertThat(out).contains("orders-0 belongs to no topic that the metadata knows");
    }

    @Test
    void shouldRequireOfMetaPropertiesWhatAStartDoes() throws IOException {
        for (final Map.Entry<String, String> wrong : Map.of(
                        PROPERTIES.replace("cluster", "clusteR"),
                        "cluster.id is missing",
                        PROPERTIES.replace("version=1", "version=2"),
                        "version is 2, expected 1",
                        PROPERTIES.replace("node.id=1", "node.id=one"),
                        "node.id is \"one\", expected a number",
                        "",
                        "version is missing, expected 1")
                .entrySet()) {
            Files.writeString(properties, wrong.getKey());
            for (final Path path : List.of(data, properties)) {
                assertThat(inspect(VERIFY, path)).isEqualTo(Inspector.DAMAGED);
                assertThat(out).contains("damage: " + properties + ": " + wrong.getValue());
            }
        }
        Files.write(properties, new byte[] {(byte) 0xff, (byte) 0xfe});
        assertThat(inspect(Options.DEFAULT, properties)).isEqualTo(Inspector.DAMAGED);
    }

    @Test
    void shouldMissTheLogBesideAJournal() throws IOException {
        Files.move(log, data.resolve("elsewhere"));
        Files.write(data.resolve("millrace-metadata.snapshot"), new byte[0]);
        assertThat(inspect(VERIFY, data)).isEqualTo(Inspector.DAMAGED);
        assertThat(out).contains("damage: " + log + ": is missing");
    }

    private String idOf(final String topic) {
        return Values.topicId(image.topic(topic).idHigh(), image.topic(topic).idLow());
    }

    private int inspect(final Options options, final Path path) {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final int code =
                Inspector.run(List.of(path), options, bytes, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        out = bytes.toString(StandardCharsets.UTF_8);
        return code;
    }

    /** What a start that finds these bytes says, or null if it goes on. */
    private static String start(final byte[] bytes) throws IOException {
        final Path copy = Files.createTempDirectory("metadata");
        final Path file = copy.resolve("millrace-metadata.log");
        Files.write(file, bytes);
        final DiskCompanion companion = new DiskCompanion(copy);
        try {
            FileMetadataLog.open(
                            new OsDisk(companion, () -> {}),
                            new MetadataWriter.Applier(
                                    new MetadataStateMachine(new MetadataImage(1, Settings.defaults()))))
                    .close();
            return null;
        } catch (final MetadataDamageException e) {
            return e.getMessage();
        } finally {
            companion.close();
            Files.delete(file);
            Files.delete(copy);
        }
    }

    private static void write(final MetadataWriter to, final MetadataImage image) {
        to.commit(command -> MetadataCommands.remap(command, 0, 2));
        to.commit(command -> MetadataCommands.createTopic(command, 0, "gone", 1, -1, List.of(), Map.of(), false));
        to.commit(command -> MetadataCommands.createTopic(
                command, 0, "orders", 2, -1, List.of(), Map.of("retention.ms", "5000"), false));
        to.commit(command -> MetadataCommands.deleteTopic(command, 0, "gone"));
        final PartitionImage moved = image.topic("orders").partition(0);
        to.commit(command -> MetadataCommands.reserveEpoch(command, 0, moved.partitionKey(), 0));
        to.commit(
                command -> MetadataCommands.movePartition(command, 0, moved.partitionKey(), 1 - moved.ownerCore(), 0));
        to.commit(command -> MetadataCommands.alterConfig(
                command,
                0,
                ResourceType.TOPIC,
                "orders",
                List.of(new ConfigChange(ConfigChange.Operation.SET, "retention.ms", "6000")),
                false,
                false));
        to.commit(command -> MetadataCommands.alterConfig(
                command,
                0,
                ResourceType.USER,
                "alice",
                List.of(new ConfigChange(ConfigChange.Operation.SET, "SCRAM-SHA-256", "stored_key=x")),
                false,
                false));
    }
}
