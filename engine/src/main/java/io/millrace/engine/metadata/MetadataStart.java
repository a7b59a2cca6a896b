package io.millrace.engine.metadata;

import io.millrace.engine.log.DiskException;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.Disk.OpenMode;
import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.MetadataLogHandler;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * Reads snapshot and log at start, blocking, and hands everything over in order. A tail that a crash left unfinished is
 * cut and reported; damage of what was once stable stops the start.
 */
final class MetadataStart {
    private static final int POLL_LIMIT = 64;

    private final Disk disk;
    private final MetadataLogHandler handler;
    private final MetadataScan scan;
    private final List<String> reports = new ArrayList<>();
    private final DiskCompletion completion = this::onCompletion;
    private DiskFile logFile;
    private long logLength;
    private boolean done;
    private int status;
    private long value;

    MetadataStart(final Disk disk, final MetadataLogHandler handler) {
        this.disk = disk;
        this.handler = handler;
        this.scan = new MetadataScan(new MetadataScan.Visitor() {
            @Override
            public void onSnapshot(final long index, final DirectBuffer state, final int offset, final int length) {
                handler.onSnapshot(index, state, offset, length);
            }

            @Override
            public void onEntry(final long index, final DirectBuffer entry, final int offset, final int length) {
                handler.onEntry(index, entry, offset, length);
            }
        });
    }

    DiskFile logFile() {
        return logFile;
    }

    long lastIndex() {
        return scan.lastIndex();
    }

    long logLength() {
        return logLength;
    }

    List<String> reports() {
        return reports;
    }

    void run() {
        disk.unlink(MetadataSnapshotFile.TEMPORARY, completion, 0);
        await("unlink", MetadataSnapshotFile.TEMPORARY, DiskStatus.NOT_FOUND);
        readSnapshot();
        logFile = disk.open(FileMetadataLog.FILE, OpenMode.CREATE_IF_ABSENT, completion, 0);
        await("open", FileMetadataLog.FILE, DiskStatus.OK);
        showTheMedium();
        final MetadataFrames frames = readAll(logFile, FileMetadataLog.FILE, logFile.size());
        logLength = scan.log(frames);
        if (logLength < frames.length()) {
            cut(frames.length());
        }
        seal();
        disk.syncDirectory("", completion, 0);
        await("sync directory", ".", DiskStatus.OK);
    }

    /** A sync may have failed before the crash: what memory shows then is not what a power loss would leave. */
    private void showTheMedium() {
        logFile.sync(completion, 0);
        await("sync", FileMetadataLog.FILE, DiskStatus.OK);
        logFile.evict(completion, 0);
        await("evict", FileMetadataLog.FILE, DiskStatus.OK);
    }

    private void readSnapshot() {
        final DiskFile file = disk.open(MetadataSnapshotFile.FILE, OpenMode.READ_ONLY, completion, 0);
        if (await("open", MetadataSnapshotFile.FILE, DiskStatus.NOT_FOUND) == DiskStatus.NOT_FOUND) {
            return;
        }
        final MetadataFrames frames = readAll(file, MetadataSnapshotFile.FILE, value);
        file.close();
        scan.snapshot(frames);
    }

    private void cut(final int length) {
        handler.onUnfinishedEnd();
        reports.add(FileMetadataLog.FILE + ": " + (length - logLength)
                + " bytes of an unfinished write were cut at byte " + logLength);
        logFile.truncate(logLength, completion, 0);
        await("truncate", FileMetadataLog.FILE, DiskStatus.OK);
    }

    /** What was read may be in memory only; and the last entry is to be known as stable from now on. */
    private void seal() {
        logFile.sync(completion, 0);
        await("sync", FileMetadataLog.FILE, DiskStatus.OK);
        if (lastIndex() == 0) {
            return;
        }
        final MetadataFrames seal = new MetadataFrames(MetadataFrames.HEADER_LENGTH);
        seal.append(lastIndex(), null, 0, 0);
        seal.finish(lastIndex());
        int written = 0;
        while (written < seal.length()) {
            logFile.write(logLength + written, seal.buffer(), written, seal.length() - written, completion, 0);
            if (await("write", FileMetadataLog.FILE, DiskStatus.NO_SPACE) == DiskStatus.NO_SPACE) {
                return;
            }
            written += (int) value;
        }
        logLength += written;
        logFile.sync(completion, 0);
        await("sync", FileMetadataLog.FILE, DiskStatus.OK);
    }

    private MetadataFrames readAll(final DiskFile file, final String name, final long length) {
        final MetadataFrames frames = new MetadataFrames(MetadataFrames.HEADER_LENGTH);
        frames.accept(Math.toIntExact(length));
        int position = 0;
        while (position < length) {
            file.read(position, frames.buffer(), position, (int) length - position, completion, 0);
            await("read", name, DiskStatus.OK);
            if (value == 0) {
                throw new MetadataDamageException(name, position, "the file ends before its length of " + length);
            }
            position += (int) value;
        }
        return frames;
    }

    private void onCompletion(final long token, final int newStatus, final long newValue) {
        done = true;
        status = newStatus;
        value = newValue;
    }

    /** Returns OK or the status that is no error here. */
    private int await(final String what, final String file, final int tolerated) {
        while (!done) {
            disk.await();
            disk.poll(POLL_LIMIT);
        }
        done = false;
        if (status < 0 && status != tolerated) {
            throw new DiskException(what + ' ' + file + ": " + DiskStatus.nameOf(status), status);
        }
        return status;
    }
}
