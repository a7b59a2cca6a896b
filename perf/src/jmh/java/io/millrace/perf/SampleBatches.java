package io.millrace.perf;

import java.nio.ByteBuffer;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Batches as producers send them, by kafka-clients, in memory outside the heap. */
public final class SampleBatches {
    /** The time of every record. */
    public static final long TIME_MS = 1_700_000_000_000L;

    private static final long SEED = 42;
    private static final int TEXT_BOUND = 16;

    private SampleBatches() {}

    /** By a name such as {@code 60x1KB} or {@code lz4-64x1KB}: records and the size of a value. */
    public static UnsafeBuffer of(final String shape) {
        final boolean isPacked = shape.startsWith("lz4-");
        final String[] sizes = (isPacked ? shape.substring(4) : shape).split("x", 2);
        final boolean inKb = sizes[1].endsWith("KB");
        final int number = Integer.parseInt(sizes[1].substring(0, sizes[1].length() - (inKb ? 2 : 1)));
        return of(
                Compression.of(isPacked ? CompressionType.LZ4 : CompressionType.NONE)
                        .build(),
                Integer.parseInt(sizes[0]),
                inKb ? number * 1024 : number);
    }

    private static UnsafeBuffer of(final Compression compression, final int records, final int valueBytes) {
        final Random random = new Random(SEED);
        final SimpleRecord[] all = new SimpleRecord[records];
        for (int i = 0; i < records; i++) {
            final byte[] value = new byte[valueBytes];
            for (int at = 0; at < valueBytes; at++) {
                value[at] = (byte) ('a' + random.nextInt(TEXT_BOUND));
            }
            all[i] = new SimpleRecord(TIME_MS, null, value);
        }
        return direct(MemoryRecords.withRecords(compression, all).buffer());
    }

    /** The bytes between position and limit, where a core would have them. */
    public static UnsafeBuffer direct(final ByteBuffer bytes) {
        final UnsafeBuffer copy = new UnsafeBuffer(ByteBuffer.allocateDirect(bytes.remaining()));
        copy.putBytes(0, bytes, bytes.position(), bytes.remaining());
        return copy;
    }
}
