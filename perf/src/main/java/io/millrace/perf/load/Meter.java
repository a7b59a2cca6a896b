package io.millrace.perf.load;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Counts and latencies of a run. A record belongs to the measured time, or to an outage, by the time at which it was
 * meant to be sent, whenever it came. Used by all clients' threads.
 */
final class Meter {
    private static final int DIGITS = 3;

    private final LongAdder sent = new LongAdder();
    private final LongAdder acknowledged = new LongAdder();
    private final LongAdder abandoned = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final AtomicReference<String> firstError = new AtomicReference<>();
    private final Histogram judged = new ConcurrentHistogram(DIGITS);
    private final Histogram beside = new ConcurrentHistogram(DIGITS);
    private final Recorder recent = new Recorder(DIGITS);
    private volatile long measuredFromNs = Long.MAX_VALUE;
    private volatile long measuredToNs = Long.MAX_VALUE;
    private volatile long outageFromNs = Long.MAX_VALUE;
    private volatile long outageToNs = Long.MAX_VALUE;

    void onSend() {
        sent.increment();
    }

    void onAcknowledged() {
        acknowledged.increment();
    }

    /** Its producer was killed before the answer came: the record may be stored, or not. */
    void onAbandoned() {
        abandoned.increment();
    }

    void onError(final String what) {
        errors.increment();
        firstError.compareAndSet(null, what);
    }

    void onReceived(final long dueNs, final long nowNs) {
        received.increment();
        final long latencyNs = Math.max(0, nowNs - dueNs);
        recent.recordValue(latencyNs);
        if (dueNs - measuredFromNs < 0 || dueNs - measuredToNs >= 0) {
            return;
        }
        if (dueNs - outageFromNs >= 0 && dueNs - outageToNs < 0) {
            beside.recordValue(latencyNs);
        } else {
            judged.recordValue(latencyNs);
        }
    }

    /** From here on, for so long. */
    void measure(final long fromNs, final long toNs) {
        measuredToNs = toNs;
        measuredFromNs = fromNs;
    }

    void beginOutage(final long nowNs) {
        outageFromNs = nowNs;
    }

    void endOutage(final long nowNs) {
        outageToNs = nowNs;
    }

    long sent() {
        return sent.sum();
    }

    long acknowledged() {
        return acknowledged.sum();
    }

    long abandoned() {
        return abandoned.sum();
    }

    long received() {
        return received.sum();
    }

    long errors() {
        return errors.sum();
    }

    /** Null if there was none. */
    String firstError() {
        return firstError.get();
    }

    /** Of records meant to be sent in the measured time and outside of an outage, in ns. */
    Histogram judged() {
        return judged;
    }

    /** Of records meant to be sent during the outage, in ns. */
    Histogram outage() {
        return beside;
    }

    /** Of all records received since the last call, in ns. */
    Histogram takeRecent() {
        return recent.getIntervalHistogram();
    }
}
