package io.millrace.engine.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.KafkaBatches;
import io.millrace.engine.journal.Journal;
import io.millrace.engine.log.CompactionSettings;
import io.millrace.engine.log.LeaseTable;
import io.millrace.engine.log.Log;
import io.millrace.engine.log.LogArrival;
import io.millrace.engine.log.LogContext;
import io.millrace.engine.log.ScrubPace;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.producer.AppendFlags;
import io.millrace.engine.settings.Settings;
import io.millrace.engine.settings.TopicConfig;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import io.millrace.engine.status.Outcome;
import io.millrace.engine.status.Statistics;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.agrona.BufferUtil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a partition, and of those who ask for it, on its way off a core. */
class PartitionDepartureTest {
    private static final long KEY = 77;
    private static final long NEIGHBOUR = 78;
    private static final long PRODUCER = 7;
    private static final long OTHER = 8;
    private static final long STEP_NS = 100_000;
    private static final long OVERDUE_NS = 300_000_000;
    private static final int RETREATS_MAX = 3;

    private final SimDiskImage image = new SimDiskImage();
    private final SimTime time = new SimTime();
    private final SimDiskFaults faults = SimDiskFaults.none();
    private final SimDisk disk = new SimDisk(image, time, faults, new SeededEntropy(1));
    private final Statistics statistics = new Statistics();
    private final List<Outcome> appended = new ArrayList<>();
    private final List<Outcome> left = new ArrayList<>();
    private final List<PartitionHandover> handedOver = new ArrayList<>();
    private final List<ByteBuffer> lent = new ArrayList<>();
    private final Partitions partitions = partitions();
    private int others;

    /** Answers are kept, and checkpoints are durable at once. */
    private final class Replies implements PartitionReplies {
        @Override
        public void onAppended(final AppendTask task) {
            if (task.correlation() == PRODUCER) {
                appended.add(task.outcome(0));
            } else {
                others++;
            }
        }

        @Override
        public void onRead(final ReadTask task) {}

        @Override
        public void onQueried(final QueryTask task) {}

        @Override
        public void onWatchDue(final Watch watch) {}

        @Override
        public void checkpoint(final Partition partition, final CheckpointDone done) {
            if (done != null) {
                done.onCheckpoint(true);
            }
        }

        @Override
        public boolean isReporting(final Partition partition) {
            return false;
        }

