package io.millrace.engine.log;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Where to begin looking for a random offset: in a segment's index of some entries, one for every 4 KB of log. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class OffsetIndexBenchmark {
    private static final int OFFSETS_PER_ENTRY = 40;
    private static final int ENTRY_EVERY_BYTES = 4096;
    private static final int WANTED = 4096;

    @Param({"1000", "262144"})
    int entries;

    private final OffsetIndex index = new OffsetIndex(new IndexMemory());
    private final int[] wanted = new int[WANTED];
    private int next;

    @Setup
    public void fill() {
        for (int i = 0; i < entries; i++) {
            index.append(i * OFFSETS_PER_ENTRY, i * ENTRY_EVERY_BYTES);
        }
        final Random random = new Random(42);
        for (int i = 0; i < WANTED; i++) {
            wanted[i] = random.nextInt(entries * OFFSETS_PER_ENTRY);
        }
    }

    @Benchmark
    public int floorPosition() {
        return index.floorPosition(wanted[next++ & WANTED - 1]);
    }
}
