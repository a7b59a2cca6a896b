package io.millrace.engine.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.KafkaBatches;
import io.millrace.engine.journal.Journal;
import io.millrace.engine.log.BlockingDisk;
import io.millrace.engine.log.CompactionSettings;
import io.millrace.engine.log.JournalTail;
import io.millrace.engine.log.LeaseTable;
import io.millrace.engine.log.LogContext;
import io.millrace.engine.log.LogFiles;
import io.millrace.engine.log.LogRecovery;
import io.millrace.engine.log.ScrubPace;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.settings.TopicConfig;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import io.millrace.engine.status.HotPartitions;
import io.millrace.engine.status.Statistic;
import io.millrace.engine.status.Statistics;
import java.util.Arrays;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/** The partitions with the most to do are found among more than a cycle looks at. */
class TrafficMeterTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int PARTITIONS = 300;

    private final SimDiskImage image = new SimDiskImage();
    private final SimTime time = new SimTime();
    private final SimDisk disk = new SimDisk(image, time, SimDiskFaults.none(), new SeededEntropy(1));
    private final Statistics statistics = new Statistics();
    private final Partitions partitions = partitions();

    private Partitions partitions() {
        final LogContext logs = new LogContext(disk, new LeaseTable(16, 0, 1), (work, done) -> false, null);
        final Partitions made = new Partitions(
                logs,
                null,
                new Journal(disk, 0, 0, 1, new Statistics()),
                new UpkeepIntervals(1_000_000_000, 1_000_000_000),
                () -> CompactionSettings.DEFAULT,
                () -> ScrubPace.OFF,
                new SeededEntropy(3),
                86_400_000,
                statistics,
                time.epochMs());
        final LogRecovery recovery = new LogRecovery(new BlockingDisk(disk), logs);
        for (int p = 0; p < PARTITIONS; p++) {
            final String directory = "t-" + p;
            image.put(
                    LogFiles.path(directory, 0, LogFiles.LOG),
                    KafkaBatches.batch().at(0).leaderEpoch(0).of(new SimpleRecord(1, new byte[1], new byte[1])));
            made.recover(recovery, p, 0, directory, TopicConfig.defaults(), 0, 0, -1, false, JournalTail.NONE);
        }
        return made;
    }

    /** Twenty cycles in a second. */
    private void run(final int seconds) {
        for (int i = 0; i < seconds * 20; i++) {
            disk.poll(16);
            time.advance(SECOND / 20);
            partitions.doWork(time.nanoTime(), time.epochMs());
        }
    }

    private HotPartitions.Copy hot() {
        for (final Statistic each : statistics.names()) {
            if (each.name().equals("partitions.hot")) {
                return HotPartitions.read(
                        Arrays.copyOfRange(statistics.slots(), each.firstSlot(), each.firstSlot() + each.slotCount()));
            }
        }
        throw new AssertionError("no table");
    }

    @Test
    void shouldShowTheHottestInOrderAndTheSumOfAll() {
        run(2);
        for (int p = 0; p < PARTITIONS; p++) {
            // Neither the first nor the last are the hottest.
            final int load = p * 7 % PARTITIONS;
            partitions.partition(p).traffic().onAppended(1_000_000 + load * 10_000);
            partitions.partition(p).traffic().onRead(500_000);
        }
        run(1);
        final HotPartitions.Copy hot = hot();
        assertThat(hot.entries()).hasSize(HotPartitions.ENTRIES);
        for (int i = 0; i < HotPartitions.ENTRIES; i++) {
            final HotPartitions.Entry entry = hot.entries().get(i);
            final int p = Integer.parseInt(entry.name().substring(2));
            if (i == 0) {
                assertThat(p * 7 % PARTITIONS).isGreaterThanOrEqualTo(PARTITIONS - 20);
            } else {
                assertThat(entry.load())
                        .isLessThanOrEqualTo(hot.entries().get(i - 1).load());
            }
        }
        assertThat(hot.requests()).isBetween(500L, 700L);
        assertThat(hot.bytesOut()).isBetween(130_000_000L, 170_000_000L);
    }

    @Test
    void shouldForgetWhatHasCooledDown() {
        run(2);
        partitions.partition(7).traffic().onAppended(1_000);
        run(1);
        assertThat(hot().entries()).extracting(HotPartitions.Entry::name).containsExactly("t-7");
        run(2);
        assertThat(hot().entries()).isEmpty();
        assertThat(hot().requests()).isZero();
    }
}