        @Override
        public void whenReported(final Partition partition, final Runnable action) {
            action.run();
        }
    }

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
        return new Partitions(
                logs,
                new Replies(),
                new Journal(disk, 0, 0, 1, statistics),
                new UpkeepIntervals(1_000_000_000, 1_000_000_000),
                () -> CompactionSettings.DEFAULT,
                () -> ScrubPace.OFF,
                new SeededEntropy(3),
                86_400_000,
                statistics,
                time.epochMs());
    }

    @BeforeEach
    void create() {
        makeDiskFast();
        create(KEY, "t-0");
    }

    private void create(final long key, final String directory) {
        final int[] created = {-1};
        partitions.create(
                key,
                0,
                directory,
                TopicConfig.defaults(),
                1,
                2,
                status -> created[0] = status == DiskStatus.OK ? 1 : 0);
        await(() -> created[0] == 1);
    }

    private void makeDiskFast() {
        faults.delays(300_000, 1_000_000);
    }

    private void step() {
        disk.poll(16);
        partitions.doWork(time.nanoTime(), time.epochMs());
        time.advance(STEP_NS);
    }

    private void await(final BooleanSupplier condition) {
        for (int i = 0; !condition.getAsBoolean(); i++) {
            assertThat(i).isLessThan(100_000);
            step();
        }
    }

    private void run(final long ns) {
        final long untilNs = time.nanoTime() + ns;
        await(() -> time.nanoTime() >= untilNs);
    }

    private void append(final int sequence) {
        append(PRODUCER, sequence);
    }

    private void append(final long producer, final int sequence) {
        append(KEY, producer, sequence);
    }

    private void append(final long key, final long producer, final int sequence) {
        final byte[] batch =
                KafkaBatches.batch().producer(producer, 0, sequence).count(1, time.epochMs());
        final ByteBuffer memory = ByteBuffer.allocateDirect(batch.length).put(batch);
        lent.add(memory);
        final AppendTask task = partitions.beginAppend(0, producer, 1);
        partitions.append(task, 0, key, 0, BufferUtil.address(memory), batch.length, AppendFlags.NONE, 0);
        partitions.endOfParts(task);
    }

    /** What was promised the page cache alone waits for no sync, and who writes waits for none of a move's. */
    @Test
    void shouldNotSyncWhatNobodyWasPromised() {
        partitions.updateConfig(KEY, TopicConfig.resolve(Map.of("millrace.durability", "os"), Settings.defaults()));
        append(0);
        await(() -> !appended.isEmpty());
        depart();
        awaitReady();
        final Log log = partitions.partition(KEY).log();
        assertThat(log.recoveryPoint()).isLessThan(log.endOffset());
    }

    /** The files are opened where the partition goes while it is served as ever. */
    @Test
    void shouldServeUntilItsFilesAreOpenElsewhere() {
        final PartitionDeparture[] waiting = new PartitionDeparture[1];
        partitions.depart(KEY, 0, new PartitionDeparture.Handler() {
            @Override
            public void onFilesKnown(final PartitionDeparture departure, final LogArrival.Files files) {
                waiting[0] = departure;
            }

            @Override
            public void onEnded(final Outcome outcome, final PartitionHandover handover) {
                left.add(outcome);
            }
        });
        await(() -> waiting[0] != null);
        run(OVERDUE_NS);
        assertThat(answerTo(0)).isEqualTo(Outcome.OK);
        assertThat(left).isEmpty();
        waiting[0].goOn();
        awaitReady();
    }

    /** Requests wait for the disk no longer than for any other step; it is tried again when the disk is quiet. */
    @Test
    void shouldGoOnServingWhereTheLastSyncTakesLong() {
        final int batches = retreat();
        final long beganNs = time.nanoTime();
        assertThat(answerTo(0)).isEqualTo(Outcome.OK);
        await(() -> others == batches);
        assertThat(time.nanoTime() - beganNs).isLessThan(OVERDUE_NS / 10);
        assertThat(left).isEmpty();
        awaitReady();
    }

    /** Goes on while the last sync is under way; who asks from now on finds a fast disk. Returns how many batches wait. */
    private int retreat() {
        final int batches = departBusily(new PartitionDeparture[1]);
        faults.delays(OVERDUE_NS, OVERDUE_NS);
        final Partition partition = partitions.partition(KEY);
        final long suspendedNs = time.nanoTime();
        await(() -> !partition.isSuspended());
        assertThat(time.nanoTime() - suspendedNs).isLessThan(OVERDUE_NS / 10);
        assertThat(left).isEmpty();
        assertThat(partitions.retreats()).isOne();
        makeDiskFast();
        return batches;
    }

    /** A sync of its own makes it durable, though nobody appends more. */
    @Test
    void shouldAcknowledgeWhatWaitedWhenItWentOn() {
        final int batches = retreat();
        final long beganNs = time.nanoTime();
        final Log log = partitions.partition(KEY).log();
        assertThat(others).isLessThan(batches);
        assertThat(log.stableOffset()).isEqualTo(others);
        await(() -> others == batches);
        assertThat(log.stableOffset()).isEqualTo(batches);
        assertThat(time.nanoTime() - beganNs).isLessThan(OVERDUE_NS / 10);
    }

    /** By the disk a sync may well wait for one of the same file that is under way; no round waits for that. */
    @Test
    void shouldNotLetOthersWaitForASyncBehindTheLastOne() {
        create(NEIGHBOUR, "t-1");
        final Log log = partitions.partition(KEY).log();
        retreat();
        faults.delays(OVERDUE_NS, OVERDUE_NS);
        await(log::isSyncing);
        makeDiskFast();
        final long beganNs = time.nanoTime();
        append(NEIGHBOUR, PRODUCER, 0);
        await(() -> !appended.isEmpty());
        assertThat(appended).containsExactly(Outcome.OK);
        assertThat(log.isSyncing()).isTrue();
        assertThat(time.nanoTime() - beganNs).isLessThan(OVERDUE_NS / 10);
        awaitReady();
    }

    /** One departure has been given up, and its last sync is still under way. */
    @Test
    void shouldLeaveWithTheNextDepartureWhileTheLastSyncOfTheOneBeforeIsUnderWay() {
        retreat();
        partitions.stopDepartures();
        assertThat(left).containsExactly(Outcome.NOT_READY);
        left.clear();
        depart();
        assertThat(answerTo(0)).isEqualTo(Outcome.OK);
        awaitReady();
        assertThat(handedOver.getLast()).isNotNull();
    }

    @Test
    void shouldCloseWhileTheLastSyncOfADepartureIsUnderWay() {
        final int batches = retreat();
        partitions.stopDepartures();
        await(partitions::movesNothing);
        append(0);
        final int[] closed = {1};
        partitions.close(status -> closed[0] = status);
        await(() -> closed[0] <= DiskStatus.OK);
        assertThat(closed).containsExactly(DiskStatus.OK);
        assertThat(others).isEqualTo(batches);
        assertThat(appended).containsExactly(Outcome.OK);
    }

    @Test
    void shouldEndWhenTheTopicIsDeletedWhileTheLastSyncIsUnderWay() {
        retreat();
        append(0);
        partitions.delete(KEY, status -> {});
        await(partitions::movesNothing);
        await(() -> !appended.isEmpty());
        assertThat(left).containsExactly(Outcome.UNKNOWN_PARTITION);
        assertThat(appended).containsExactly(Outcome.UNKNOWN_PARTITION);
    }

    /** An orderly stop gives up what requests do not wait for any more. */
    @Test
    void shouldGiveUpWhereItGoesOnServingAfterAStop() {
        departBusily(new PartitionDeparture[1]);
        faults.delays(OVERDUE_NS, OVERDUE_NS);
        partitions.stopDepartures();
        assertThat(left).isEmpty();
        await(() -> !left.isEmpty());
        assertThat(left).containsExactly(Outcome.NOT_READY);
        assertThat(partitions.partition(KEY).isSuspended()).isFalse();
        makeDiskFast();
        assertThat(answerTo(0)).isEqualTo(Outcome.OK);
    }

    /** A disk that is always slow keeps no partition where it is. */
    @Test
    void shouldLetRequestsWaitWhereTheDiskNeverIsFast() {
        departBusily(new PartitionDeparture[1]);
        faults.delays(OVERDUE_NS / 10, OVERDUE_NS / 10);
        int sequence = 0;
        while (left.isEmpty()) {
            append(sequence++);
            run(OVERDUE_NS / 100);
        }
        awaitReady();
        assertThat(partitions.retreats()).isLessThanOrEqualTo(RETREATS_MAX);
    }

    /** A disk that is slow whenever requests wait for it does not keep it either. */
    @Test
    void shouldLetRequestsWaitOnceItWentOnOftenEnough() {
        int sequence = departBusily(new PartitionDeparture[1]);
        final Partition partition = partitions.partition(KEY);
        while (left.isEmpty()) {
            if (partition.isSuspended()) {
                faults.delays(OVERDUE_NS, OVERDUE_NS);
            } else {
                makeDiskFast();
                append(OTHER, sequence++);
            }
            step();
        }
        awaitReady();
        assertThat(partitions.retreats()).isEqualTo(RETREATS_MAX);
        assertThat(others).isEqualTo(sequence);
    }

    private Outcome answerTo(final int sequence) {
        final int before = appended.size();
        append(sequence);
        await(() -> appended.size() > before);
        return appended.getLast();
    }

    private PartitionDeparture depart() {
        return partitions.depart(KEY, 0, (outcome, handover) -> {
            left.add(outcome);
            handedOver.add(handover);
        });
    }

    /** Others write all the time, so that there is something to settle; returns how many batches. */
    private int departBusily(final PartitionDeparture[] departure) {
        final Partition partition = partitions.partition(KEY);
        append(OTHER, 0);
        departure[0] = depart();
        int sequence = 1;
        while (!partition.isSuspended()) {
            assertThat(left).isEmpty();
            append(OTHER, sequence++);
            step();
        }
        assertThat(left).isEmpty();
        return sequence;
    }

    @Test
    void shouldEndWhenTheTopicIsDeletedWhileItSettles() {
        final int batches = departBusily(new PartitionDeparture[1]);
        append(0);
        partitions.delete(KEY, status -> {});
        await(() -> !left.isEmpty());
        assertThat(left).containsExactly(Outcome.UNKNOWN_PARTITION);
        await(partitions::movesNothing);
        await(() -> others == batches && !appended.isEmpty());
        assertThat(appended).containsExactly(Outcome.UNKNOWN_PARTITION);
    }

    @Test
    void shouldNotLetALaterBatchOvertakeOneThatWasTurnedAwayWhileItSettled() {
        final PartitionDeparture[] departure = new PartitionDeparture[1];
        departBusily(departure);
        append(0);
        partitions.partition(KEY).turnAway();
        append(1);
        assertThat(appended).containsExactly(Outcome.NOT_READY, Outcome.NOT_READY);
        awaitReady();
        departure[0].stay();
        assertThat(answerTo(2)).isEqualTo(Outcome.OUT_OF_ORDER_SEQUENCE);
        assertThat(answerTo(1)).isEqualTo(Outcome.OUT_OF_ORDER_SEQUENCE);
        assertThat(answerTo(0)).isEqualTo(Outcome.OK);
    }

    private void awaitReady() {
        await(() -> !left.isEmpty());
        assertThat(left).containsExactly(Outcome.OK);
    }

    @Test
    void shouldNotLetALaterBatchOvertakeOneThatWasTurnedAwayWhenReady() {
        final PartitionDeparture departure = depart();
        awaitReady();
        append(0);
        assertThat(appended).isEmpty();
        run(OVERDUE_NS);
        assertThat(appended).containsExactly(Outcome.NOT_READY);
        append(1);
        departure.stay();
        assertThat(answerTo(1)).isEqualTo(Outcome.OUT_OF_ORDER_SEQUENCE);
        assertThat(answerTo(0)).isEqualTo(Outcome.OK);
        assertThat(answerTo(1)).isEqualTo(Outcome.OK);
    }

    /** The core that takes over may have begun before the old one hears of it. */
    @Test
    void shouldTellTheNewOwnerOfBatchesThatWereTurnedAway() {
        depart();
        awaitReady();
        run(OVERDUE_NS);
        append(0);
        final ProducerView producers = new ProducerView(handedOver.getFirst());
        assertThat(producers.check(1)).isEqualTo(Outcome.OUT_OF_ORDER_SEQUENCE);
        assertThat(producers.check(0)).isEqualTo(Outcome.OK);
    }

    private record ProducerView(PartitionHandover handover) {
        Outcome check(final int sequence) {
            return handover.producers()
                    .check(KafkaBatches.ours(
                            KafkaBatches.batch().producer(PRODUCER, 0, sequence).count(1, 1_000)));
        }
    }

    /** Who waits may be all that there is to do, and the bound is watched by nobody else. */
    @Test
    void shouldNotParkWhileRequestsWait() {
        final PartitionDeparture departure = depart();
        awaitReady();
        assertThat(partitions.mayPark()).isFalse();
        run(OVERDUE_NS);
        assertThat(partitions.mayPark()).isTrue();
        departure.stay();
    }
}
