package io.millrace.tools.it.support;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * Record batches as bytes, and the places in them that tests damage.
 *
 * <pre>
 *  0 base offset (8)   8 length (4)   12 leader epoch (4)   16 magic (1)   17 CRC-32C of all from 21 on (4)
 * 21 attributes (2)   23 last offset delta (4)   27 base timestamp (8)   35 max timestamp (8)
 * 43 producer id (8)  51 producer epoch (2)      53 base sequence (4)    57 record count (4)   61 records
 * </pre>
 * Source: org.apache.kafka.common.record.internal.DefaultRecordBatch.
 */
public final class Batches {
    public static final int LENGTH = 8;
    public static final int LEADER_EPOCH = 12;
    public static final int MAGIC = 16;
    public static final int CRC = 17;
    public static final int ATTRIBUTES = 21;
    public static final int LAST_OFFSET_DELTA = 23;
    public static final int BASE_TIMESTAMP = 27;
    public static final int MAX_TIMESTAMP = 35;
    public static final int PRODUCER_ID = 43;
    public static final int PRODUCER_EPOCH = 51;
    public static final int BASE_SEQUENCE = 53;
    public static final int RECORD_COUNT = 57;
    public static final int RECORDS = 61;

    /** A moment in the past that retention does not reach within a test: it is years, never an hour, ago or ahead. */
    public static final long TIME_MS = System.currentTimeMillis() - 60_000;

    private Batches() {}

    /** Records with these values, null keys, and times one millisecond apart. */
    public static byte[] plain(final String... values) {
        return of(Compression.NONE, values);
    }

    public static byte[] of(final Compression compression, final String... values) {
        return bytes(MemoryRecords.withRecords(compression, records(values)));
    }

    public static byte[] idempotent(
            final long producerId, final int epoch, final int sequence, final String... values) {
        final byte[] batch = bytes(
                MemoryRecords.withIdempotentRecords(Compression.NONE, producerId, (short) epoch, 0, records(values)));
        return edited(batch, bytes -> bytes.putInt(BASE_SEQUENCE, sequence));
    }

    public static byte[] transactional(
            final long producerId, final int epoch, final int sequence, final String... values) {
        return bytes(MemoryRecords.withTransactionalRecords(
                Compression.NONE, producerId, (short) epoch, sequence, records(values)));
    }

    private static SimpleRecord[] records(final String... values) {
        final SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] = new SimpleRecord(TIME_MS + i, null, Clients.bytes(values[i]));
        }
        return records;
    }

    public static byte[] bytes(final MemoryRecords records) {
        final byte[] bytes = new byte[records.sizeInBytes()];
        records.buffer().duplicate().get(bytes);
        return bytes;
    }

    /** As records of a request, whatever the bytes are. */
    public static MemoryRecords records(final byte[] bytes) {
        return MemoryRecords.readableRecords(ByteBuffer.wrap(bytes));
    }

    /** Changes a copy by the given edit and mends its CRC. */
    public static byte[] edited(final byte[] batch, final java.util.function.Consumer<ByteBuffer> edit) {
        final byte[] copy = batch.clone();
        edit.accept(ByteBuffer.wrap(copy));
        return mendCrc(copy);
    }

    public static byte[] mendCrc(final byte[] batch) {
        final CRC32C crc = new CRC32C();
        crc.update(batch, ATTRIBUTES, batch.length - ATTRIBUTES);
        ByteBuffer.wrap(batch).putInt(CRC, (int) crc.getValue());
        return batch;
    }

    /** Batch by batch: header fields by name and the rest as hexadecimal digits; the leader's epoch is left out. */
    static Map<String, String> describe(final ByteBuffer records) {
        final Map<String, String> described = new TreeMap<>();
        final ByteBuffer bytes = records.duplicate();
        int number = 0;
        while (bytes.remaining() >= RECORDS) {
            final int size = bytes.getInt(bytes.position() + LENGTH) + 12;
            final byte[] batch = new byte[Math.min(size, bytes.remaining())];
            bytes.get(batch);
            final String text = "base " + ByteBuffer.wrap(batch).getLong(0)
                    + (batch.length < size ? " cut at " + batch.length : "") + " "
                    + HexFormat.of().formatHex(batch, MAGIC, batch.length);
            described.put(".batch[" + number++ + "]", text);
        }
        described.put(".batches", Integer.toString(number));
        if (bytes.hasRemaining()) {
            described.put(".tail", Integer.toString(bytes.remaining()));
        }
        return described;
    }
}
