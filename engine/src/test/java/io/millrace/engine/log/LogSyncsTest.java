package io.millrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimOperation;
import io.millrace.engine.sim.SimTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A log goes on while a departure's last sync takes long: nobody waits for that, and nobody takes it for more than it is. */
class LogSyncsTest {
    private static final long LONG_NS = 300_000_000;

    private final SimDiskImage image = new SimDiskImage();
    private final SimTime time = new SimTime();
    private final SimDiskFaults faults = SimDiskFaults.none();
    private final LogBench bench =
            LogBench.on(new SimDisk(image, time, faults, new SeededEntropy(1))).config(LogContract.SMALL);
    private final List<Integer> told = new ArrayList<>();
    private LogDeparture departure;
    private long beganNs;
    /** Up to where what is under way makes the log stable. */
    private long covered;

    @BeforeEach
    void beginToSettle() {
        bench.create();
        departure = new LogDeparture(bench.log, () -> true, told::add);
        append();
        assertThat(departure.syncBeside()).isTrue();
        untilSyncedBeside();
        append();
        bench.until(departure::prepare);
        covered = bench.log.endOffset();
        beganNs = time.nanoTime();
        delay(LONG_NS);
        departure.begin();
        makeDiskFast();
        assertThat(departure.isSyncingBeside()).isTrue();
    }

    private void delay(final long ns) {
        faults.delays(ns, ns);
    }

    private void makeDiskFast() {
        delay(100_000);
    }

    private void append() {
        bench.append(1, bench.nowMs);
        bench.until(() -> bench.appended == bench.log.endOffset());
    }

    private void untilSyncedBeside() {
        bench.until(() -> !departure.isSyncingBeside());
    }

    private void withdraw() {
        assertThat(departure.withdraw()).isTrue();
    }

    private void assertStillSyncedBeside() {
        assertThat(departure.isSyncingBeside()).isTrue();
        assertThat(time.nanoTime() - beganNs).isLessThan(LONG_NS);
    }

    @Test
    void shouldBeReadyWithTheLastSync() {
        assertThat(bench.stable).isLessThan(covered);
        bench.settle();
        assertThat(told).containsExactly(DiskStatus.OK);
        assertThat(bench.stable).isEqualTo(covered);
        assertThat(time.nanoTime() - beganNs).isEqualTo(LONG_NS);
    }

    @Test
    void shouldAppendAndSyncOnceWithdrawnWithoutWaitingForIt() {
        withdraw();
        append();
        assertStillSyncedBeside();
        assertThat(bench.log.sync()).isTrue();
        bench.until(() -> bench.stable == bench.log.endOffset());
        assertStillSyncedBeside();
        bench.settle();
        assertThat(bench.stable).isEqualTo(bench.log.endOffset());
        assertThat(told).isEmpty();
    }

    /** Behind such a sync everybody would wait once the log goes on. */
    @Test
    void shouldBeginNoRegularSyncWhileItSettles() {
        assertThat(bench.log.sync()).isFalse();
        withdraw();
        assertThat(bench.log.sync()).isTrue();
    }

    @Test
    void shouldBeStableAsFarAsWasAppendedWhenItBegan() {
        withdraw();
        append();
        untilSyncedBeside();
        assertThat(bench.stable).isEqualTo(covered).isLessThan(bench.log.endOffset());
        assertThat(bench.log.syncedOffset()).isEqualTo(covered);
        assertThat(departure.unsyncedBytes()).isEqualTo(bench.stored.getLast().bytes().length);
    }

    @Test
    void shouldNotTakeForSyncedWhatOnlyTheOtherSyncCovers() {
        withdraw();
        append();
        delay(2 * LONG_NS);
        assertThat(bench.log.sync()).isTrue();
        untilSyncedBeside();
        assertThat(bench.log.isSyncing()).isTrue();
        assertThat(bench.log.syncedOffset()).isEqualTo(covered);
        assertThat(departure.unsyncedBytes()).isEqualTo(bench.stored.getLast().bytes().length);
    }

