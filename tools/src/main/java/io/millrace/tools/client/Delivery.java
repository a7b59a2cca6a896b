package io.millrace.tools.client;

import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What became of the records that were sent. The main thread asks, the producer's own thread tells. */
final class Delivery {
    private static final int TOLD_MAX = 10;
    private static final double NS_PER_MS = 1e6;
    private static final double NS_PER_S = 1e9;
    private static final double BYTES_PER_MB = 1e6;

    private final Bootstrap bootstrap;
    private final Consumer<String> err;
    private final long beganNs;
    private final Latencies latencies = new Latencies();
    private long acknowledged;
    private long bytes;
    private long failed;
    private boolean hopeless;

    Delivery(final Bootstrap bootstrap, final Consumer<String> err, final long beganNs) {
        this.bootstrap = bootstrap;
        this.err = err;
        this.beganNs = beganNs;
    }

    synchronized void acknowledged(final long size, final long latencyNs) {
        acknowledged++;
        bytes += size;
        latencies.add(latencyNs);
    }

    /** Tells of the first few at once; after some failures the next records need not be tried. */
    synchronized void failed(final String record, final Throwable thrown) {
        final Throwable cause = Failures.cause(thrown);
        if (++failed <= TOLD_MAX) {
            err.accept(record + " was not acknowledged: "
                    + (cause instanceof TimeoutException ? Failures.plain(cause) : Failures.text(cause, bootstrap)));
        }
        hopeless |= cause instanceof TimeoutException
                || cause instanceof AuthorizationException
                || cause instanceof AuthenticationException
                || cause instanceof InvalidTopicException
                || cause instanceof UnknownTopicOrPartitionException;
    }

    synchronized boolean isHopeless() {
        return hopeless;
    }

    synchronized long failedCount() {
        return failed;
    }

    synchronized String progress(final long ofCount, final long nowNs) {
        final double seconds = Math.max(1, nowNs - beganNs) / NS_PER_S;
        return String.format(
                        Locale.ROOT,
                        "%,d%s records  %,.0f/s  %.1f MB/s",
                        acknowledged,
                        ofCount > 0 ? String.format(Locale.ROOT, " of %,d", ofCount) : "",
                        acknowledged / seconds,
                        bytes / BYTES_PER_MB / seconds)
                + latencies();
    }

    synchronized String summary(final boolean withAcks, final long nowNs) {
        final double seconds = Math.max(1, nowNs - beganNs) / NS_PER_S;
        return String.format(
                        Locale.ROOT,
                        "%,d record%s (%,d byte%s) %s in %.2f s: %,.0f/s  %.1f MB/s",
                        acknowledged,
                        acknowledged == 1 ? "" : "s",
                        bytes,
                        bytes == 1 ? "" : "s",
                        withAcks ? "acknowledged" : "sent",
                        seconds,
                        acknowledged / seconds,
                        bytes / BYTES_PER_MB / seconds)
                + latencies()
                + (failed == 0 ? "" : String.format(Locale.ROOT, "; %,d not acknowledged", failed));
    }

    private String latencies() {
        return String.format(
                Locale.ROOT,
                "  p50 %.1f ms  p99 %.1f ms",
                latencies.percentileNs(0.5) / NS_PER_MS,
                latencies.percentileNs(0.99) / NS_PER_MS);
    }

    synchronized Map<String, Object> object(final long nowNs) {
        return Json.object(
                "records",
                acknowledged,
                "failed",
                failed,
                "bytes",
                bytes,
                "elapsedNs",
                nowNs - beganNs,
                "p50Ns",
                latencies.percentileNs(0.5),
                "p99Ns",
                latencies.percentileNs(0.99),
                "largestNs",
                latencies.largestNs());
    }
}
