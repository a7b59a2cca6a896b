package io.millrace.tools.inspect;

import io.millrace.engine.batch.BatchCodec;
import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.RecordWalker;
import io.millrace.engine.batch.Sequences;
import io.millrace.engine.batch.TimestampType;
import io.millrace.tools.inspect.Values.Bytes;
import io.millrace.tools.inspect.Values.HeaderList;
import io.millrace.tools.inspect.Values.HeaderValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Shows batches, and their records if wanted, as far as they are asked for. */
final class BatchRows {
    private final Options options;
    private final Report report;
    private final Consumer<Finding> findings;
    private final RecordReader records = new RecordReader();
    private long rows;
    private Runnable heading;

    BatchRows(final Options options, final Report report, final Consumer<Finding> findings) {
        this.options = options;
        this.report = report;
        this.findings = findings;
    }

    /** Whether as many rows were shown as were asked for. */
    boolean isFull() {
        return rows >= options.limit();
    }

    /** What is to stand above the segment's first row. */
    void begin(final Runnable segmentHeading) {
        heading = segmentHeading;
    }

    /** A segment without a row has its heading all the same, unless only some rows were asked for. */
    void end() {
        if (!options.isFiltered()) {
            showHeading();
        }
        heading = null;
    }

    private void showHeading() {
        if (heading != null) {
            heading.run();
            heading = null;
        }
    }

    /** Returns false if nothing further is wanted of this segment. */
    boolean show(final Path file, final long position, final BatchFlyweight batch, final boolean crcGood) {
        if (isFull() || batch.baseOffset() > options.lastOffset()) {
            return false;
        }
        if (batch.lastOffset() < options.firstOffset()
                || (options.producerId() >= 0 && batch.producerId() != options.producerId())) {
            return true;
        }
        batchRow(file, position, batch, crcGood);
        if (options.records()) {
            showRecords(file, position, batch);
        } else {
            rows++;
        }
        return !isFull();
    }

    private void batchRow(final Path file, final long position, final BatchFlyweight batch, final boolean crcGood) {
        showHeading();
        final String flags = (batch.isTransactional() ? "t" : "")
                + (batch.isControl() ? "c" : "")
                + (batch.hasDeleteHorizon() ? "h" : "");
        report.row(
                Table.BATCH,
                file.toString(),
                position,
                batch.baseOffset(),
                batch.lastOffset(),
                batch.recordCount(),
                batch.partitionLeaderEpoch(),
                batch.producerId(),
                (int) batch.producerEpoch(),
                batch.baseSequence(),
                batch.lastSequence(),
                Values.timestamp(batch.baseTimestamp()),
                Values.timestamp(batch.maxTimestamp()),
                batch.timestampType() == TimestampType.LOG_APPEND_TIME ? "append" : "create",
                codecName(batch),
                flags.isEmpty() ? "-" : flags,
                batch.isTransactional(),
                batch.isControl(),
                (int) batch.magic(),
                batch.sizeInBytes(),
                String.format("%08x", batch.crc()),
                crcGood ? "good" : "BAD",
                crcGood);
    }

    private static String codecName(final BatchFlyweight batch) {
        final BatchCodec codec = batch.codec();
        return codec == null ? "codec " + (batch.attributes() & BatchFlyweight.CODEC_MASK) : codec.lowerCaseName();
    }

    private void showRecords(final Path file, final long position, final BatchFlyweight batch) {
        final String wrong = records.read(batch, record -> {
            final long offset = batch.baseOffset() + record.offsetDelta();
            if (offset >= options.firstOffset() && offset <= options.lastOffset()) {
                recordRow(file, batch, record, offset);
                rows++;
            }
            return !isFull();
        });
        if (wrong != null) {
            findings.accept(Finding.note(file, "byte " + position + ": " + wrong));
        }
    }

    private void recordRow(final Path file, final BatchFlyweight batch, final RecordWalker record, final long offset) {
        final long timestamp = batch.timestampType() == TimestampType.LOG_APPEND_TIME
                ? batch.maxTimestamp()
                : batch.baseTimestamp() + record.timestampDelta();
        report.row(
                Table.RECORD,
                file.toString(),
                offset,
                Values.timestamp(timestamp),
                batch.baseSequence() < 0 ? -1 : Sequences.plus(batch.baseSequence(), record.offsetDelta()),
                batch.isControl() ? marker(record) : bytes(record, record.keyPosition(), record.keyLength()),
                bytes(record, record.valuePosition(), record.valueLength()),
                new HeaderList(headers(record)));
    }

    /** What a control record's key says. */
    private static Object marker(final RecordWalker record) {
        if (record.keyLength() < 4) {
            return bytes(record, record.keyPosition(), record.keyLength());
        }
        final short type = record.bytes().getShort(record.keyPosition() + 2, java.nio.ByteOrder.BIG_ENDIAN);
        return switch (type) {
            case 0 -> "ABORT";
            case 1 -> "COMMIT";
            default -> "CONTROL " + type;
        };
    }

    private static List<HeaderValue> headers(final RecordWalker record) {
        final List<HeaderValue> headers = new ArrayList<>(record.headerCount());
        while (record.nextHeader()) {
            headers.add(new HeaderValue(
                    bytes(record, record.headerKeyPosition(), record.headerKeyLength()),
                    bytes(record, record.headerValuePosition(), record.headerValueLength())));
        }
        return headers;
    }

    private static Bytes bytes(final RecordWalker record, final int position, final int length) {
        if (length < 0) {
            return null;
        }
        final byte[] bytes = new byte[length];
        record.bytes().getBytes(position, bytes);
        return new Bytes(bytes);
    }
}
