package io.millrace.tools.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.journal.Journal;
import io.millrace.engine.journal.JournalFormat;
import io.millrace.engine.journal.JournaledLog;
import io.millrace.engine.log.LeaseTable;
import io.millrace.engine.log.Log;
import io.millrace.engine.log.LogConfig;
import io.millrace.engine.log.LogContext;
import io.millrace.engine.log.LogCreation;
import io.millrace.engine.log.LogListener;
import io.millrace.engine.os.DiskCompanion;
import io.millrace.engine.os.OsDisk;
import io.millrace.engine.port.Disk;
import io.millrace.engine.producer.ProducerTable;
import io.millrace.engine.replication.ReplicaProducers;
import io.millrace.engine.status.Statistics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the inspector says of a journal that a killed broker left, sound and not. */
class JournalInspectionTest {
    private static final int ROUNDS = 3;
    private static final int BYTES = 262_144;

    @TempDir
    Path directory;

    private Path journal;
    private String out;

    @BeforeEach
    void write() throws IOException {
        journal = directory.resolve(JournalFormat.nameOf(0, 0));
        Files.createFile(directory.resolve(DataDirectory.MILLRACE_METADATA));
        Files.writeString(directory.resolve("meta.properties"), "version=1\ncluster.id=c\nnode.id=1\n");
        final DiskCompanion companion = new DiskCompanion(directory);
        try {
            new Writer(new OsDisk(companion, () -> {})).run();
        } finally {
            companion.close();
        }
    }

    @Test
    void shouldShowFilesBlocksRecordsAndWhatEachPartitionHas() {
        assertThat(inspect(new Options(false, true, false, false, true, false, 0, Long.MAX_VALUE, 99, -1), directory))
                .isEqualTo(Inspector.GOOD);
        assertThat(out)
                .contains(
                        "\"type\":\"journalFile\"", "\"firstSequence\":1,\"lastSequence\":3,\"blocks\":3,\"records\":3")
                .contains(
                        "\"type\":\"journalRange\",\"partition\":\"topic-0\",\"core\":0,\"baseOffset\":1,\"endOffset\":4")
                .doesNotContain("\"type\":\"journalBlock\"");

        assertThat(inspect(Options.DEFAULT, journal)).isEqualTo(Inspector.GOOD);
        assertThat(out.lines().filter(line -> line.matches(" +\\d+( +\\d+){5}")))
                .hasSize(1 + ROUNDS);

        assertThat(inspect(new Options(true, false, false, false, true, false, 0, Long.MAX_VALUE, 99, -1), journal))
                .isEqualTo(Inspector.GOOD);
        assertThat(out.lines().filter(line -> line.contains("\"type\":\"journalRecord\"")))
                .hasSize(ROUNDS);
    }

    @Test
    void shouldNameFileAndByteOfWhatIsDamaged() throws IOException {
        turnBit(JournalFormat.ALIGNMENT + 20);
        final Options verify = new Options(false, true, false, false, false, false, 0, Long.MAX_VALUE, 99, -1);
        for (final Path path : List.of(directory, journal)) {
            assertThat(inspect(verify, path)).isEqualTo(Inspector.DAMAGED);
            assertThat(out).contains("damage: " + journal + " at byte 4096: a block's head is not sound");
        }
        Files.createFile(directory.resolve(DataDirectory.CLEAN_SHUTDOWN));
        assertThat(inspect(verify, directory)).isEqualTo(Inspector.GOOD);
        assertThat(out).contains("note: " + journal);
    }

    @Test
    void shouldTellNothingOfWhatIsSoundWhenItIsLookedAtAgain() {
        final int struck = JournalFormat.ALIGNMENT + 20;
        turnBit(struck);
        assertThat(isDamagedThough(() -> {})).isTrue();
        // As when a live broker was just writing the block.
        assertThat(isDamagedThough(() -> turnBit(struck))).isFalse();
    }