    /** The other one has begun to make new names durable, and has not ended. */
    @Test
    void shouldSyncTheDirectoryWhereTheOtherSyncHasNotYet() {
        withdraw();
        untilSyncedBeside();
        bench.appendMany(30);
        delay(LONG_NS);
        departure.syncBeside();
        makeDiskFast();
        final List<SimOperation> executed = new ArrayList<>();
        image.onOperation((number, operation, path) -> executed.add(operation));
        bench.sync();
        assertThat(departure.isSyncingBeside()).isTrue();
        assertThat(executed).contains(SimOperation.SYNC_DIRECTORY);
    }

    @Test
    void shouldCountForARolledSegmentToo() {
        withdraw();
        final Segment active = bench.log.active;
        while (bench.log.active == active) {
            append();
        }
        assertStillSyncedBeside();
        bench.settle();
        assertThat(bench.log.syncedOffset()).isBetween(covered, bench.log.endOffset());
        bench.sync();
        bench.assertAllReadable();
        assertThat(bench.close()).isEqualTo(DiskStatus.OK);
    }

    /** The closing's own syncs come first and succeed, but nobody may believe them. */
    @Test
    void shouldNotBeClosedForGoodBeforeTheSyncHasFailed() {
        withdraw();
        image.onOperation((number, operation, path) ->
                faults.mediaErrors(0, time.nanoTime() - beganNs < LONG_NS ? 0 : 1_000_000, 0));
        assertThat(bench.close()).isEqualTo(DiskStatus.IO_ERROR);
        assertThat(bench.offline).isOne();
    }

    @Test
    void shouldNotLeaveWhereTheLastSyncFails() {
        faults.mediaErrors(0, 1_000_000, 0);
        bench.settle();
        assertThat(told).containsExactly(DiskStatus.IO_ERROR);
        assertThat(bench.offline).isOne();
        assertThat(bench.stable).isLessThan(covered);
    }

    @Test
    void shouldBeDeletedOnceItIsSynced() {
        withdraw();
        final int[] ended = {LogBench.UNANSWERED, LogBench.UNANSWERED};
        bench.log.delete(status -> ended[0] = status, status -> ended[1] = status);
        bench.settle();
        assertThat(ended).containsExactly(DiskStatus.OK, DiskStatus.OK);
        assertThat(image.exists(LogBench.DIRECTORY)).isFalse();
        assertThat(bench.offline).isZero();
    }

    /** If that one has failed, and this core does not know yet, the system says no more of it by a file opened later. */
    @Test
    void shouldNotSyncByAFileThatWasOpenedDuringAnotherSyncBeforeThatHasEnded() {
        bench.settle();
        departure.stay();
        departure.end();
        append();
        delay(LONG_NS);
        assertThat(bench.log.sync()).isTrue();
        makeDiskFast();
        assertThat(departure.syncBeside()).isTrue();
        bench.until(() -> !bench.log.isSyncing());
        assertThat(departure.isSyncingBeside()).isTrue();
        untilSyncedBeside();
        assertThat(bench.stable).isEqualTo(bench.log.endOffset());
    }

    /** A departure that was given up, and the next one. */
    @Test
    void shouldLeaveWithTheNextTry() {
        withdraw();
        departure.end();
        append();
        departure.begin();
        bench.settle();
        assertThat(told).containsExactly(DiskStatus.OK);
        assertThat(bench.stable).isEqualTo(bench.log.endOffset());
    }

    /** There is no sync to measure as long as nothing was written that it could cover. */
    @Test
    void shouldNotBeginASyncForWhatIsBeingWritten() {
        bench.settle();
        departure.stay();
        bench.append(1, bench.nowMs);
        assertThat(departure.unsyncedBytes()).isPositive();
        assertThat(departure.syncBeside()).isFalse();
        bench.settle();
        assertThat(departure.syncBeside()).isTrue();
    }
}
