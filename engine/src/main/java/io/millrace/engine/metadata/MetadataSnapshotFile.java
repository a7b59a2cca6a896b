package io.millrace.engine.metadata;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.Disk.OpenMode;
import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;
import org.agrona.DirectBuffer;

/**
 * Replaces the snapshot file by a new one that is complete and durable under its name before anybody relies on it: a
 * temporary file, sync, rename, sync of the directory. One at a time, on core 0.
 */
final class MetadataSnapshotFile {
    static final String FILE = "millrace-metadata.snapshot";
    static final String TEMPORARY = "millrace-metadata.snapshot.tmp";

    /** How it ended: OK, NO_SPACE (nothing changed), or what the disk said. */
    interface Done {
        void onSnapshotWritten(int status);
    }

    private enum Step {
        NONE,
        OPEN,
        WRITE,
        SYNC,
        RENAME,
        SYNC_DIRECTORY,
        GIVE_UP
    }

    private final Disk disk;
    private final Done done;
    private final DiskCompletion completion = this::onCompletion;
    private MetadataFrames frame;
    private DiskFile file;
    private Step step = Step.NONE;
    private int written;

    MetadataSnapshotFile(final Disk disk, final Done done) {
        this.disk = disk;
        this.done = done;
    }

    boolean isBusy() {
        return step != Step.NONE;
    }

    void write(final long index, final DirectBuffer state, final int offset, final int length) {
        if (isBusy()) {
            throw new IllegalStateException("a snapshot is being written");
        }
        frame = new MetadataFrames(MetadataFrames.HEADER_LENGTH + length);
        frame.append(index, state, offset, length);
        frame.finish(index);
        written = 0;
        step = Step.OPEN;
        file = disk.open(TEMPORARY, OpenMode.REPLACE, completion, 0);
    }

    private void onCompletion(final long token, final int status, final long value) {
        if (status < 0 && step != Step.GIVE_UP) {
            onFailure(status);
            return;
        }
        switch (step) {
            case OPEN -> writeRest();
            case WRITE -> {
                written += (int) value;
                writeRest();
            }
            case SYNC -> {
                step = Step.RENAME;
                file.close();
                disk.rename(TEMPORARY, FILE, completion, 0);
            }
            case RENAME -> {
                step = Step.SYNC_DIRECTORY;
                disk.syncDirectory("", completion, 0);
            }
            case SYNC_DIRECTORY -> finish(DiskStatus.OK);
            case GIVE_UP -> finish(DiskStatus.NO_SPACE);
            case NONE -> throw new IllegalStateException("a completion nobody waits for");
        }
    }

    private void writeRest() {
        if (written < frame.length()) {
            step = Step.WRITE;
            file.write(written, frame.buffer(), written, frame.length() - written, completion, 0);
        } else {
            step = Step.SYNC;
            file.sync(completion, 0);
        }
    }

    private void onFailure(final int status) {
        if (status == DiskStatus.NO_SPACE && (step == Step.OPEN || step == Step.WRITE)) {
            if (step == Step.WRITE) {
                file.close();
            }
            step = Step.GIVE_UP;
            disk.unlink(TEMPORARY, completion, 0);
        } else {
            finish(status);
        }
    }

    private void finish(final int status) {
        step = Step.NONE;
        frame = null;
        file = null;
        done.onSnapshotWritten(status);
    }
}
