package io.millrace.tools.inspect;

import static io.millrace.engine.batch.BatchFlyweight.HEADER_BYTES;
import static io.millrace.engine.batch.BatchFlyweight.LENGTH_OVERHEAD_BYTES;
import static io.millrace.engine.batch.BatchFlyweight.MAGIC_V2;
import static io.millrace.engine.batch.BatchFlyweight.PREFIX_BYTES;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.Crc32c;
import java.util.zip.CRC32;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Walks the batches of one segment file. Where bytes are no sound batch, it looks for the next one that is: if there
 * is one, the middle is damaged; if there is none, the rest is the torn tail of an unfinished write, provided that
 * such a tail may be there at all.
 */
final class SegmentScanner {
    /** Larger batches than this are taken for damaged lengths. */
    private static final int BATCH_BYTES_MAX = 1 << 28;
    /** What a disk writes as a whole or not at all. */
    private static final int SECTOR_BYTES = 512;

    private final Crc32c crc32c = new Crc32c();
    private final BatchFlyweight batch = new BatchFlyweight();
    private final BatchFlyweight candidate = new BatchFlyweight();
    private FileWindow file;
    private TailRule tail;
    private BatchSink sink;
    private long position;
    private long nextOffset;

    /** Whether the end of a segment may be torn, and from which offset on. */
    record TailRule(boolean mayBeTorn, long fromOffset) {
        static final TailRule NEVER = new TailRule(false, 0);

        boolean allows(final long offset) {
            return mayBeTorn && offset >= fromOffset;
        }
    }

    /** Returns the offset behind the last batch, {@code baseOffset} if there is none. */
    long scan(final FileWindow segment, final long baseOffset, final TailRule tailRule, final BatchSink batchSink) {
        file = segment;
        tail = tailRule;
        sink = batchSink;
        position = 0;
        nextOffset = baseOffset;
        boolean wanted = true;
        while (wanted && position < file.length()) {
            final int size = frameSize(position, batch);
            if (size > 0 && batch.magic() != MAGIC_V2 && hasGoodOldCrc(batch)) {
                sink.onFinding(Finding.note(
                        file.file(), "byte " + position + ": a message of old format " + batch.magic() + ", skipped"));
                position += size;
            } else if (size > 0 && batch.magic() == MAGIC_V2 && batch.hasGoodCrc(crc32c)) {
                wanted = sink.onBatch(position, batch, true);
                nextOffset = batch.nextOffset();
                position += size;
            } else {
                wanted = passDamage(size);
            }
        }
        return nextOffset;
    }

    /** Where the scan ended: the end of what is sound. */
    long position() {
        return position;
    }

    private boolean passDamage(final int size) {
        final long damageAt = position;
        final boolean chained = size > 0 && isSound(damageAt + size);
        final long next = chained ? damageAt + size : findSound(damageAt + 1);
        if (next < 0 && isTorn(damageAt, size)) {
            sink.onFinding(Finding.torn(
                    file.file(),
                    damageAt,
                    (file.length() - damageAt) + " bytes of an unfinished write behind offset " + (nextOffset - 1)));
            return false;
        }
        final boolean framed = size >= HEADER_BYTES && (next < 0 || next >= damageAt + size);
        sink.onFinding(Finding.damage(file.file(), damageAt, describe(framed, next)));
        if (!framed) {
            position = next < 0 ? file.length() : next;
            return next >= 0;
        }
        final boolean wanted = sink.onBatch(damageAt, batchAt(damageAt, size), false);
        position = damageAt + size;
        return wanted;
    }

    private String describe(final boolean framed, final long next) {
        if (framed) {
            final BatchFlyweight bad = batchAt(position, frameSize(position, batch));
            return String.format(
                    "batch of offsets %d..%d has CRC %08x, its bytes give %08x",
                    bad.baseOffset(), bad.lastOffset(), bad.crc(), bad.computeCrc(crc32c));
        }
        final long bytes = (next < 0 ? file.length() : next) - position;
        final String then = next < 0 ? "nothing sound follows" : "the next sound batch begins at byte " + next;
        return bytes + " bytes are no batch; " + then;
    }

    private BatchFlyweight batchAt(final long at, final int size) {
        return batch.wrap(file.at(at, size), 0, size);
    }

    /** Size of the frame there if one lies there whole, wrapped into {@code into}; else 0. */
    private int frameSize(final long at, final BatchFlyweight into) {
        final UnsafeBuffer prefix = file.at(at, PREFIX_BYTES);
        if (prefix == null) {
            return 0;
        }
        into.wrap(prefix, 0, PREFIX_BYTES);
        final byte magic = into.magic();
        final long size = (long) LENGTH_OVERHEAD_BYTES + into.batchLength();
        final int sizeMin = magic == MAGIC_V2 ? HEADER_BYTES : LENGTH_OVERHEAD_BYTES + 14;
        if (magic < 0 || magic > MAGIC_V2 || size < sizeMin || size > BATCH_BYTES_MAX) {
            return 0;
        }
        final UnsafeBuffer whole = file.at(at, (int) size);
        if (whole == null) {
            return 0;
        }
        into.wrap(whole, 0, (int) size);
        return (int) size;
    }

    /** Where the next sound batch begins, or -1. */
    private long findSound(final long from) {
        for (long at = from; at + HEADER_BYTES <= file.length(); at++) {
            if (isSound(at)) {
                return at;
            }
        }
        return -1;
    }

    private boolean isSound(final long at) {
        final UnsafeBuffer header = file.at(at, HEADER_BYTES);
        return header != null
                && header.getByte(BatchFlyweight.MAGIC_AT) == MAGIC_V2
                && frameSize(at, candidate) > 0
                && candidate.baseOffset() >= nextOffset
                && candidate.lastOffsetDelta() >= 0
                && candidate.hasGoodCrc(crc32c);
    }

    /** Formats 0 and 1: offset int64, length int32, CRC-32 int32 over all that follows, magic int8. */
    private static boolean hasGoodOldCrc(final BatchFlyweight message) {
        final CRC32 crc = new CRC32();
        final byte[] covered = new byte[message.sizeInBytes() - BatchFlyweight.MAGIC_AT];
        message.bytes().getBytes(BatchFlyweight.MAGIC_AT, covered);
        crc.update(covered);
        return (int) crc.getValue() == message.partitionLeaderEpoch();
    }

    /** An unfinished write is cut short, or has sectors that never reached the disk. */
    private boolean isTorn(final long from, final int size) {
        return tail.allows(nextOffset) && (size == 0 || hasEmptySector(from));
    }

    private boolean hasEmptySector(final long from) {
        final long first = (from + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
        for (long sector = first; sector + SECTOR_BYTES <= file.length(); sector += SECTOR_BYTES) {
            if (isZero(file.at(sector, SECTOR_BYTES))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isZero(final UnsafeBuffer bytes) {
        for (int i = 0; bytes != null && i < bytes.capacity(); i++) {
            if (bytes.getByte(i) != 0) {
                return false;
            }
        }
        return bytes != null;
    }
}
