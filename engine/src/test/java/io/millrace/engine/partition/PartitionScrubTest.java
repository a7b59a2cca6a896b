package io.millrace.engine.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.KafkaBatches;
import io.millrace.engine.journal.Journal;
import io.millrace.engine.log.BlockingDisk;
import io.millrace.engine.log.CompactionSettings;
import io.millrace.engine.log.JournalTail;
import io.millrace.engine.log.LeaseTable;
import io.millrace.engine.log.LogContext;
import io.millrace.engine.log.LogFiles;
import io.millrace.engine.log.LogRecovery;
import io.millrace.engine.log.ScrubFinding;
import io.millrace.engine.log.ScrubPace;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.settings.TopicConfig;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import io.millrace.engine.status.Statistic;
import io.millrace.engine.status.Statistics;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/** A core's scrub keeps to its pace, comes round again, and tells each thing once. */
class PartitionScrubTest {
    private static final long MS = 1_000_000;
    private static final int PARTITIONS = 5;
    private static final int SEGMENTS = 20;

    private final SimDiskImage image = new SimDiskImage();
    private final SimTime time = new SimTime();
    private final SimDisk disk = new SimDisk(image, time, SimDiskFaults.none(), new SeededEntropy(1));
    private final Statistics statistics = new Statistics();
    private ScrubPace pace = new ScrubPace(100_000, 1);
    private long closedBytes;

    private Partitions partitions() {
        final LogContext logs = new LogContext(
                disk,
                new LeaseTable(16, 0, 1),
                (work, done) -> {
                    work.run();
                    done.run();
                    return true;
                },
                null);
        final Partitions partitions = new Partitions(
                logs,
                null,
                new Journal(disk, 0, 0, 1, statistics),
                new UpkeepIntervals(1_000_000_000, 1_000_000_000),
                () -> CompactionSettings.DEFAULT,
                () -> pace,
                new SeededEntropy(3),
                86_400_000,
                statistics,
                time.epochMs());
        final LogRecovery recovery = new LogRecovery(new BlockingDisk(disk), logs);
        for (int p = 0; p < PARTITIONS; p++) {
            final String directory = "t-" + p;
            for (int i = 0; i <= SEGMENTS; i++) {
                final byte[] batch = KafkaBatches.batch()
                        .at(i)
                        .leaderEpoch(0)
                        .of(new SimpleRecord(time.epochMs(), new byte[10], new byte[1_000]));
                image.put(LogFiles.path(directory, i, LogFiles.LOG), batch);
                closedBytes += i < SEGMENTS ? batch.length : 0;
            }
            assertThat(partitions
                            .recover(
                                    recovery,
                                    p,
                                    0,
                                    directory,
                                    TopicConfig.defaults(),
                                    0,
                                    0,
                                    -1,
                                    false,
                                    JournalTail.NONE)
                            .findings())
                    .allMatch(finding -> finding.contains("index"));
        }
        return partitions;
    }

    private void run(final Partitions partitions, final long ms) {
        final long untilNs = time.nanoTime() + ms * MS;
        while (time.nanoTime() < untilNs) {
            disk.poll(16);
            partitions.doWork(time.nanoTime(), time.epochMs());
            time.advance(MS / 10);
        }
    }

    private long figure(final String name) {
        for (final Statistic each : statistics.names()) {
            if (each.name().equals(name)) {
                return statistics.slots()[each.firstSlot()];
            }
        }
        throw new AssertionError(name);
    }

    @Test
    void shouldKeepToThePace() {
        final Partitions partitions = partitions();
        run(partitions, 10_000);
        assertThat(figure("scrub.bytes")).isBetween(950_000L, 1_010_000L);
        assertThat(figure("scrub.passes")).isEqualTo(figure("scrub.bytes") / closedBytes);
        pace = ScrubPace.OFF;
        run(partitions, 1_100);
        final long bytes = figure("scrub.bytes");
        run(partitions, 5_000);
        assertThat(figure("scrub.bytes")).isEqualTo(bytes);
        assertThat(partitions.mayPark()).isTrue();
        pace = new ScrubPace(1_000_000, 4_000);
        run(partitions, 1_500);
        final long passes = figure("scrub.passes");
        run(partitions, 12_000);
        assertThat(figure("scrub.passes") - passes).isBetween(2L, 4L);
    }

    /** Nobody takes more than a few at a time: the rest is not read before there is room again. */
    @Test
    void shouldTellEachPlaceOnce() {
        final Partitions partitions = partitions();
        for (int p = 0; p < PARTITIONS; p++) {
            for (int i = 0; i < SEGMENTS; i++) {
                final String path = LogFiles.path("t-" + p, i, LogFiles.LOG);
                image.overwrite(path, BatchFlyweight.HEADER_BYTES + 20, new byte[] {77});
            }
        }
        run(partitions, 5_000);
        final List<ScrubFinding> told = new ArrayList<>();
        assertThat(partitions.scrubFindings()).hasSize(64);
        assertThat(partitions.mayPark()).isTrue();
        for (int i = 0; i < 50; i++) {
            while (!partitions.scrubFindings().isEmpty()) {
                told.add(partitions.scrubFindings().poll());
            }
            run(partitions, 100);
        }
        assertThat(told.stream().map(ScrubFinding::path))
                .hasSize(PARTITIONS * SEGMENTS)
                .doesNotHaveDuplicates();
        assertThat(partitions.damagedBatches()).isEqualTo(PARTITIONS * SEGMENTS);
        assertThat(figure("scrub.passes")).isGreaterThan(2);
    }
}
