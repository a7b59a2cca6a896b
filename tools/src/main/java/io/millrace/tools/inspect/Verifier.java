package io.millrace.tools.inspect;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.producer.ProducerSnapshot;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/** One partition's files against each other: the order of offsets and epochs, the indexes, the checkpoints. */
final class Verifier {
    private static final long UNKNOWN = -1;

    private final PartitionContext context;
    private final Consumer<Finding> findings;
    private final RecordReader records = new RecordReader();
    private final EpochCheck epochs;
    private final AbortedCheck aborted;
    private final List<IndexCheck> indexes = new ArrayList<>();

    private Path segment;
    private boolean active;
    private long expected = UNKNOWN;
    private boolean afterDamage;

    /** @param epochs the checkpoint of leader epochs, or null if there is none that is sound */
    Verifier(final PartitionContext context, final CheckpointFile epochs, final Consumer<Finding> findings) {
        this.context = context;
        this.epochs = new EpochCheck(context, epochs, findings);
        this.aborted = new AbortedCheck(context, findings);
        this.findings = findings;
    }

    /** Reads the segment's indexes; to be called before the segment's length is taken. */
    void begin(final Path file, final long baseOffset, final boolean isActive) {
        segment = file;
        active = isActive;
        indexes.clear();
        final IndexFile byOffset = readIndex("index");
        if (byOffset != null) {
            indexes.add(new OffsetIndexCheck(byOffset, context.denseAt(baseOffset + 1)));
        }
        final IndexFile byTime = readIndex("timeindex");
        if (byTime != null) {
            indexes.add(new TimeIndexCheck(byTime));
        }
        indexes.forEach(this::checkOrder);
        aborted.begin(file, baseOffset, isActive);
        if (expected != UNKNOWN && baseOffset < expected) {
            findings.accept(Finding.damage(
                    file,
                    0,
                    "begins at offset " + baseOffset + ", but the segment before it goes to " + (expected - 1)));
        } else if (expected != UNKNOWN && baseOffset > expected && !afterDamage) {
            gap(0, expected, baseOffset);
        }
        expected = baseOffset;
        afterDamage = false;
    }

    void onBatch(final long position, final BatchFlyweight batch, final boolean crcGood) {
        if (!crcGood) {
            damaged();
            indexes.forEach(check -> check.onBatch(position, batch, (entry, message) -> {}));
            return;
        }
        if (batch.baseOffset() < expected) {
            findings.accept(Finding.damage(
                    segment, position, "offset " + batch.baseOffset() + " where " + expected + " should follow"));
        } else if (batch.baseOffset() > expected && !afterDamage) {
            gap(position, expected, batch.baseOffset());
        }
        expected = Math.max(expected, batch.nextOffset());
        afterDamage = false;
        epochs.onBatch(segment, position, batch);
        aborted.onBatch(batch);
        checkRecords(position, batch);
        for (final IndexCheck check : indexes) {
            check.onBatch(
                    position,
                    batch,
                    (entry, message) -> findings.accept(
                            Finding.damage(check.index().file(), check.index().positionOf(entry), message)));
        }
    }

    /** Damage was passed, so that what follows need not follow at once. */
    void damaged() {
        afterDamage = true;
        aborted.damaged();
    }

    /** @param sound whether the segment was read to its end without damage */
    void end(final boolean sound) {
        aborted.end();
        for (final IndexCheck check : indexes) {
            final IndexFile index = check.index();
            final String whole = active ? null : check.atEnd();
            if (check.next() < index.entries()) {
                report(
                        index.file(),
                        index.positionOf(check.next()),
                        (index.entries() - check.next()) + " entries lead beyond the end of the segment");
            } else if (sound && whole != null) {
                findings.accept(
                        Finding.damage(index.file(), index.positionOf(Math.max(0, index.entries() - 1)), whole));
            }
        }
    }

