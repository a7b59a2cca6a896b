package io.millrace.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.batch.KafkaBatches;
import io.millrace.engine.core.NodeBoot;
import io.millrace.engine.log.BlockingDisk;
import io.millrace.engine.log.LeaseTable;
import io.millrace.engine.log.Log;
import io.millrace.engine.log.LogConfig;
import io.millrace.engine.log.LogContext;
import io.millrace.engine.log.LogCreation;
import io.millrace.engine.log.LogListener;
import io.millrace.engine.os.DiskCompanion;
import io.millrace.engine.os.OsDisk;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskPath;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.producer.ProducerTable;
import io.millrace.engine.replication.ReplicaProducers;
import io.millrace.engine.settings.Settings;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import io.millrace.engine.status.Statistics;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A core's journal with one log in it: how its files are made, written, trimmed, and what they hold after a crash. */
class JournalTest {
    private static final int BYTES = 65_536;
    private static final int FILE_BYTES = BYTES / Journal.FILES;
    private static final long ID_HIGH = 0x1234;
    private static final long ID_LOW = 0x5678;
    private static final long NOW_MS = 1_000_000;

    private final SimDiskImage image = new SimDiskImage();
    private final SimDiskFaults faults = SimDiskFaults.none();
    private Disk disk = new SimDisk(image, new SimTime(), faults, new SeededEntropy(1));
    private Journal journal;
    private Log log;
    private JournaledLog member;
    private long nowNs;
    private int blockStatus;

    @Test
    void shouldMakeNoFileBeforeItIsWantedAndThenOne() {
        open(4 * BYTES);
        assertThat(journals()).isEmpty();

        append();
        turn();
        assertThat(journals()).containsExactly(JournalFormat.nameOf(0, 0));
        assertThat(image.durableContents(JournalFormat.nameOf(0, 0))).hasSize(4 * FILE_BYTES);
        // The batch before the file is not in it: its segment is synced.
        assertThat(round()).isFalse();
        assertThat(round()).isTrue();
        assertThat(journals()).hasSize(1);
    }

    @Test
    void shouldMakeABatchStableAndBringItBackThoughNoSegmentWasSynced() {
        ready();
        final long before = log.syncedOffset();
        assertThat(round()).isTrue();
        assertThat(round()).isTrue();
        assertThat(log.stableOffset()).isEqualTo(log.appendedOffset());
        assertThat(log.syncedOffset()).isEqualTo(before);

        image.crash(new SeededEntropy(3));
        final Journals found = read();
        assertThat(found.findings()).isEmpty();
        assertThat(found.tailOf(ID_HIGH, ID_LOW, 0).reachFrom(before)).isEqualTo(log.appendedOffset());
    }

    @Test
    void shouldSayInEachBlockThatWhatLiesBelowItWasDurable() {
        ready();
        append();
        settle();
        journal.discard();
        append();
        settle();
        // It was staged when what lies below was not stable, and no earlier block says that it is now.
        log.sync();
        settle();
        assertThat(member.isCovered()).isTrue();
        assertThat(journal.canWrite()).isTrue();
        log.stability().journalBegins();
        journal.write(log.stability()::journalEnds);
        settle();

        assertThat(read().tailOf(ID_HIGH, ID_LOW, 0).provenOffset()).isEqualTo(log.stableOffset());
    }

    @Test
    void shouldBeKeptForADirectoryThatIsSetAside() {
        ready();
        round();
        round();
        image.crash(new SeededEntropy(3));
        for (int i = 0; i < 2; i++) {
            // The second start finds what a crash in the first one left: set aside already, the journal there.
            final Disk after = new SimDisk(image, new SimTime(), faults, new SeededEntropy(4));
            final NodeBoot boot =
                    new NodeBoot(1, 1, Settings.defaults(), after, new SeededEntropy(5).stream("boot " + i)).run();
            assertThat(boot.findings()).anyMatch(finding -> finding.contains("set aside"));
            if (i == 1) {
                assertThat(boot.recovered(after)).containsExactly(JournalFormat.nameOf(0, 0) + "-kept-0");
            }
            image.kill(new SeededEntropy(6));
        }
    }

    @Test
    void shouldUseAFileAgainOnceItsLogsAreSyncedAndNotBefore() {
        ready();
        long firstGeneration = -1;
        for (int i = 0; i < 40; i++) {
            round();
            final long generation = image.contents(JournalFormat.nameOf(0, 0))[16];
            firstGeneration = firstGeneration < 0 ? generation : firstGeneration;
        }
        assertThat(journals().size()).isBetween(2, Journal.FILES);
        assertThat((long) image.contents(JournalFormat.nameOf(0, 0))[16]).isNotEqualTo(firstGeneration);
        assertThat(log.syncedOffset()).isPositive();
        final long synced = log.syncedOffset();
        final long stable = log.stableOffset();

        image.crash(new SeededEntropy(3));
        final Journals found = read();
        assertThat(found.findings()).isEmpty();
        assertThat(found.tailOf(ID_HIGH, ID_LOW, 0).reachFrom(synced)).isGreaterThanOrEqualTo(stable);
    }

