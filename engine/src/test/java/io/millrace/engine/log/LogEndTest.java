package io.millrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.KafkaBatches;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import org.apache.kafka.common.record.internal.CompressionType;
import org.junit.jupiter.api.Test;

/** A log is deleted while something else of it is under way: that ends too. */
class LogEndTest {
    private static final int TURNS = 40;
    private static final LogCompletion IGNORED = status -> {};

    private final SimDiskImage image = new SimDiskImage();
    private final SimTime time = new SimTime();

    private LogBench bench() {
        return LogBench.on(new SimDisk(image, time, SimDiskFaults.none(), new SeededEntropy(1)))
                .config(LogContract.SMALL);
    }

    @Test
    void shouldTellTheDepartureThatTheLogIsDeleted() {
        final LogBench bench = bench().create();
        bench.offer(KafkaBatches.batch().count(1, bench.nowMs));
        final int[] told = {LogBench.UNANSWERED, 0};
        final LogDeparture departure = new LogDeparture(bench.log, () -> true, status -> {
            told[0] = status;
            told[1]++;
        });
        departure.begin();
        bench.log.delete(IGNORED, IGNORED);
        bench.settle();
        assertThat(told).containsExactly(DiskStatus.IO_ERROR, 1);
        assertThat(bench.log.isClosed()).isTrue();
        assertThat(image.exists(LogBench.DIRECTORY)).isFalse();
    }

    @Test
    void shouldPrepareWhatADepartureWouldWaitFor() {
        final LogBench bench = bench().create();
        for (int i = 0; i < 30; i++) {
            bench.append(1, bench.nowMs + i);
        }
        final LogDeparture departure = new LogDeparture(bench.log, () -> true, IGNORED);
        bench.until(departure::prepare);
        assertThat(bench.log.sealer().isEmpty()).isTrue();
        assertThat(bench.log.epochFile().unwrittenFrom()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldAnswerTheQuestionForATimestamp() {
        for (int turns = 0; turns < TURNS; turns++) {
            final LogBench bench = bench().create();
            for (int i = 0; i < 100; i++) {
                bench.append(KafkaBatches.batch().codec(CompressionType.GZIP).count(2, bench.nowMs + i));
            }
            bench.settle();
            final int[] answers = {0};
            // Housekeeping is too busy for the first: it looks once more.
            final boolean[] busy = {true};
            final LogBench asked = new LogBench(
                    bench.disk,
                    new LogContext(
                            bench.disk,
                            new LeaseTable(64, 0, 2),
                            (work, done) -> {
                                if (busy[0]) {
                                    return false;
                                }
                                work.run();
                                done.run();
                                return true;
                            },
                            new KafkaDecompressor()));
            asked.config(LogContract.SMALL).recover(0, 0, false);
            asked.log.offsetForTimestamp(bench.nowMs + 50, (status, offset, timestampMs, epoch) -> answers[0]++);
            for (int i = 0; i < turns; i++) {
                asked.turn();
            }
            asked.log.delete(IGNORED, IGNORED);
            for (int i = 0; i < TURNS; i++) {
                asked.turn();
            }
            busy[0] = false;
            asked.settle();
            assertThat(answers).as("after " + turns + " turns").containsExactly(1);
        }
    }
}
