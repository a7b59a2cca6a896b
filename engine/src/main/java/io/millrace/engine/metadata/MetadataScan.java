package io.millrace.engine.metadata;

import org.agrona.DirectBuffer;

/**
 * Walks the two files of the metadata and judges them: what is to be taken, what is an unfinished end, what is damage.
 * Knows bytes and no disk, so that a start and a look from outside say the same.
 */
public final class MetadataScan {
    public static final String LOG_FILE = FileMetadataLog.FILE;
    public static final String SNAPSHOT_FILE = MetadataSnapshotFile.FILE;

    /** Hears of what is sound, in the order of the files. The buffer is lent for the call only. */
    public interface Visitor {
        void onSnapshot(long index, DirectBuffer state, int offset, int length);

        void onEntry(long index, DirectBuffer entry, int offset, int length);

        /**
         * A frame of the log, before its entry is handed over; one that the snapshot holds already is not handed over.
         *
         * @param length of its entry, 0 if it only says how far the log is stable
         */
        default void onFrame(
                final int position,
                final long index,
                final long stableIndex,
                final DirectBuffer entry,
                final int offset,
                final int length) {}
    }

    private final Visitor visitor;
    private long lastIndex;

    public MetadataScan(final Visitor visitor) {
        this.visitor = visitor;
    }

    /** Of the last entry that was taken, or that the snapshot holds; 0 before the first. */
    public long lastIndex() {
        return lastIndex;
    }

    /**
     * The snapshot's file, if there is one, comes first.
     *
     * @throws MetadataDamageException if it is not as it was written
     */
    public void snapshot(final byte[] file) {
        snapshot(framesOf(file));
    }

    /**
     * Returns where the frames end that can be trusted; what follows is an unfinished write.
     *
     * @throws MetadataDamageException if the file is not as it was written
     */
    public int log(final byte[] file) {
        return log(framesOf(file));
    }

    private static MetadataFrames framesOf(final byte[] file) {
        final MetadataFrames frames = new MetadataFrames(MetadataFrames.HEADER_LENGTH);
        frames.accept(file.length);
        frames.buffer().putBytes(0, file);
        return frames;
    }

    void snapshot(final MetadataFrames frames) {
        if (!frames.isValid(0) || frames.endOf(0) != frames.length()) {
            throw new MetadataDamageException(SNAPSHOT_FILE, 0, "the snapshot's checksum or length is wrong");
        }
        lastIndex = frames.index(0);
        visitor.onSnapshot(lastIndex, frames.buffer(), frames.entryAt(0), frames.entryLength(0));
    }

    int log(final MetadataFrames frames) {
        int at = 0;
        while (at < frames.length()) {
            if (!frames.isValid(at)) {
                checkThatNothingStableFollows(frames, at);
                return at;
            }
            final long index = frames.index(at);
            visitor.onFrame(
                    at, index, frames.stableIndex(at), frames.buffer(), frames.entryAt(at), frames.entryLength(at));
            if (!frames.isSeal(at)) {
                if (index > lastIndex + 1) {
                    throw damage(at, "entry " + index + " stands where " + (lastIndex + 1) + " should");
                }
                if (index == lastIndex + 1) {
                    lastIndex = index;
                    visitor.onEntry(index, frames.buffer(), frames.entryAt(at), frames.entryLength(at));
                }
            } else if (index > lastIndex) {
                throw damage(at, "a seal of entry " + index + " follows entry " + lastIndex);
            }
            at = frames.endOf(at);
        }
        return at;
    }

    /** A later frame that calls the broken one stable proves that no crash tore it. */
    private void checkThatNothingStableFollows(final MetadataFrames frames, final int broken) {
        for (int at = broken + 1; at <= frames.length() - MetadataFrames.HEADER_LENGTH; at++) {
            if (frames.stableIndex(at) > lastIndex && frames.index(at) > lastIndex && frames.isValid(at)) {
                throw damage(
                        broken,
                        "entry " + (lastIndex + 1) + " is destroyed; entry " + frames.index(at) + " at byte " + at
                                + " is intact");
            }
        }
    }

    private static MetadataDamageException damage(final long position, final String what) {
        return new MetadataDamageException(LOG_FILE, position, what);
    }
}
