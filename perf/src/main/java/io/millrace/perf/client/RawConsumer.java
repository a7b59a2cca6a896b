package io.millrace.perf.client;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * Reads partitions from their beginning, one connection each, one request in flight, and looks at nothing but where each
 * batch ends. Starts over at the end if asked to.
 */
public final class RawConsumer extends RawLoad {
    /**
     * @param partitionBytes what one answer may hold
     * @param again whether to start over where a partition ends
     */
    public record Plan(String topic, int partitions, int partitionBytes, boolean again) {}

    /** The last version that names a topic by its name. */
    private static final short VERSION = 12;

    private static final int BATCH_LENGTH_POSITION = 8;
    private static final int LAST_DELTA_POSITION = 23;
    private static final int BATCH_PREFIX_BYTES = 12;
    private static final int WAIT_MS = 100;
    private static final int ANSWER_ROOM_BYTES = 64 << 10;

    private final Plan plan;
    private final long[] offsets;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong records = new AtomicLong();
    private final AtomicInteger ended = new AtomicInteger();

    /** @param ports where the leader of each partition listens */
    public RawConsumer(final int[] ports, final Plan plan) throws IOException {
        super("raw-consumer");
        this.plan = plan;
        this.offsets = new long[plan.partitions];
        for (int i = 0; i < plan.partitions; i++) {
            connect(ports[i], plan.partitionBytes + ANSWER_ROOM_BYTES);
        }
    }

    /** Bytes of batches received. */
    public long bytes() throws IOException {
        check();
        return bytes.get();
    }

    /** Records received, as the batches' headers count them. */
    public long records() throws IOException {
        check();
        return records.get();
    }

    /** Whether every partition was read to its end, where it is not to start over. */
    public boolean isDone() throws IOException {
        check();
        return ended.get() == plan.partitions;
    }

    @Override
    void onStart(final RawConnection connection) throws IOException {
        fetch(connection);
    }

    private void fetch(final RawConnection connection) throws IOException {
        final FetchPartition partition = new FetchPartition()
                .setPartition(connection.index)
                .setFetchOffset(offsets[connection.index])
                .setPartitionMaxBytes(plan.partitionBytes);
        final FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(WAIT_MS)
                .setMinBytes(1)
                .setMaxBytes(Integer.MAX_VALUE)
                .setSessionEpoch(-1)
                .setTopics(List.of(new FetchTopic().setTopic(plan.topic).setPartitions(List.of(partition))));
        connection.send(Wire.request(ApiKeys.FETCH, VERSION, 1, request));
    }

    @Override
    void onAnswer(final RawConnection connection, final UnsafeBuffer in, final int offset, final int length)
            throws IOException {
        // Header, throttle time, error, session, then one topic with one partition.
        int at = offset + Integer.BYTES + 1 + Integer.BYTES;
        expectNone(in.getShort(at, ByteOrder.BIG_ENDIAN));
        at += Short.BYTES + Integer.BYTES + 1 + 1 + plan.topic.length() + 1 + Integer.BYTES;
        expectNone(in.getShort(at, ByteOrder.BIG_ENDIAN));
        at += Short.BYTES;
        final long highWatermark = in.getLong(at, ByteOrder.BIG_ENDIAN);
        at += 3 * Long.BYTES + 1 + Integer.BYTES;
        int size = 0;
        for (int shift = 0; ; shift += 7, at++) {
            size |= (in.getByte(at) & 0x7f) << shift;
            if (in.getByte(at) >= 0) {
                at++;
                break;
            }
        }
        count(connection.index, in, at, size - 1);
        if (offsets[connection.index] < highWatermark) {
            fetch(connection);
        } else if (plan.again) {
            offsets[connection.index] = 0;
            fetch(connection);
        } else {
            ended.incrementAndGet();
        }
    }

    private static void expectNone(final short error) throws IOException {
        if (error != 0) {
            throw new IOException("the broker answered " + Errors.forCode(error));
        }
    }

    private void count(final int partition, final UnsafeBuffer in, final int start, final int size) {
        int at = start;
        final int end = start + size;
        long next = offsets[partition];
        while (end - at > LAST_DELTA_POSITION + Integer.BYTES) {
            final int batch = BATCH_PREFIX_BYTES + in.getInt(at + BATCH_LENGTH_POSITION, ByteOrder.BIG_ENDIAN);
            if (end - at < batch) {
                break;
            }
            next = in.getLong(at, ByteOrder.BIG_ENDIAN) + in.getInt(at + LAST_DELTA_POSITION, ByteOrder.BIG_ENDIAN) + 1;
            at += batch;
        }
        records.lazySet(records.get() + next - offsets[partition]);
        bytes.lazySet(bytes.get() + size);
        offsets[partition] = next;
    }
}
