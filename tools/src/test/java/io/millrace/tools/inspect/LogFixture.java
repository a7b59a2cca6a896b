package io.millrace.tools.inspect;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** A partition's files as Kafka would have written them, batch by batch, with Kafka's own batch builder. */
final class LogFixture {
    static final long FIRST_MS = 1_700_000_000_000L;
    private static final int INDEX_INTERVAL = 200;

    private final Path directory;
    private Path log;
    private long segmentBase;
    private long nextOffset;
    private ByteArrayOutputStream bytes;
    private ByteArrayOutputStream index;
    private ByteArrayOutputStream timeIndex;
    private ByteArrayOutputStream aborted;
    private int sinceIndex;
    private long largest;
    private long largestAt;
    private long lastTimeEntry;

    LogFixture(final Path data, final String partition) throws IOException {
        directory = Files.createDirectories(data.resolve(partition));
    }

    Path directory() {
        return directory;
    }

    Path log() {
        return log;
    }

    Path file(final long base, final String extension) {
        return directory.resolve(String.format("%020d.%s", base, extension));
    }

    long nextOffset() {
        return nextOffset;
    }

    /** Ends the current segment and begins one at the next offset. */
    LogFixture roll() throws IOException {
        if (log != null) {
            addTimeEntry();
            save();
        }
        segmentBase = nextOffset;
        log = file(segmentBase, "log");
        bytes = new ByteArrayOutputStream();
        index = new ByteArrayOutputStream();
        timeIndex = new ByteArrayOutputStream();
        aborted = new ByteArrayOutputStream();
        sinceIndex = 0;
        largest = -1;
        lastTimeEntry = -1;
        save();
        return this;
    }

    /** Adds a batch of {@code count} records; returns where it begins. */
    int batch(final CompressionType codec, final int count, final long producerId, final int sequence) {
        final SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) {
            final long offset = nextOffset + i;
            records[i] = new SimpleRecord(
                    FIRST_MS + offset, utf8("key-" + offset), utf8("value of " + offset), new Header[] {
                        new RecordHeader("h", utf8("1"))
                    });
        }
        return batch(codec, producerId, sequence, records);
    }

    int batch(final CompressionType codec, final long producerId, final int sequence, final SimpleRecord... records) {
        final MemoryRecordsBuilder builder = MemoryRecords.builder(
                ByteBuffer.allocate(1 << 20),
                RecordBatch.MAGIC_VALUE_V2,
                Compression.of(codec).build(),
                TimestampType.CREATE_TIME,
                nextOffset,
                RecordBatch.NO_TIMESTAMP,
                producerId,
                producerId < 0 ? (short) -1 : 0,
                sequence,
                false,
                3);
        long max = -1;
        for (final SimpleRecord record : records) {
            builder.append(record);
            max = Math.max(max, record.timestamp());
        }
        final ByteBuffer built = builder.build().buffer();
        return add(toBytes(built), records.length, max);
    }

    /** Adds a record of a transaction. */
    int transactional(final long producerId, final int sequence) {
        final ByteBuffer built = MemoryRecords.withTransactionalRecords(
                        nextOffset,
                        Compression.NONE,
                        producerId,
                        (short) 0,
                        sequence,
                        3,
                        new SimpleRecord(FIRST_MS + nextOffset, utf8("k"), utf8("v")))
                .buffer();
        return add(toBytes(built), 1, FIRST_MS + nextOffset);
    }

    /** Ends a transaction. */
    int marker(final long producerId, final boolean commit) {
        final EndTransactionMarker marker =
                new EndTransactionMarker(commit ? ControlRecordType.COMMIT : ControlRecordType.ABORT, 0);
        final ByteBuffer built = MemoryRecords.withEndTransactionMarker(
                        nextOffset, FIRST_MS + nextOffset, 3, producerId, (short) 0, marker)
                .buffer();
        return add(toBytes(built), 1, FIRST_MS + nextOffset);
    }

    /** Lists an aborted transaction beside the current segment. */
    void aborted(final long producerId, final long firstOffset, final long lastOffset, final long lastStableOffset) {
        aborted.writeBytes(ByteBuffer.allocate(34)
                .putShort((short) 0)
                .putLong(producerId)
                .putLong(firstOffset)
                .putLong(lastOffset)
                .putLong(lastStableOffset)
                .array());
        try {
            Files.write(file(segmentBase, "txnindex"), aborted.toByteArray());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] toBytes(final ByteBuffer built) {
        final byte[] batch = new byte[built.remaining()];
        built.get(batch);
        return batch;
    }

    private int add(final byte[] batch, final int count, final long maxTimestamp) {
        final int position = bytes.size();
        final long lastOffset = nextOffset + count - 1;
        if (maxTimestamp > largest) {
            largest = maxTimestamp;
            largestAt = lastOffset;
        }
        if (sinceIndex > INDEX_INTERVAL) {
            index.writeBytes(ByteBuffer.allocate(8)
                    .putInt((int) (lastOffset - segmentBase))
                    .putInt(position)
                    .array());
            addTimeEntry();
            sinceIndex = 0;
        }
        sinceIndex += batch.length;
        bytes.writeBytes(batch);
        nextOffset += count;
        save();
        return position;
    }

    private void addTimeEntry() {
        if (largest > lastTimeEntry) {
            timeIndex.writeBytes(ByteBuffer.allocate(12)
                    .putLong(largest)
                    .putInt((int) (largestAt - segmentBase))
                    .array());
            lastTimeEntry = largest;
        }
    }

    private void save() {
        try {
            Files.write(log, bytes.toByteArray());
            Files.write(file(segmentBase, "index"), index.toByteArray());
            Files.write(file(segmentBase, "timeindex"), timeIndex.toByteArray());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void flip(final Path file, final long at) throws IOException {
        final byte[] content = Files.readAllBytes(file);
        content[(int) at] ^= 0x10;
        Files.write(file, content);
    }

    static void cut(final Path file, final int bytes) throws IOException {
        final byte[] content = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(content, content.length - bytes));
    }

    static void append(final Path file, final byte[] more) throws IOException {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(Files.readAllBytes(file));
        out.writeBytes(more);
        Files.write(file, out.toByteArray());
    }

    static byte[] utf8(final String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