    @Test
    void shouldDoWithoutFilesOnAFullDiskAndAskAgain() {
        open(BYTES);
        image.capacity(image.usedBytes() + 2 * FILE_BYTES);
        append();
        turn();
        assertThat(journals()).isEmpty();
        assertThat(journal.lacksSpace()).isTrue();
        assertThat(journal.hasFailed()).isFalse();

        image.capacity(Long.MAX_VALUE);
        turn();
        assertThat(journals()).isEmpty();
        nowNs += TimeUnit.SECONDS.toNanos(11);
        turn();
        assertThat(journals()).hasSize(1);
        assertThat(journal.lacksSpace()).isFalse();
        assertThat(round()).isFalse();
        assertThat(round()).isTrue();
    }

    @Test
    void shouldBeOutOfUseOnceABlockCouldNotBeWritten() {
        ready();
        append();
        settle();
        faults.mediaErrors(1_000_000, 0, 0);
        member.roundBegins();
        assertThat(journal.canWrite()).isTrue();
        log.stability().journalBegins();
        journal.write(log.stability()::journalEnds);
        settle();
        assertThat(log.isOffline()).isTrue();
        assertThat(journal.hasFailed()).isTrue();
        assertThat(journal.canWrite()).isFalse();
    }

    @Test
    void shouldBeNothingWhereNoneIsWanted() {
        open(0);
        assertThat(member).isNull();
        assertThat(Journal.memoryBytesMax(0)).isZero();
        assertThat(Journal.memoryBytesMax(134_217_728)).isEqualTo((2 << 20) + (256 << 10));
    }

    @Test
    void shouldLetGoOfItsFilesAndLeaveThemToWhoeverEndsTheStop() {
        ready();
        round();
        journal.stop();
        final int[] closed = {1};
        journal.close(status -> closed[0] = status);
        settle();
        assertThat(closed[0]).isEqualTo(DiskStatus.OK);
        assertThat(journals()).isNotEmpty();
        Journals.forget(new BlockingDisk(disk));
        assertThat(journals()).isEmpty();
    }

    @Test
    void shouldHoldTheSameInRealFiles(@TempDir final Path directory) {
        final DiskCompanion companion = new DiskCompanion(directory);
        try {
            disk = new OsDisk(companion, () -> {});
            ready();
            for (int i = 0; i < 20; i++) {
                round();
            }
            settle();
            final Journals found = Journals.read(new BlockingDisk(disk), 1);
            assertThat(found.findings()).isEmpty();
            assertThat(found.tailOf(ID_HIGH, ID_LOW, 0).reachFrom(log.syncedOffset()))
                    .isGreaterThanOrEqualTo(log.stableOffset());
        } finally {
            companion.close();
        }
    }

    private void open(final long bytes) {
        journal = new Journal(disk, 0, bytes, 7, new Statistics());
        final LogContext context = new LogContext(
                disk,
                new LeaseTable(64, 0, 2),
                (work, done) -> {
                    work.run();
                    done.run();
                    return true;
                },
                null);
        log = LogCreation.create(
                context,
                "topic-0",
                LogConfig.DEFAULT,
                new ReplicaProducers(new ProducerTable(86_400_000, new Crc32c(), NOW_MS)),
                ID_HIGH,
                ID_LOW,
                NOW_MS,
                status -> {});
        log.listener(new Silent());
        settle();
        member = journal.member(log);
        log.stability().copyTo(member);
    }

    /** With one file made, and the batch that wanted it in synced segments. */
    private void ready() {
        open(BYTES);
        append();
        turn();
        log.sync();
        settle();
    }

    private void append() {
        final UnsafeBuffer batch = new UnsafeBuffer(KafkaBatches.batch().count(3, NOW_MS));
        batch.putLong(0, log.endOffset(), ByteOrder.BIG_ENDIAN);
        log.append(batch, 0, batch.capacity(), log.endOffset() + 2, NOW_MS, 0, NOW_MS);
    }

    /** Appends a batch and makes it stable; true if it was the journal that did. */
    private boolean round() {
        append();
        settle();
        turn();
        member.roundBegins();
        final boolean written = journal.canWrite() && member.isCovered();
        if (written) {
            blockStatus = 1;
            log.stability().journalBegins();
            journal.write(status -> {
                blockStatus = status;
                log.stability().journalEnds(status);
            });
        } else {
            journal.discard();
            log.sync();
        }
        settle();
        turn();
        assertThat(blockStatus).isNotPositive();
        return written;
    }

    private void turn() {
        int work;
        do {
            settle();
            work = journal.doWork(nowNs);
        } while (work > 0 || disk.inFlight() > 0);
    }

    private void settle() {
        while (disk.inFlight() > 0) {
            disk.await();
            disk.poll(4);
        }
    }

    private List<String> journals() {
        return new BlockingDisk(disk)
                .list(DiskPath.ROOT).stream().filter(JournalFormat::isJournal).toList();
    }

    private Journals read() {
        return Journals.read(
                new BlockingDisk(new SimDisk(image, new SimTime(), SimDiskFaults.none(), new SeededEntropy(2))), 1);
    }

    /** Nobody waits here. */
    private static final class Silent implements LogListener {
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
            // The log is asked.
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
            // The log is asked.
        }
    }
}
