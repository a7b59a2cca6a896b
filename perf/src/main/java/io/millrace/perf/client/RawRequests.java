package io.millrace.perf.client;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.protocol.Errors;

/**
 * Sends the same prebuilt requests over many connections, each with so many in flight, on one thread: a client that costs
 * next to nothing, so that the broker is what is measured.
 */
public final class RawRequests extends RawLoad {
    private static final int INPUT_BYTES = 16 << 10;
    private static final int LATENCY_DIGITS = 3;

    private final Requests requests;
    private final long[][] sentNs;
    private final int[] oldest;
    private final AtomicLong answered = new AtomicLong();
    private volatile Histogram latencies = new Histogram(LATENCY_DIGITS);

    /** @param inFlight requests that each connection has unanswered at any time; there is one connection for each frame */
    public RawRequests(final Requests requests, final int inFlight) throws IOException {
        super("raw-requests");
        this.requests = requests;
        sentNs = new long[requests.frames().length][inFlight];
        oldest = new int[requests.frames().length];
        for (final int port : requests.ports()) {
            connect(port, INPUT_BYTES);
        }
    }

    /** Requests answered without an error since the start. */
    public long answered() throws IOException {
        check();
        return answered.get();
    }

    /** Latencies in ns since the last call. The few that come in during the call may be lost. */
    public Histogram takeLatencies() {
        final Histogram taken = latencies;
        latencies = new Histogram(LATENCY_DIGITS);
        return taken;
    }

    @Override
    void onStart(final RawConnection connection) throws IOException {
        for (int i = 0; i < sentNs[connection.index].length; i++) {
            send(connection, i);
        }
    }

    private void send(final RawConnection connection, final int slot) throws IOException {
        sentNs[connection.index][slot] = System.nanoTime();
        connection.send(requests.frames()[connection.index]);
    }

    @Override
    void onAnswer(final RawConnection connection, final UnsafeBuffer buffer, final int offset, final int length)
            throws IOException {
        final short error = buffer.getShort(offset + requests.errorOffset(), ByteOrder.BIG_ENDIAN);
        if (error != 0) {
            throw new IOException("the broker answered " + Errors.forCode(error));
        }
        final int slot = oldest[connection.index];
        latencies.recordValue(System.nanoTime() - sentNs[connection.index][slot]);
        oldest[connection.index] = slot + 1 == sentNs[connection.index].length ? 0 : slot + 1;
        answered.lazySet(answered.get() + 1);
        if (isRunning()) {
            send(connection, slot);
        }
    }
}