    /** After the last segment. */
    void finish(final Path directory, final long endOffset) {
        epochs.finish(endOffset);
        if (context.recoveryPoint() > endOffset) {
            findings.accept(Finding.damage(
                    segment == null ? directory : segment,
                    Finding.WHOLE_FILE,
                    "the log ends at offset " + endOffset + ", but was durable up to " + context.recoveryPoint()));
        }
        if (context.startOffset() > endOffset) {
            findings.accept(Finding.damage(
                    directory,
                    Finding.WHOLE_FILE,
                    "the log ends at offset " + endOffset + ", below its start " + context.startOffset()));
        }
        if (context.highWatermark() > endOffset) {
            findings.accept(Finding.note(
                    directory,
                    "the log ends at offset " + endOffset + ", below the high watermark " + context.highWatermark()));
        }
    }

    /** A producer snapshot: sound, and not of what comes behind it. */
    void snapshot(final Path file, final boolean newest) {
        final byte[] bytes = FileWindow.readAll(file, 1 << 30);
        final ProducerSnapshot snapshot = new ProducerSnapshot(new Crc32c());
        if (!snapshot.wrap(new UnsafeBuffer(bytes), 0, bytes.length)) {
            final String message = "the CRC of this producer snapshot is wrong, or its length";
            findings.accept(
                    newest && !context.clean() ? Finding.torn(file, 0, message) : Finding.damage(file, 0, message));
            return;
        }
        final long offset = PartitionFiles.numberOf(file);
        while (snapshot.next()) {
            if (snapshot.lastOffset() >= offset) {
                findings.accept(Finding.damage(
                        file,
                        Finding.WHOLE_FILE,
                        "producer " + snapshot.producerId() + " has its last offset at " + snapshot.lastOffset()
                                + ", behind the snapshot"));
            }
        }
    }

    private IndexFile readIndex(final String extension) {
        final Path file = PartitionFiles.sibling(segment, extension);
        try {
            return IndexFile.read(file);
        } catch (final NoSuchFileException e) {
            if (!active) {
                findings.accept(Finding.note(segment, "has no ." + extension + " beside it"));
            }
            return null;
        } catch (final IOException e) {
            throw new InspectException(file + ": " + FileWindow.reason(e));
        }
    }

    private void checkOrder(final IndexCheck check) {
        final IndexFile index = check.index();
        for (int entry = 1; entry < index.entries(); entry++) {
            final String wrong = check.order(entry);
            if (wrong != null) {
                findings.accept(Finding.damage(index.file(), index.positionOf(entry), wrong));
            }
        }
        if (index.excessBytes() > 0) {
            report(index.file(), index.positionOf(index.entries()), index.excessBytes() + " bytes are no whole entry");
        }
    }

    private void checkRecords(final long position, final BatchFlyweight batch) {
        final int span = batch.lastOffsetDelta() + 1;
        if (batch.recordCount() > span || (context.denseAt(batch.nextOffset()) && batch.recordCount() != span)) {
            findings.accept(Finding.damage(
                    segment, position, batch.recordCount() + " records in a batch of " + span + " offsets"));
        }
        final String wrong = records.read(batch, record -> true);
        if (wrong != null) {
            findings.accept(Finding.note(segment, "byte " + position + ": stored as it was sent, but " + wrong));
        }
    }

    private void gap(final long position, final long from, final long to) {
        final String message = "offsets " + from + ".." + (to - 1) + " are missing";
        findings.accept(
                context.denseAt(to)
                        ? Finding.damage(segment, position, message)
                        : Finding.note(segment, "byte " + position + ": " + message + ", as compaction leaves it"));
    }

    /** What an unfinished write beside the active segment may leave, and nothing else may. */
    private void report(final Path file, final long position, final String message) {
        findings.accept(
                active && !context.clean()
                        ? Finding.torn(file, position, message)
                        : Finding.damage(file, position, message));
    }
}
