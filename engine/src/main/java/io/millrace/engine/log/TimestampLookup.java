package io.millrace.engine.log;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.port.DiskStatus;
import java.io.IOException;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Answers one question for the first record at or after a timestamp: segment by the largest timestamps, batch by the
 * indexes and headers, record by looking into the batch, on a housekeeping thread if it is compressed. Of a batch that
 * cannot be looked into, or unpacks to more than there is memory for, the header answers: who reads from its first
 * offset on misses nothing.
 */
final class TimestampLookup {
    private final Log log;
    private final long timestampMs;
    private final long fromOffset;
    private final TimestampCompletion completion;
    private final RecordTimestamps records = new RecordTimestamps();
    private Segment segment;
    private byte[] found;
    private boolean unreadable;

    /** @param fromOffset what lies before is passed over */
    TimestampLookup(
            final Log log, final long timestampMs, final long fromOffset, final TimestampCompletion completion) {
        this.log = log;
        this.timestampMs = timestampMs;
        this.fromOffset = fromOffset;
        this.completion = completion;
    }

    void start() {
        lookFrom(0);
    }

    private void lookFrom(final int number) {
        if (log.isOffline()) {
            // Its segments are dropped, and still listed.
            completion.onAnswer(DiskStatus.IO_ERROR, TimestampCompletion.NOT_FOUND, -1, -1);
            return;
        }
        for (int i = number; i < log.segments.size(); i++) {
            if (log.segments.get(i).maxTimestampMs >= timestampMs) {
                segment = log.segments.get(i);
                scan();
                return;
            }
        }
        completion.onAnswer(DiskStatus.OK, TimestampCompletion.NOT_FOUND, -1, -1);
    }

    /** Where the batch with the timestamp cannot lie before. */
    private long position() {
        final int time = segment.timeIndex.floor(timestampMs);
        return time < 0 ? 0 : segment.offsetIndex.floorPosition(segment.timeIndex.relativeOffset(time));
    }

    private void scan() {
        if (segment.isDropped()) {
            lookFrom(0);
        } else if (segment.hasIndexes()) {
            new BatchScan(segment, position(), true).run(this::onBatch, this::onScanned);
        } else {
            log.indexes().load(segment);
            log.residents().add(this::scan);
        }
    }

    private boolean onBatch(final BatchFlyweight batch, final long position) {
        if (batch.maxTimestamp() < timestampMs || batch.lastOffset() < fromOffset) {
            return true;
        }
        found = new byte[batch.sizeInBytes()];
        batch.bytes().getBytes(0, found);
        return false;
    }

    private void onScanned(final int status) {
        if (status != DiskStatus.OK) {
            completion.onAnswer(DiskStatus.IO_ERROR, TimestampCompletion.NOT_FOUND, -1, -1);
        } else if (found == null) {
            final int number = log.segments.indexOf(segment);
            lookFrom(number < 0 ? 0 : number + 1);
        } else {
            lookInto();
        }
    }

    private void lookInto() {
        final UnsafeBuffer bytes = new UnsafeBuffer(found);
        final BatchFlyweight batch = new BatchFlyweight().wrap(bytes, 0, found.length);
        final int codec = batch.attributes() & BatchFlyweight.CODEC_MASK;
        if (codec == 0) {
            unreadable =
                    !records.find(batch, bytes, BatchFlyweight.HEADER_BYTES, found.length, timestampMs, fromOffset);
            answer(batch);
            return;
        }
        final Runnable work = () -> {
            try {
                final DirectBuffer unpacked = log.context()
                        .decompressor()
                        .decompress(
                                codec,
                                bytes,
                                BatchFlyweight.HEADER_BYTES,
                                found.length - BatchFlyweight.HEADER_BYTES,
                                log.context().unpackedBytesMax());
                unreadable = !records.find(batch, unpacked, 0, unpacked.capacity(), timestampMs, fromOffset);
            } catch (final IOException | RuntimeException | OutOfMemoryError unsound) {
                unreadable = true;
            }
        };
        if (!log.context().housekeeping().submit(work, () -> answer(batch))) {
            // Too much is waiting there: reading the batch once more gives it time.
            found = null;
            scan();
        }
    }

    private void answer(final BatchFlyweight batch) {
        if (unreadable) {
            completion.onAnswer(
                    DiskStatus.OK,
                    Math.max(batch.baseOffset(), fromOffset),
                    batch.maxTimestamp(),
                    batch.partitionLeaderEpoch());
        } else if (records.offset < 0) {
            // A maximum larger than any record's: the next batch may have what this one promised.
            final long next = batch.nextOffset();
            found = null;
            scanAfter(next);
        } else {
            completion.onAnswer(DiskStatus.OK, records.offset, records.timestampMs, batch.partitionLeaderEpoch());
        }
    }

    private void scanAfter(final long offset) {
        if (segment.isDropped()) {
            lookFrom(0);
            return;
        }
        new BatchScan(segment, 0, true)
                .run((batch, position) -> batch.baseOffset() < offset || onBatch(batch, position), this::onScanned);
    }
}
