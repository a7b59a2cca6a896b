package io.millrace.tools.inspect;

import static io.millrace.tools.inspect.Column.both;
import static io.millrace.tools.inspect.Column.jsonOnly;
import static io.millrace.tools.inspect.Column.textOnly;

import java.util.List;

/** What the inspector prints, kind by kind: the rows' fields in JSON, the columns in text. */
enum Table {
    PARTITION(
            "partition",
            true,
            both("partition", "partition", -32),
            both("topicId", "topic id", -22),
            both("segments", "segments", 8),
            both("startOffset", "start", 14),
            both("endOffset", "end", 14),
            both("sizeInBytes", "bytes", 16),
            both("recoveryPoint", "recovery point", 14),
            jsonOnly("path")),
    SEGMENT(
            "segment",
            false,
            both("file", "segment", -24),
            both("baseOffset", "base offset", 20),
            both("sizeInBytes", "bytes", 14),
            both("active", "active", -6)),
    BATCH(
            "batch",
            true,
            jsonOnly("file"),
            both("position", "position", 10),
            both("baseOffset", "offset", 12),
            both("lastOffset", "last", 12),
            both("count", "records", 7),
            both("leaderEpoch", "epoch", 5),
            both("producerId", "producer", 9),
            both("producerEpoch", "p.ep", 4),
            both("baseSequence", "seq", 10),
            both("lastSequence", "last seq", 10),
            both("baseTimestamp", "first timestamp", -24),
            both("maxTimestamp", "largest timestamp", -24),
            both("timestampType", "clock", -6),
            both("codec", "codec", -6),
            textOnly("flags", -5),
            jsonOnly("transactional"),
            jsonOnly("control"),
            jsonOnly("magic"),
            both("sizeInBytes", "bytes", 9),
            both("crc", "crc", -8),
            textOnly("is", -4),
            jsonOnly("crcGood")),
    RECORD(
            "record",
            false,
            jsonOnly("file"),
            both("offset", "offset", 23),
            both("timestamp", "timestamp", -24),
            jsonOnly("sequence"),
            both("key", "key", 0),
            both("value", "value", 0),
            both("headers", "headers", 0)),
    INDEX("indexEntry", true, both("offset", "offset", 14), both("position", "position", 12)),
    TIME_INDEX("timeIndexEntry", true, both("timestamp", "timestamp", -24), both("offset", "offset", 14)),
    PRODUCER(
            "producer",
            true,
            both("producerId", "producer", 10),
            both("producerEpoch", "epoch", 5),
            both("lastSequence", "last seq", 10),
            both("lastOffset", "last offset", 14),
            both("offsetDelta", "delta", 6),
            both("timestamp", "timestamp", -24),
            both("coordinatorEpoch", "coord.ep", 8),
            both("txnFirstOffset", "open txn", 14),
            both("lastSeen", "last seen", -24),
            both("olderBatches", "older", 5)),
    ABORTED(
            "abortedTransaction",
            true,
            both("producerId", "producer", 10),
            both("firstOffset", "first offset", 14),
            both("lastOffset", "last offset", 14),
            both("lastStableOffset", "last stable", 14)),
    EPOCH("leaderEpoch", true, both("epoch", "epoch", 6), both("startOffset", "start offset", 14)),
    POSITION(
            "partitionOffset",
            true,
            both("topic", "topic", -32),
            both("partition", "partition", 9),
            both("offset", "offset", 14)),
    JOURNAL_FILE(
            "journalFile",
            true,
            both("file", "journal file", -32),
            both("core", "core", 4),
            both("generation", "generation", 19),
            both("firstSequence", "first round", 11),
            both("lastSequence", "last round", 11),
            both("blocks", "blocks", 8),
            both("records", "records", 8),
            both("usedBytes", "bytes used", 12),
            both("sizeInBytes", "bytes", 12)),
    JOURNAL_BLOCK(
            "journalBlock",
            true,
            jsonOnly("file"),
            both("position", "position", 10),
            jsonOnly("generation"),
            both("sequence", "round", 11),
            both("oldestSequence", "oldest needed", 13),
            both("durableSequence", "durable", 11),
            both("records", "records", 8),
            both("sizeInBytes", "bytes", 9)),
    JOURNAL_RECORD(
            "journalRecord",
            true,
            jsonOnly("file"),
            both("position", "position", 10),
            both("sequence", "round", 11),
            both("partition", "partition", -32),
            both("baseOffset", "offset", 14),
            both("endOffset", "end", 14),
            both("stableOffset", "durable to", 14),
            both("sizeInBytes", "bytes", 9),
            both("good", "good", -4)),
    JOURNAL_RANGE(
            "journalRange",
            true,
            both("partition", "partition", -32),
            both("core", "core", 4),
            both("baseOffset", "from", 14),
            both("endOffset", "end", 14),
            both("stableOffset", "durable to", 14),
            both("batches", "batches", 8),
            both("sizeInBytes", "bytes", 12)),
    METADATA(
            "metadataRecord",
            true,
            jsonOnly("file"),
            both("position", "position", 10),
            both("index", "entry", 8),
            both("stableIndex", "stable", 8),
            both("record", "record", -16),
            both("content", "content", 0)),
    PROPERTY("property", true, both("name", "name", -20), both("value", "value", 0)),
    FINDING(
            "finding",
            false,
            both("severity", "severity", -7),
            both("file", "file", 0),
            both("position", "position", 0),
            both("message", "message", 0)),
    SIZES(
            "histogram",
            true,
            both("of", "of", -18),
            both("from", "from", 12),
            both("below", "below", 12),
            both("batches", "batches", 12),
            textOnly("share", -40)),
    CODEC(
            "codecStats",
            true,
            both("codec", "codec", -6),
            both("batches", "batches", 12),
            both("records", "records", 12),
            both("storedBytes", "stored bytes", 14),
            both("unpackedBytes", "unpacked", 14),
            both("ratio", "ratio", 7)),
    STATS(
            "stats",
            true,
            both("of", "of", -32),
            both("batches", "batches", 10),
            both("records", "records", 12),
            both("sizeInBytes", "bytes", 14),
            both("recordsPerBatch", "records/batch", 13),
            both("bytesPerBatch", "bytes/batch", 12),
            both("bytesPerRecord", "bytes/record", 12),
            both("firstOffset", "first offset", 14),
            both("lastOffset", "last offset", 14),
            both("minTimestamp", "first timestamp", -24),
            both("maxTimestamp", "last timestamp", -24),
            both("spanMs", "span ms", 12)),
    SUMMARY(
            "summary",
            false,
            both("partitions", "partitions", 0),
            both("segments", "segments", 0),
            both("batches", "batches", 0),
            both("sizeInBytes", "bytes", 0),
            both("damage", "damage", 0),
            both("torn", "torn", 0),
            both("notes", "notes", 0));

    private final String type;
    private final boolean headed;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<Column> columns;

    Table(final String type, final boolean headed, final Column... columns) {
        this.type = type;
        this.headed = headed;
        this.columns = List.of(columns);
    }

    /** The value of {@code "type"} in JSON. */
    String type() {
        return type;
    }

    /** Whether text has a line of headings above the rows. */
    boolean isHeaded() {
        return headed;
    }

    List<Column> columns() {
        return columns;
    }
}
