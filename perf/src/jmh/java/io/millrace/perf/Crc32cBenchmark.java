package io.millrace.perf;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
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

/** What the checksum of a batch costs: it is the one pass over a batch's bytes that every append makes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class Crc32cBenchmark {
    @Param({"1024", "65536", "1048576"})
    int batchBytes;

    private final CRC32C crc = new CRC32C();
    private ByteBuffer batch;

    @Setup
    public void allocate() {
        batch = ByteBuffer.allocateDirect(batchBytes);
    }

    @Benchmark
    public long checksumOfOneBatch() {
        crc.reset();
        crc.update(batch.clear());
        return crc.getValue();
    }
}
