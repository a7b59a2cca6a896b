package io.millrace.engine.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.log.BlockingDisk;
import io.millrace.engine.log.CheckpointException;
import io.millrace.engine.log.Checkpoints;
import io.millrace.engine.log.LogFiles;
import io.millrace.engine.log.PartitionMetadata;
import io.millrace.engine.metadata.FileMetadataLog;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.metadata.MetadataDamageException;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.port.Entropy;
import io.millrace.engine.port.MetadataLogHandler;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.settings.Settings;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What a node makes of its data directory before any core runs. */
class NodeBootTest {
    private static final int FRAME_HEADER_BYTES = 24;

    private final SimDiskImage image = new SimDiskImage();
    private final Entropy entropy = new SeededEntropy(7);
    private SimDisk disk;

    @Test
    void shouldCutAnUnfinishedTopicThatHasNoDirectory() {
        createTopic(boot());
        spoilTheEndOfTheLog();
        final NodeBoot again = boot();
        assertThat(again.image().topic("t")).isNull();
        assertThat(again.findings()).anyMatch(finding -> finding.contains("unfinished write"));
    }

    @Test
    void shouldCallItDamageIfThePartitionHasADirectory() {
        final NodeBoot first = boot();
        createTopic(first);
        makeDirectory("t-0", first.image().topic("t"));
        spoilTheEndOfTheLog();
        final byte[] before = image.contents(FileMetadataLog.FILE);
        expectDamage("t-0");
        assertThat(image.contents(FileMetadataLog.FILE)).isEqualTo(before);
        assertThat(image.exists("t-0/" + LogFiles.PARTITION_METADATA)).isTrue();
    }

    @Test
    void shouldCallItDamageIfAnAddedPartitionHasADirectory() {
        final NodeBoot first = boot();
        createTopic(first);
        final ExpandableArrayBuffer command = new ExpandableArrayBuffer();
        execute(first, command, MetadataCommands.createPartitions(command, 0, "t", 2, null, false));
        makeDirectory("t-0", first.image().topic("t"));
        makeDirectory("t-1", first.image().topic("t"));
        spoilTheEndOfTheLog();
        expectDamage("t-1");
    }

    @Test
    void shouldSetAsideWhatBelongsToNobody() {
        final NodeBoot first = boot();
        createTopic(first);
        makeDirectory("other-0", first.image().topic("t"));
        final NodeBoot again = boot();
        assertThat(again.hasDirectory("other-0")).isFalse();
        assertThat(again.findings())
                .anyMatch(finding -> finding.startsWith("other-0 ") && finding.contains("nothing was deleted"));
    }

    @Test
    void shouldMendATopicIdThatWentBad() {
        final String file = "t-0/" + LogFiles.PARTITION_METADATA;
        final NodeBoot first = boot();
        createTopic(first);
        makeDirectory("t-0", first.image().topic("t"));
        final byte[] sound = image.contents(file);
        for (int bit = 0; bit < sound.length * 8; bit++) {
            final byte[] turned = sound.clone();
            turned[bit / 8] ^= (byte) (1 << bit % 8);
            image.put(file, turned);
            image.put("t-0/" + LogFiles.name(0, LogFiles.LOG), new byte[100]);
            final NodeBoot again = boot();
            assertThat(again.hasDirectory("t-0")).as("bit %d", bit).isTrue();
            // The last character has two bits that mean nothing.
            assertThat(PartitionMetadata.parse(new String(image.contents(file), StandardCharsets.US_ASCII)))
                    .as("bit %d", bit)
                    .isEqualTo(PartitionMetadata.parse(new String(sound, StandardCharsets.US_ASCII)));
        }
    }

    @Test
    void shouldSetAsideWhatCarriesAnotherTopicsId() {
        final NodeBoot first = boot();
        createTopic(first);
        final TopicImage topic = first.image().topic("t");
        makeDirectory("t-0", topic);
        image.put(
                "t-0/" + LogFiles.PARTITION_METADATA,
                bytes(new PartitionMetadata(topic.idHigh() ^ 0x1010101010101L, topic.idLow()).encode()));
        image.put("t-0/" + LogFiles.name(0, LogFiles.LOG), new byte[100]);
        assertThat(boot().hasDirectory("t-0")).isFalse();
    }

    /** The deleted topic's id was another one. */
    @Test
    void shouldMendATopicIdThatWentBadWhereAnotherTopicHadTheName() {
        final NodeBoot first = boot();
        createTopic(first);
        final ExpandableArrayBuffer command = new ExpandableArrayBuffer();
        execute(first, command, MetadataCommands.deleteTopic(command, 0, "t"));
        createTopic(first);
        turnABitOfTheId(first.image().topic("t"));
        Checkpoints.replace(new BlockingDisk(disk), Checkpoints.RECOVERY_POINTS, Map.of("t-0", 8L));
        final NodeBoot again = boot();
        assertThat(again.hasDirectory("t-0")).isTrue();
        assertThat(again.recoveryPoints()).containsExactly(Map.entry("t-0", 8L));
    }

