package io.millrace.engine.sim;

import io.millrace.engine.port.Entropy;
import java.util.ArrayList;
import java.util.List;

/**
 * A file without its names: what the page cache shows, what the medium keeps, and the changes that lie between. A
 * sync makes the changes up to a number durable; a power loss lets some of the others come true.
 */
final class SimInode implements SimNode {
    static final int SECTOR = 512;

    /** A write of bytes, or a cut to a length. */
    private record Change(long number, long position, byte[] bytes) {
        boolean isTruncation() {
            return bytes == null;
        }

        int lengthAfter(final int lengthBefore) {
            return isTruncation()
                    ? (int) Math.min(lengthBefore, position)
                    : (int) Math.max(lengthBefore, position + bytes.length);
        }
    }

    final SimResidency residency = new SimResidency();
    private final SimBytes cached = new SimBytes();
    private final SimBytes durable = new SimBytes();
    private final List<Change> unsynced = new ArrayList<>();
    private long nextChange;
    private long allocated;

    SimBytes cached() {
        return cached;
    }

    SimBytes durable() {
        return durable;
    }

    /** Bytes of the medium it occupies. */
    long allocated() {
        return allocated;
    }

    void allocate(final long end) {
        allocated = Math.max(allocated, end);
    }

    /** The number that the next change will get: a sync covers those below. */
    long nextChange() {
        return nextChange;
    }

    void write(final long position, final byte[] bytes, final long residentWindow) {
        cached.write(position, bytes, 0, bytes.length);
        allocate(position + bytes.length);
        unsynced.add(new Change(nextChange++, position, bytes));
        residency.onWritten(position, position + bytes.length, residentWindow);
    }

    /** Durable at once, the length too; nothing that waits for a sync may lie there. */
    void writeThrough(final long position, final byte[] bytes, final long residentWindow) {
        for (final Change change : unsynced) {
            if (change.isTruncation()
                    || (change.position() < position + bytes.length
                            && position < change.position() + change.bytes().length)) {
                throw new IllegalStateException("written through at " + position + " what still waits for a sync");
            }
        }
        cached.write(position, bytes, 0, bytes.length);
        durable.write(position, bytes, 0, bytes.length);
        allocate(position + bytes.length);
        residency.onWritten(position, position + bytes.length, residentWindow);
    }

    /** Cuts the file; space reserved beyond its end is given back even if the length stays. */
    void truncate(final long length) {
        if (length < cached.length()) {
            cached.setLength((int) length);
            unsynced.add(new Change(nextChange++, length, null));
            residency.onTruncated(length);
        }
        if (length <= cached.length()) {
            allocated = cached.length();
        }
    }

    /** Makes the changes below the number durable. */
    void sync(final long endChange) {
        while (!unsynced.isEmpty() && unsynced.getFirst().number() < endChange) {
            final Change change = unsynced.removeFirst();
            if (change.isTruncation()) {
                durable.setLength(Math.min(durable.length(), (int) change.position()));
            } else {
                durable.write(change.position(), change.bytes(), 0, change.bytes().length);
            }
        }
    }

    /** A sync failed: as on a real kernel the changes look fine in the cache and never reach the medium. */
    void syncFailed(final long endChange) {
        while (!unsynced.isEmpty() && unsynced.getFirst().number() < endChange) {
            unsynced.removeFirst();
        }
    }

    /** What the cache alone holds, and no sync will bring to the medium, is gone. */
    void evict() {
        cached.copyFrom(durable);
        for (final Change change : unsynced) {
            if (change.isTruncation()) {
                cached.setLength((int) Math.min(cached.length(), change.position()));
            } else {
                cached.write(change.position(), change.bytes(), 0, change.bytes().length);
            }
        }
        residency.forget();
    }

    /** Turns one bit of a durable byte; the cache shows it too unless a later write covers it. */
    void flip(final int position, final int bit) {
        durable.flip(position, bit);
        if (position < cached.length() && !isCovered(position)) {
            cached.flip(position, bit);
        }
    }

    /** The cache is gone: of the unsynced changes each came true, wholly, partly or not at all. */
    void powerLoss(final Entropy entropy, final SimDiskStats stats) {
        final int lengthChanges = entropy.nextInt(unsynced.size() + 1);
        final int keepPercent = 25 * entropy.nextInt(5);
        int length = durable.length();
        for (int i = 0; i < unsynced.size(); i++) {
            final Change change = unsynced.get(i);
            if (i < lengthChanges) {
                length = change.lengthAfter(length);
            }
            if (!change.isTruncation()) {
                settle(change, keepPercent, entropy, stats);
            } else if (i < lengthChanges) {
                durable.setLength(Math.min(durable.length(), length));
            }
        }
        durable.setLength(length);
        unsynced.clear();
        cached.copyFrom(durable);
        allocated = entropy.nextInt(2) == 0 ? length : Math.max(length, allocated);
    }

    private void settle(final Change change, final int keepPercent, final Entropy entropy, final SimDiskStats stats) {
        final byte[] bytes = change.bytes();
        if (entropy.nextInt(100) < keepPercent) {
            durable.write(change.position(), bytes, 0, bytes.length);
        } else if (entropy.nextInt(2) == 0) {
            stats.writesDropped++;
        } else {
            stats.writesTorn++;
            tear(change, entropy);
        }
    }

    /** Some sectors of the write came true: the first ones, or any. */
    private void tear(final Change change, final Entropy entropy) {
        final long end = change.position() + change.bytes().length;
        final boolean holes = entropy.nextInt(2) == 0;
        final int sectors = (int) ((end - 1) / SECTOR - change.position() / SECTOR + 1);
        int remaining = entropy.nextInt(sectors);
        long position = change.position();
        while (position < end) {
            final long next = Math.min(end, (position / SECTOR + 1) * SECTOR);
            final boolean kept = holes ? entropy.nextInt(2) == 0 : remaining-- > 0;
            if (kept) {
                durable.write(position, change.bytes(), (int) (position - change.position()), (int) (next - position));
            }
            position = next;
        }
    }

    private boolean isCovered(final int position) {
        for (final Change change : unsynced) {
            if (!change.isTruncation()
                    && change.position() <= position
                    && position < change.position() + change.bytes().length) {
                return true;
            }
        }
        return false;
    }
}
