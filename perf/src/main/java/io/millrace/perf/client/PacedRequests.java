package io.millrace.perf.client;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.agrona.collections.LongArrayQueue;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.protocol.Errors;

/**
 * Prebuilt requests at a fixed rate, the connections and the requests taking turns, on one thread. A latency counts from
 * the time at which its request should have been sent.
 */
public final class PacedRequests extends RawLoad {
    private static final int INPUT_BYTES = 512;
    private static final long TICK_MS = 1;
    private static final int LATENCY_DIGITS = 3;
    private static final int WAITING = 64;

    private final Requests requests;
    private final long intervalNs;
    /** Where requests go: connection i goes to port i modulo their number, and the connections of a port take turns. */
    private final int[] ports;

    private final int[] portOfRequest;
    private final int[] turnOfPort;
    private final LongArrayQueue[] dueNsOfWaiting;
    private final AtomicLong answered = new AtomicLong();
    private volatile Histogram latencies = new Histogram(LATENCY_DIGITS);
    private long dueNs;
    private int next;

    /** @param connections how many, at least one for each port; the requests are dealt out to those of their port in turn */
    public PacedRequests(final Requests requests, final int connections, final int perSecond) throws IOException {
        super("paced-requests", TICK_MS);
        this.requests = requests;
        intervalNs = 1_000_000_000L / perSecond;
        ports = Arrays.stream(requests.ports()).distinct().toArray();
        turnOfPort = new int[ports.length];
        portOfRequest = Arrays.stream(requests.ports())
                .map(port -> IntStream.range(0, ports.length)
                        .filter(i -> ports[i] == port)
                        .findFirst()
                        .orElseThrow())
                .toArray();
        dueNsOfWaiting = new LongArrayQueue[connections];
        for (int i = 0; i < connections; i++) {
            connect(ports[i % ports.length], INPUT_BYTES);
            dueNsOfWaiting[i] = new LongArrayQueue(WAITING, Long.MIN_VALUE);
        }
    }

    /** Latencies in ns since the last call. The few that come in during the call may be lost. */
    public Histogram takeLatencies() {
        final Histogram taken = latencies;
        latencies = new Histogram(LATENCY_DIGITS);
        return taken;
    }

    /** Requests answered without an error since the start. */
    public long answered() throws IOException {
        check();
        return answered.get();
    }

    @Override
    void onStart(final RawConnection connection) {
        // The clock decides who sends, not the connection. It begins now, however long ago the load was made.
        dueNs = System.nanoTime();
    }

    @Override
    void onTick() throws IOException {
        while (System.nanoTime() - dueNs >= 0) {
            final int connection = nextConnection(portOfRequest[next]);
            dueNsOfWaiting[connection].addLong(dueNs);
            connection(connection).send(requests.frames()[next]);
            next = next + 1 == requests.frames().length ? 0 : next + 1;
            dueNs += intervalNs;
        }
    }

    private int nextConnection(final int port) {
        final int connection = port + ports.length * turnOfPort[port];
        turnOfPort[port] = connection + ports.length < connections() ? turnOfPort[port] + 1 : 0;
        return connection;
    }

    @Override
    void onAnswer(final RawConnection connection, final UnsafeBuffer buffer, final int offset, final int length)
            throws IOException {
        final short error = buffer.getShort(offset + requests.errorOffset(), ByteOrder.BIG_ENDIAN);
        if (error != 0) {
            throw new IOException("the broker answered " + Errors.forCode(error));
        }
        latencies.recordValue(System.nanoTime() - dueNsOfWaiting[connection.index].pollLong());
        answered.lazySet(answered.get() + 1);
    }
}