    @Test
    void shouldTellATopicIdThatWentBadFromATopicThatIsCut() {
        createTopic(boot());
        final NodeBoot second = boot();
        turnABitOfTheId(second.image().topic("t"));
        final ExpandableArrayBuffer command = new ExpandableArrayBuffer();
        execute(second, command, MetadataCommands.createTopic(command, 0, "other", 1, 1, List.of(), Map.of(), false));
        spoilTheEndOfTheLog();
        assertThat(boot().hasDirectory("t-0")).isTrue();
    }

    private void turnABitOfTheId(final TopicImage topic) {
        makeDirectory("t-0", topic);
        image.put(
                "t-0/" + LogFiles.PARTITION_METADATA,
                bytes(new PartitionMetadata(topic.idHigh() ^ 0x100, topic.idLow()).encode()));
        image.put("t-0/" + LogFiles.name(0, LogFiles.LOG), new byte[100]);
    }

    /** It may be the deleted topic's. */
    @Test
    void shouldSetAsideWhatHasNoReadableIdAndADeletedTopicsName() {
        final NodeBoot first = boot();
        createTopic(first);
        final ExpandableArrayBuffer command = new ExpandableArrayBuffer();
        execute(first, command, MetadataCommands.deleteTopic(command, 0, "t"));
        createTopic(first);
        makeDirectory("t-0", first.image().topic("t"));
        image.put("t-0/" + LogFiles.PARTITION_METADATA, new byte[7]);
        image.put("t-0/" + LogFiles.name(0, LogFiles.LOG), new byte[100]);
        Checkpoints.replace(new BlockingDisk(disk), Checkpoints.RECOVERY_POINTS, Map.of("t-0", 8L));
        final NodeBoot again = boot();
        assertThat(again.hasDirectory("t-0")).isFalse();
        assertThat(again.findings()).anyMatch(finding -> finding.contains("nothing was deleted"));
        // It may be the topic's after all: no offset below is given out again.
        assertThat(again.recoveryPoints()).containsExactly(Map.entry("t-0", 8L));
    }

    @Test
    void shouldForgetHowFarADeletedTopicHadCome() {
        final NodeBoot first = boot();
        createTopic(first);
        makeDirectory("t-0", first.image().topic("t"));
        Checkpoints.replace(new BlockingDisk(disk), Checkpoints.RECOVERY_POINTS, Map.of("gone-0", 7L, "t-0", 8L));
        Checkpoints.replace(new BlockingDisk(disk), Checkpoints.LOG_STARTS, Map.of("gone-0", 5L, "t-1", 6L));
        final NodeBoot again = boot();
        assertThat(again.recoveryPoints()).containsExactly(Map.entry("t-0", 8L));
        assertThat(again.startOffsets()).isEmpty();
        assertThat(Checkpoints.read(new BlockingDisk(disk), Checkpoints.RECOVERY_POINTS))
                .containsExactly(Map.entry("t-0", 8L));
        assertThat(Checkpoints.read(new BlockingDisk(disk), Checkpoints.LOG_STARTS))
                .isEmpty();
    }

    /** What a damaged log was durable to may stand nowhere else: without, its damage would pass for a torn tail. */
    @Test
    void shouldNotGuessToWhereLogsWereDurable() {
        final NodeBoot first = boot();
        createTopic(first);
        makeDirectory("t-0", first.image().topic("t"));
        for (final String text :
                List.of("0\n1\nt 2_ 8\n", "0\n1\nt 0 -8\n", "0\nx\nt 0 8\n", "0\n2\nt 0 8\n", "1\n1\nt 0 8\n", "0\n")) {
            replace(Checkpoints.RECOVERY_POINTS, text);
            assertThatThrownBy(this::boot)
                    .as(text)
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageMatching(
                            "recovery-point-offset-checkpoint: line \\d is \".*\", expected .*\\. Mend the line;"
                                    + " or remove the file: every log is then checked from its start, and .*");
        }
    }

    @Test
    void shouldNotGuessWhereLogsStart() {
        boot();
        replace(Checkpoints.LOG_STARTS, "0\n2\nt 0 8\n2_demo 0x 10000\n");
        assertThatThrownBy(this::boot)
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("log-start-offset-checkpoint: line 4 is \"2_demo 0x 10000\", expected topic,"
                        + " partition and offset. Mend the line; or remove the file");
    }

