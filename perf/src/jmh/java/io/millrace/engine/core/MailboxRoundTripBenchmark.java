package io.millrace.engine.core;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A request to a thread that never sleeps and the reply from it: what the hardware takes to carry cache lines over. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MailboxRoundTripBenchmark {
    private static final int LIMIT = 64;

    private final TwoCores cores = new TwoCores();
    private volatile boolean stopped;
    private Thread answering;
    private long asked;

    @Setup
    public void start() {
        answering = new Thread(this::answer, "answering");
        answering.setDaemon(true);
        answering.start();
    }

    @TearDown
    public void stop() throws InterruptedException {
        stopped = true;
        answering.join();
    }

    @Benchmark
    public long roundTrip() {
        cores.ask();
        cores.wakeAnswering();
        asked++;
        while (cores.takeAnswers(LIMIT) < asked) {
            Thread.onSpinWait();
        }
        return asked;
    }

    private void answer() {
        while (!stopped) {
            if (cores.answer(LIMIT) == 0) {
                Thread.onSpinWait();
            }
        }
    }
}
