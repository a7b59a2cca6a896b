package io.millrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.replication.ReplicaProducers;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import org.junit.jupiter.api.Test;

/** A log goes on with another core: what is done before it is left, and what it is there. */
class LogMoveTest extends CompactionBed {
    private static final long STEP_NS = 1_000_000;

    private LogDeparture depart(final boolean synced) {
        final int[] told = {LogBench.UNANSWERED};
        final LogDeparture departure = new LogDeparture(bench.log, () -> synced, status -> told[0] = status);
        bench.until(departure::prepare);
        departure.begin();
        bench.until(() -> told[0] != LogBench.UNANSWERED);
        assertThat(DiskStatus.nameOf(told[0])).isEqualTo("OK");
        return departure;
    }

    private LogArrival openAhead() {
        final LogArrival arrival = new LogArrival(bench.context);
        final int[] told = {LogBench.UNANSWERED};
        arrival.openAhead(new LogArrival.Files(bench.log), status -> told[0] = status);
        bench.until(() -> told[0] != LogBench.UNANSWERED);
        return arrival;
    }

    private void arrive(final LogArrival arrival, final LogDeparture departure) {
        final int[] told = {LogBench.UNANSWERED};
        arrival.arrive(departure.handOver(), status -> told[0] = status);
        if (told[0] == LogBench.UNANSWERED) {
            bench.until(() -> told[0] != LogBench.UNANSWERED);
        }
        assertThat(DiskStatus.nameOf(told[0])).isEqualTo("OK");
        departure.leave();
        bench.log = arrival.log(bench.config, new ReplicaProducers(bench.table));
        bench.log.listener(bench);
        bench.settle();
    }

    @Test
    void shouldGoOnWithFilesThatWereOpenedWhileItWasWrittenTo() {
        bench.create();
        bench.appendMany(20);
        final LogArrival arrival = openAhead();
        bench.appendMany(20);
        arrive(arrival, depart(true));
        bench.assertAllReadable();
        bench.appendMany(20);
        bench.assertAllReadable();
        assertThat(bench.close()).isEqualTo(DiskStatus.OK);
    }

    @Test
    void shouldOpenNothingAnewThatWasOpenedAhead() {
        bench.create();
        bench.appendMany(20);
        final LogArrival arrival = openAhead();
        final LogDeparture departure = depart(true);
        final int[] told = {LogBench.UNANSWERED};
        arrival.arrive(departure.handOver(), status -> told[0] = status);
        assertThat(told).containsExactly(DiskStatus.OK);
    }

    /** A compaction puts another file where one was that is open by now. */
    @Test
    void shouldNotTakeAFileForTheOneThatHasItsName() {
        bench.create();
        for (int i = 0; i < 200; i++) {
            put("k" + i % 7, "v" + i);
        }
        roll();
        final LogArrival arrival = openAhead();
        assertThat(compact(0, Long.MAX_VALUE)).isEqualTo(DiskStatus.OK);
        final var compacted = contents();
        arrive(arrival, depart(true));
        assertThat(contents()).isEqualTo(compacted);
    }

    @Test
    void shouldGoOnWithBytesThatNoSyncHasSeen() {
        bench.create();
        bench.appendMany(3);
        final long before = bench.log.syncedOffset();
        final LogDeparture departure = depart(false);
        assertThat(bench.log.syncedOffset()).isEqualTo(before).isLessThan(bench.log.endOffset());
        arrive(new LogArrival(bench.context), departure);
        assertThat(bench.log.recoveryPoint()).isEqualTo(before);
        bench.log.sync();
        bench.settle();
        assertThat(bench.log.syncedOffset()).isEqualTo(bench.log.endOffset());
        assertThat(bench.log.isDirty()).isFalse();
    }

    /** Completions of one open file come in the order of submission: behind a sync nothing would be acknowledged. */
    @Test
    void shouldTellOfAppendsWhileItIsSyncedBeside() {
        final SimDiskFaults slow = SimDiskFaults.none().delays(STEP_NS, STEP_NS);
        bench = LogBench.on(new SimDisk(new SimDiskImage(), new SimTime(), slow, new SeededEntropy(1)));
        bench.create();
        bench.append(1, bench.nowMs);
        bench.settle();
        final LogDeparture departure = new LogDeparture(bench.log, () -> true, status -> {});
        assertThat(departure.syncBeside()).isTrue();
        bench.append(1, bench.nowMs);
        bench.until(() -> bench.appended == bench.log.endOffset());
        assertThat(departure.isSyncingBeside()).isTrue();
        bench.until(() -> !departure.isSyncingBeside());
        assertThat(bench.log.isOffline()).isFalse();
    }

    @Test
    void shouldGoOfflineIfItCannotBeSyncedBeside() {
        final SimDiskFaults faults = SimDiskFaults.none();
        bench = LogBench.on(new SimDisk(new SimDiskImage(), new SimTime(), faults, new SeededEntropy(1)));
        bench.create();
        bench.append(1, bench.nowMs);
        bench.settle();
        faults.mediaErrors(0, 1_000_000, 0);
        final LogDeparture departure = new LogDeparture(bench.log, () -> true, status -> {});
        departure.syncBeside();
        bench.until(() -> !departure.isSyncingBeside());
        assertThat(bench.log.isOffline()).isTrue();
    }
}