    private void replace(final String file, final String text) {
        new BlockingDisk(disk).replace("", file, new UnsafeBuffer(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void shouldNotHoldADeletedTopicsPositionsAgainstItsSuccessor() {
        final NodeBoot first = boot();
        createTopic(first);
        final ExpandableArrayBuffer command = new ExpandableArrayBuffer();
        execute(first, command, MetadataCommands.deleteTopic(command, 0, "t"));
        createTopic(first);
        Checkpoints.replace(new BlockingDisk(disk), Checkpoints.RECOVERY_POINTS, Map.of("t-0", 8L));
        final NodeBoot again = boot();
        assertThat(again.recoveryPoints()).isEmpty();
        assertThat(again.findings()).anyMatch(finding -> finding.contains("deleted topic of the same name"));
    }

    /** Between the reservation and its move's entry, another core may have had the next epoch, and told clients so. */
    @Test
    void shouldUseNoEpochThatAMoveMayHaveUsed() {
        final NodeBoot first = boot();
        createTopic(first);
        final ExpandableArrayBuffer command = new ExpandableArrayBuffer();
        final long key = first.image().topic("t").partition(0).partitionKey();
        execute(first, command, MetadataCommands.reserveEpoch(command, 0, key, 0));
        assertThat(first.image().topic("t").partition(0).leaderEpoch()).isZero();
        assertThat(boot().image().topic("t").partition(0).leaderEpoch()).isEqualTo(2);

        // Nothing of that was written: it is found out again.
        final NodeBoot again = boot();
        assertThat(again.image().topic("t").partition(0).leaderEpoch()).isEqualTo(2);
        assertThat(again.newMachine().image().partition(key).leaderEpoch()).isEqualTo(2);
        execute(again, command, MetadataCommands.reserveEpoch(command, 0, key, 2));
        assertThat(boot().image().topic("t").partition(0).leaderEpoch()).isEqualTo(4);
    }

    private NodeBoot boot() {
        image.kill(entropy);
        disk = new SimDisk(image, new SimTime(), SimDiskFaults.none(), entropy.stream("disk"));
        return new NodeBoot(1, 1, Settings.defaults(), disk, entropy.stream("boot")).run();
    }

    private void expectDamage(final String directory) {
        assertThatThrownBy(this::boot)
                .isInstanceOf(MetadataDamageException.class)
                .hasMessageContaining(directory)
                .hasMessageContaining("nothing was changed");
    }

    private void createTopic(final NodeBoot boot) {
        final ExpandableArrayBuffer command = new ExpandableArrayBuffer();
        execute(boot, command, MetadataCommands.createTopic(command, 0, "t", 1, 1, List.of(), Map.of(), false));
    }

    private void execute(final NodeBoot boot, final DirectBuffer command, final int length) {
        final long index = boot.controller().execute(command, 0, length).awaitIndex();
        final MetadataLogHandler apply = new MetadataLogHandler() {
            @Override
            public void onSnapshot(final long at, final DirectBuffer state, final int offset, final int bytes) {
                throw new AssertionError("no snapshot was due");
            }

            @Override
            public void onEntry(final long at, final DirectBuffer entry, final int offset, final int bytes) {
                boot.machine().apply(at, entry, offset, bytes);
            }
        };
        while (boot.image().version() < index) {
            if (boot.log().poll(apply, 1) == 0) {
                disk.await();
                disk.poll(1);
            }
        }
    }

    private void makeDirectory(final String name, final TopicImage topic) {
        final BlockingDisk blocking = new BlockingDisk(disk);
        blocking.makeDirectory(name);
        blocking.syncDirectory("");
        blocking.replace(
                name,
                name + '/' + LogFiles.PARTITION_METADATA,
                new PartitionMetadata(topic.idHigh(), topic.idLow()).encode());
    }

    private static byte[] bytes(final DirectBuffer of) {
        final byte[] bytes = new byte[of.capacity()];
        of.getBytes(0, bytes);
        return bytes;
    }

    /** The last entry is as a crash may leave one that was being written, and no seal calls it stable. */
    private void spoilTheEndOfTheLog() {
        image.kill(entropy);
        final ByteBuffer bytes =
                ByteBuffer.wrap(image.contents(FileMetadataLog.FILE)).order(ByteOrder.LITTLE_ENDIAN);
        int end = 0;
        for (int at = 0; at + FRAME_HEADER_BYTES <= bytes.capacity(); ) {
            final int next = at + FRAME_HEADER_BYTES + bytes.getInt(at);
            if (bytes.getInt(at) > 0) {
                end = next;
            }
            at = next;
        }
        image.put(FileMetadataLog.FILE, Arrays.copyOf(bytes.array(), end - 1));
    }
}
