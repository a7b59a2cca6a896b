package io.millrace.tools.inspect;

import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.producer.ProducerSnapshot;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;

/** Shows the files beside the segments, one at a time. */
final class SmallFiles {
    private static final int BYTES_MAX = 1 << 30;
    private static final int ABORTED_BYTES = 34;

    private final Options options;
    private final Report report;

    SmallFiles(final Options options, final Report report) {
        this.options = options;
        this.report = report;
    }

    /** Shows the file; returns what is wrong with it, or null. */
    Finding show(final Path file) {
        final String name = PartitionFiles.nameOf(file);
        return switch (name) {
            case PartitionFiles.EPOCHS -> epochs(file);
            case DataDirectory.RECOVERY_POINTS,
                    DataDirectory.START_OFFSETS,
                    DataDirectory.HIGH_WATERMARKS,
                    DataDirectory.CLEANED -> positions(file);
            case PartitionFiles.METADATA -> topicId(file);
            case DataDirectory.PROPERTIES -> {
                properties(file);
                yield new MetaProperties(file).damage();
            }
            default -> numbered(file, name);
        };
    }

    private Finding numbered(final Path file, final String name) {
        if (PartitionFiles.isNumbered(name)) {
            if (name.endsWith(".index") || name.endsWith(".timeindex")) {
                return index(file);
            }
            if (name.endsWith(".snapshot")) {
                return snapshot(file);
            }
            if (name.endsWith(".txnindex")) {
                return aborted(file);
            }
        }
        throw new InspectException(file + ": not a log's segment, index, snapshot or checkpoint");
    }

    private Finding index(final Path file) {
        final IndexFile index;
        try {
            index = IndexFile.read(file);
        } catch (final IOException e) {
            throw new InspectException(file + ": " + FileWindow.reason(e));
        }
        long rows = 0;
        for (int i = 0; i < index.entries() && rows < options.limit(); i++) {
            final long offset = index.offset(i);
            if (offset < options.firstOffset() || offset > options.lastOffset()) {
                continue;
            }
            rows++;
            if (index.isByTime()) {
                report.row(Table.TIME_INDEX, Values.timestamp(index.timestamp(i)), offset);
            } else {
                report.row(Table.INDEX, offset, index.position(i));
            }
        }
        return index.excessBytes() == 0
                ? null
                : Finding.damage(
                        file, index.positionOf(index.entries()), index.excessBytes() + " bytes are no whole entry");
    }

    private Finding snapshot(final Path file) {
        final byte[] bytes = FileWindow.readAll(file, BYTES_MAX);
        final ProducerSnapshot snapshot = new ProducerSnapshot(new Crc32c());
        if (!snapshot.wrap(new UnsafeBuffer(bytes), 0, bytes.length)) {
            return Finding.damage(file, 0, "the CRC of this producer snapshot is wrong, or its length");
        }
        for (long rows = 0; rows < options.limit() && snapshot.next(); ) {
            if (options.producerId() >= 0 && options.producerId() != snapshot.producerId()) {
                continue;
            }
            rows++;
            report.row(
                    Table.PRODUCER,
                    snapshot.producerId(),
                    (int) snapshot.epoch(),
                    snapshot.lastSequence(),
                    snapshot.lastOffset(),
                    snapshot.offsetDelta(),
                    Values.timestamp(snapshot.timestampMs()),
                    snapshot.coordinatorEpoch(),
                    snapshot.txnFirstOffset(),
                    Values.timestamp(snapshot.lastSeenMs()),
                    snapshot.olderBatches());
        }
        return null;
    }

    /** Entries of: version int16 | producer id | first offset | last offset | last stable offset, each int64. */
    private Finding aborted(final Path file) {
        final UnsafeBuffer bytes = new UnsafeBuffer(FileWindow.readAll(file, BYTES_MAX));
        long rows = 0;
        int at = 0;
        for (; at + ABORTED_BYTES <= bytes.capacity() && rows < options.limit(); at += ABORTED_BYTES, rows++) {
            report.row(
                    Table.ABORTED,
                    bytes.getLong(at + 2, ByteOrder.BIG_ENDIAN),
                    bytes.getLong(at + 10, ByteOrder.BIG_ENDIAN),
                    bytes.getLong(at + 18, ByteOrder.BIG_ENDIAN),
                    bytes.getLong(at + 26, ByteOrder.BIG_ENDIAN));
        }
        final int excess = bytes.capacity() % ABORTED_BYTES;
        return excess == 0
                ? null
                : Finding.damage(file, bytes.capacity() - excess, excess + " bytes are no whole entry");
    }

    private Finding epochs(final Path file) {
        for (final CheckpointFile.Entry entry : CheckpointFile.read(file, 2).entries()) {
            report.row(Table.EPOCH, entry.number(0), entry.number(1));
        }
        return null;
    }

    private Finding positions(final Path file) {
        for (final CheckpointFile.Entry entry : CheckpointFile.read(file, 3).entries()) {
            report.row(Table.POSITION, entry.fields()[0], entry.number(1), entry.number(2));
        }
        return null;
    }

    private Finding topicId(final Path file) {
        properties(file);
        final String wrong = PartitionFiles.wrongTopicId(file);
        return wrong == null ? null : Finding.damage(file, 0, wrong);
    }

    private void properties(final Path file) {
        final String text = new String(FileWindow.readAll(file, 1 << 20), StandardCharsets.UTF_8);
        for (final String line : text.split("\n")) {
            final int end = line.indexOf('=') >= 0 ? line.indexOf('=') : line.indexOf(':');
            if (end > 0 && !line.startsWith("#")) {
                report.row(
                        Table.PROPERTY,
                        line.substring(0, end).strip(),
                        line.substring(end + 1).strip());
            }
        }
    }
}
