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
        final byte[] batch = new byte[built.remaining()];
        built.get(batch);
        return add(batch, records.length, max);
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
