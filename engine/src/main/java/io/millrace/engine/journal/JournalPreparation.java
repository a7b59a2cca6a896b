package io.millrace.engine.journal;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskPath;
import io.millrace.engine.port.DiskSpace;
import io.millrace.engine.port.DiskStatus;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Makes the journal's files, one at a time, off the core: all zeros and durable before the first block, so that writing
 * a block changes nothing but bytes that are there.
 */
final class JournalPreparation {
    static final int CHUNK_BYTES = 256 * 1024;
    private static final int CHUNKS_MIN = 4;
    /** A disk with less room than for so many files is nearly full, and what is left belongs to logs. */
    private static final int ROOM_MIN = 4;

    interface Prepared {
        void onPrepared(JournalFile file, int status);
    }

    private final Disk disk;
    private final long fileBytes;
    private final Prepared prepared;
    private final JournalWrite write = new JournalWrite();
    private final UnsafeBuffer zeros = new UnsafeBuffer(0, 0);
    private JournalFile file;
    private long position;
    private int chunkBytes;
    private boolean stopped;

    JournalPreparation(final Disk disk, final long fileBytes, final Prepared prepared) {
        this.disk = disk;
        this.fileBytes = fileBytes;
        this.prepared = prepared;
    }

    boolean isBusy() {
        return file != null;
    }

    void start(final JournalFile wanted) {
        file = wanted;
        position = 0;
        chunkBytes = JournalFormat.blockBytes((int) Math.min(CHUNK_BYTES, fileBytes / CHUNKS_MIN));
        final DiskSpace space = new DiskSpace();
        disk.space(space, (token, status, value) -> make(space.usableBytes()), 0);
    }

    private void make(final long usableBytes) {
        if (usableBytes != DiskSpace.UNKNOWN && usableBytes / ROOM_MIN < fileBytes) {
            tell(DiskStatus.NO_SPACE);
            return;
        }
        zeros.wrap(
                ByteBuffer.allocateDirect(chunkBytes + JournalFormat.ALIGNMENT).alignedSlice(JournalFormat.ALIGNMENT));
        file.file = disk.open(file.name, Disk.OpenMode.REPLACE, (token, status, value) -> zeroed(status), 0);
    }

    /** What is being made is not wanted any more; ends as a failure. */
    void stop() {
        stopped = true;
    }

    private void zeroed(final int status) {
        if (status != DiskStatus.OK || stopped) {
            end(status == DiskStatus.OK ? DiskStatus.NOT_FOUND : status);
        } else if (position < fileBytes) {
            final int length = (int) Math.min(chunkBytes, fileBytes - position);
            final long at = position;
            position += length;
            write.start(file.file, at, zeros, length, this::zeroed);
        } else {
            disk.syncDirectory(DiskPath.ROOT, (token, synced, value) -> end(synced), 0);
        }
    }

    private void end(final int status) {
        zeros.wrap(0, 0);
        if (status == DiskStatus.OK) {
            tell(status);
        } else {
            file.file.close();
            file.file = null;
            disk.unlink(file.name, (token, ignored, value) -> tell(status), 0);
        }
    }

    private void tell(final int status) {
        final JournalFile done = file;
        file = null;
        prepared.onPrepared(done, status);
    }
}
