package io.millrace.perf.workload;

import io.millrace.perf.client.OpenLoop;
import io.millrace.perf.client.ReaderProcess;
import io.millrace.perf.client.Topics;
import io.millrace.perf.report.Figures;
import io.millrace.perf.report.Metric;
import io.millrace.perf.server.Server;
import io.millrace.perf.server.Servers.Kind;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.HdrHistogram.Histogram;

/**
 * What a consumer that reads cold data at full rate does to the hot tail beside it. The server is restarted after the
 * cold topic was written and the kernel was asked to forget the topic's pages. Then the topic is read once, from its
 * beginning, and is long enough for that, so that reads go to the disk and nobody has to make them.
 */
final class ColdReader implements Workload {
    private static final String COLD = "cold";
    private static final String HOT = "hot";
    private static final int PARTITIONS = 4;
    private static final String SEGMENT_BYTES = "67108864";
    /** Until the reader's JVM has compiled itself: what that costs is no reading. */
    private static final long READER_WARM_UP_MS = 4_000;

    private static final double BYTES_PER_MS_MAX = 800_000;
    private static final double BYTES_PER_MEGABYTE = 1e6;

    private static final OpenLoop.Plan LOOP = new OpenLoop.Plan(1_000, 1_000, Map.of("acks", "all", "linger.ms", "0"));

    @Override
    public String name() {
        return "cold-reader";
    }

    @Override
    public String description() {
        return "end to end 1,000/s of 1 KB, without and beside a consumer that reads cold data at full rate, once (0.8 GB for each second)";
    }

    @Override
    public Set<Kind> kinds() {
        return EnumSet.complementOf(EnumSet.of(Kind.NULL));
    }

    @Override
    public boolean keepsServer() {
        return false;
    }

    @Override
    public Figures run(final Server server, final Timing timing) throws Exception {
        final FilledTopic cold = cold(timing);
        cold.writeCold(server);
        Topics.create(server.bootstrap(), HOT, PARTITIONS);
        try (OpenLoop loop = new OpenLoop(server.bootstrap(), HOT, PARTITIONS, LOOP)) {
            loop.start();
            Window.of(server, timing, loop::received, loop::forget);
            final Histogram alone = loop.latencies().copy();
            return besideReader(server, timing, loop, cold)
                    .putLatencies(loop.latencies())
                    .put(Metric.P99_ALONE, alone.getValueAtPercentile(99) / 1e6)
                    .put(
                            Metric.P99_RISE,
                            (double) loop.latencies().getValueAtPercentile(99) / alone.getValueAtPercentile(99));
        }
    }

    private static Figures besideReader(
            final Server server, final Timing timing, final OpenLoop loop, final FilledTopic cold) throws Exception {
        final Timing atOnce = new Timing(0, timing.measureMs());
        try (ReaderProcess reader = new ReaderProcess(server.bootstrap(), COLD, PARTITIONS)) {
            reader.start();
            final long limitNs = System.nanoTime() + START_LIMIT.toNanos();
            while (reader.bytes() == 0) {
                if (System.nanoTime() > limitNs) {
                    throw new IOException("the cold reader got nothing");
                }
                Thread.sleep(1);
            }
            Thread.sleep(READER_WARM_UP_MS);
            final long bytes = reader.bytes();
            final long startNs = System.nanoTime();
            final Window window = Window.of(server, atOnce, loop::received, loop::forget);
            final double seconds = (System.nanoTime() - startNs) / 1e9;
            final long read = reader.bytes();
            if (read >= cold.bytes()) {
                throw new IOException("all cold data was read before the time was over: choose fewer --seconds");
            }
            return window.records().put(Metric.BYTE_RATE, (read - bytes) / BYTES_PER_MEGABYTE / seconds);
        }
    }

    /** So much that no reader comes to the end. */
    private static FilledTopic cold(final Timing timing) {
        final double bytes = (READER_WARM_UP_MS + timing.measureMs()) * BYTES_PER_MS_MAX;
        return new FilledTopic(
                COLD, PARTITIONS, (long) bytes / FilledTopic.REQUEST_BYTES, Map.of("segment.bytes", SEGMENT_BYTES));
    }
}