    @Test
    void shouldTakeALastRoundThatIsNotSoundForATornOne() {
        turnBit(ROUNDS * JournalFormat.ALIGNMENT
                + JournalFormat.BLOCK_HEAD_BYTES
                + JournalFormat.RECORD_HEAD_BYTES
                + 9);
        final Options verify = new Options(false, true, false, false, false, false, 0, Long.MAX_VALUE, 99, -1);
        assertThat(inspect(verify, directory)).isEqualTo(Inspector.GOOD);
        assertThat(out).contains("torn: " + journal + " at byte " + (ROUNDS * JournalFormat.ALIGNMENT + 64));
    }

    private int inspect(final Options options, final Path path) {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final int code =
                Inspector.run(List.of(path), options, bytes, new PrintStream(bytes, true, StandardCharsets.UTF_8));
        out = bytes.toString(StandardCharsets.UTF_8);
        return code;
    }

    /** @param written what happens to the file before it is looked at for the second time */
    private boolean isDamagedThough(final Runnable written) {
        final AtomicInteger looks = new AtomicInteger();
        try (Output output = new Output(new ByteArrayOutputStream())) {
            final Report report = new TextReport(output);
            final Totals totals = new Totals(report);
            final Runnable pause = () -> {
                if (looks.getAndIncrement() == 0) {
                    written.run();
                }
            };
            new JournalInspection(Options.DEFAULT, report, totals, pause).inspect(directory, null);
            return totals.isDamaged();
        }
    }

    private void turnBit(final int at) {
        try {
            final byte[] bytes = Files.readAllBytes(journal);
            bytes[at] ^= 4;
            Files.write(journal, bytes);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Appends a batch that only its segment has, and then one a round. */
    private static final class Writer implements LogListener {
        private final Disk disk;
        private final Journal journal;
        private final Log log;

        Writer(final Disk disk) {
            this.disk = disk;
            journal = new Journal(disk, 0, BYTES, 7, new Statistics());
            final LogContext context = new LogContext(disk, new LeaseTable(64, 0, 2), (work, done) -> false, null);
            log = LogCreation.create(
                    context,
                    "topic-0",
                    LogConfig.DEFAULT,
                    new ReplicaProducers(new ProducerTable(86_400_000, new Crc32c(), 0)),
                    0x1234,
                    0x5678,
                    0,
                    status -> {});
            log.listener(this);
            settle();
        }

        void run() {
            final JournaledLog member = journal.member(log);
            log.stability().copyTo(member);
            append();
            log.sync();
            settle();
            for (int i = 0; i < ROUNDS; i++) {
                append();
                assertThat(journal.canWrite() && member.isCovered()).isTrue();
                member.roundBegins();
                log.stability().journalBegins();
                journal.write(log.stability()::journalEnds);
                settle();
            }
        }

        private void append() {
            final MemoryRecords records = MemoryRecords.withRecords(
                    log.endOffset(), Compression.NONE, new SimpleRecord(0, "v".getBytes(StandardCharsets.UTF_8)));
            final UnsafeBuffer batch = new UnsafeBuffer(records.buffer());
            new BatchFlyweight().wrap(batch, 0, records.sizeInBytes()).partitionLeaderEpoch(0);
            log.append(batch, 0, records.sizeInBytes(), log.endOffset(), 0, 0, 0);
            settle();
            do {
                journal.doWork(0);
                settle();
            } while (disk.inFlight() > 0);
        }

        private void settle() {
            while (disk.inFlight() > 0) {
                disk.await();
                disk.poll(4);
            }
        }

        @Override
        public void onAppended(final long appendedOffset) {
            // The log is asked.
        }

        @Override
        public void onAppendable() {
            // Nobody was turned away.
        }

        @Override
        public void onAppendFailed(final long fromOffset, final int diskStatus) {
            // A round would fail.
        }

        @Override
        public void onResident() {
            // Nobody reads.
        }

        @Override
        public void onStable(final long stableOffset) {
            // The log is asked.
        }

        @Override
        public void onOffline(final int diskStatus) {
            // A round would fail.
        }
    }
}
