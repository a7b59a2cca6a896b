package io.millrace.engine.core;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a hand-over costs in instructions alone: a request and its reply through both rings, on one thread, so that no
 * cache line travels. One at a time, and sixteen for each turn of the loop.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MailboxBenchmark {
    private static final int BATCH = 16;

    private final TwoCores cores = new TwoCores();
    private long asked;

    @Benchmark
    public long oneRequestAndReply() {
        return exchange(1);
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long sixteenRequestsAndReplies() {
        return exchange(BATCH);
    }

    private long exchange(final int count) {
        for (int i = 0; i < count; i++) {
            cores.ask();
        }
        cores.wakeAnswering();
        // A read ends where the ring begins anew.
        for (int answered = 0; answered < count; ) {
            answered += cores.answer(count);
        }
        asked += count;
        while (cores.takeAnswers(count) < asked) {
            Thread.onSpinWait();
        }
        return asked;
    }
}
