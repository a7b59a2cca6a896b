package io.millrace.perf;

import io.millrace.engine.batch.BatchRules;
import io.millrace.engine.batch.BatchValidator;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.status.Outcome;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
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

/** What it costs to judge a producer's batch, its checksum included; compressed records are not unpacked. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BatchValidationBenchmark {
    @Param({"1x100B", "60x1KB", "lz4-64x1KB"})
    String batch;

    private final BatchValidator validator = new BatchValidator(new Crc32c());
    private UnsafeBuffer bytes;

    @Setup
    public void build() {
        bytes = SampleBatches.of(batch);
        if (validate() != Outcome.OK) {
            throw new IllegalStateException(validate() + " for " + batch);
        }
    }

    @Benchmark
    public Outcome validate() {
        return validator.validate(bytes.addressOffset(), bytes.capacity(), BatchRules.DEFAULT, SampleBatches.TIME_MS);
    }
}
