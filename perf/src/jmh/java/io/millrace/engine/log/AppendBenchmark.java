package io.millrace.engine.log;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.perf.SampleBatches;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One batch into the log and its completion, through the real disk's code, onto tmpfs (see {@link MemoryLog}): index
 * entries, the queue of writes and one system call; no device, no sync, no validation, which has a benchmark of its own.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AppendBenchmark {
    @Param({"1x100B", "16x1KB"})
    String batch;

    private final BatchFlyweight flyweight = new BatchFlyweight();
    private MemoryLog log;

    @Setup
    public void create() throws IOException {
        log = new MemoryLog(SampleBatches.TIME_MS);
        final UnsafeBuffer bytes = SampleBatches.of(batch);
        flyweight.wrap(bytes, 0, bytes.capacity());
    }

    @TearDown(Level.Iteration)
    public void empty() {
        log.empty();
    }

    @TearDown
    public void close() throws IOException {
        log.close();
    }

    @Benchmark
    public long append() {
        log.append(flyweight);
        return log.endOffset();
    }
}
