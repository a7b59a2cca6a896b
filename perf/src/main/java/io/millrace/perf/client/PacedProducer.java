package io.millrace.perf.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.protocol.Errors;

/** Small produce requests at a fixed rate, the connections taking turns, on one thread. */
public final class PacedProducer extends RawLoad {
    private static final int INPUT_BYTES = 512;
    private static final int RECORD_BYTES = 100;
    private static final short ALL = -1;
    private static final long TICK_MS = 1;

    private final ByteBuffer[] frames;
    private final int errorOffset;
    private final long intervalNs;
    private final AtomicLong answered = new AtomicLong();
    private long dueNs;
    private int next;

    /** @param ports where the leader of each partition listens */
    public PacedProducer(final int[] ports, final String topic, final int connections, final int perSecond)
            throws IOException {
        super("paced-producer", TICK_MS);
        errorOffset = Batches.errorOffset(topic);
        intervalNs = 1_000_000_000L / perSecond;
        frames = new ByteBuffer[ports.length];
        for (int i = 0; i < ports.length; i++) {
            frames[i] = Batches.produce(topic, i, 1, RECORD_BYTES, ALL);
        }
        for (int i = 0; i < connections; i++) {
            connect(ports[i % ports.length], INPUT_BYTES);
        }
        dueNs = System.nanoTime();
    }

    /** Requests answered without an error since the start. */
    public long answered() throws IOException {
        check();
        return answered.get();
    }

    @Override
    void onStart(final RawConnection connection) {
        // The clock decides who sends, not the connection.
    }

    @Override
    void onTick() throws IOException {
        while (System.nanoTime() - dueNs >= 0) {
            connection(next).send(frames[next % frames.length]);
            next = next + 1 == connections() ? 0 : next + 1;
            dueNs += intervalNs;
        }
    }

    @Override
    void onAnswer(final RawConnection connection, final UnsafeBuffer buffer, final int offset, final int length)
            throws IOException {
        final short error = buffer.getShort(offset + errorOffset, ByteOrder.BIG_ENDIAN);
        if (error != 0) {
            throw new IOException("the broker answered " + Errors.forCode(error));
        }
        answered.lazySet(answered.get() + 1);
    }
}
