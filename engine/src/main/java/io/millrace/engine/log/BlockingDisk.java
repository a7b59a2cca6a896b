package io.millrace.engine.log;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * One disk operation at a time, waited for. For start-up and shutdown only, before and after the duty cycle. Every
 * call throws {@link DiskException} unless it says otherwise. The completions of others are delivered while waiting.
 */
public final class BlockingDisk implements DiskCompletion {
    private static final int POLL_LIMIT = 64;

    private final Disk disk;
    private long sequence;
    private boolean done;
    private int status;
    private long value;

    public BlockingDisk(final Disk disk) {
        this.disk = disk;
    }

    public Disk disk() {
        return disk;
    }

    /** Opens a file, or returns null if it is not there. */
    public DiskFile open(final String path, final Disk.OpenMode mode) {
        final DiskFile file = disk.open(path, mode, this, ++sequence);
        if (await() == DiskStatus.NOT_FOUND) {
            return null;
        }
        check("open", path);
        return file;
    }

    public void makeDirectory(final String path) {
        disk.makeDirectory(path, this, ++sequence);
        await();
        check("make directory", path);
    }

    public void rename(final String from, final String to) {
        disk.rename(from, to, this, ++sequence);
        await();
        check("rename", from);
    }

    /** Removes a file; one that is not there is no error. */
    public void unlink(final String path) {
        disk.unlink(path, this, ++sequence);
        if (await() != DiskStatus.NOT_FOUND) {
            check("unlink", path);
        }
    }

    /** The names in a directory, sorted; empty if it is not there. */
    public List<String> list(final String directory) {
        final List<String> names = new ArrayList<>();
        disk.list(directory, names, this, ++sequence);
        if (await() != DiskStatus.NOT_FOUND) {
            check("list", directory);
        }
        return names;
    }

    public void syncDirectory(final String directory) {
        disk.syncDirectory(directory, this, ++sequence);
        await();
        check("sync directory", directory);
    }

    /** Reads as many bytes as there are, up to {@code length}. */
    public int read(
            final DiskFile file,
            final long position,
            final MutableDirectBuffer target,
            final int offset,
            final int length) {
        int read = 0;
        while (read < length) {
            file.read(position + read, target, offset + read, length - read, this, ++sequence);
            await();
            check("read", file.path());
            if (value == 0) {
                break;
            }
            read += (int) value;
        }
        return read;
    }

    public void write(
            final DiskFile file, final long position, final DirectBuffer source, final int offset, final int length) {
        int written = 0;
        while (written < length) {
            file.write(position + written, source, offset + written, length - written, this, ++sequence);
            await();
            check("write", file.path());
            written += (int) value;
        }
    }

    /** Replaces a small file so that the old or the new one is there after any crash. */
    public void replace(final String directory, final String path, final DirectBuffer content) {
        final DiskFile file = open(path + LogFiles.TMP, Disk.OpenMode.REPLACE);
        try {
            write(file, 0, content, 0, content.capacity());
            sync(file);
        } finally {
            file.close();
        }
        rename(path + LogFiles.TMP, path);
        syncDirectory(directory);
    }

    public void sync(final DiskFile file) {
        file.sync(this, ++sequence);
        await();
        check("sync", file.path());
    }

    /**
     * Reads after this show what the medium holds. Before a crash a sync may have failed, and then the kernel shows
     * bytes that it will never write and takes them for written.
     */
    public void syncAndEvict(final DiskFile file) {
        sync(file);
        evict(file);
    }

    /** As {@link #syncAndEvict}, but that what the kernel has yet to write stays to be written. */
    void evict(final DiskFile file) {
        file.evict(this, ++sequence);
        await();
        check("evict", file.path());
    }

    public void truncate(final DiskFile file, final long length) {
        file.truncate(length, this, ++sequence);
        await();
        check("truncate", file.path());
    }

    /** Waits for an operation that was submitted with this object as its completion; returns its status. */
    private int await() {
        done = false;
        while (!done) {
            disk.await();
            while (!done && disk.poll(1) > 0) {
                // our own completion may be behind others
            }
        }
        return status;
    }

    /** Waits until nothing is in flight. */
    public void drain() {
        while (disk.inFlight() > 0) {
            disk.await();
            disk.poll(POLL_LIMIT);
        }
    }

    private void check(final String what, final String path) {
        if (status != DiskStatus.OK) {
            throw new DiskException(
                    what + ' ' + (path.isEmpty() ? "." : path) + ": " + DiskStatus.nameOf(status), status);
        }
    }

    @Override
    public void onDiskCompletion(final long token, final int completionStatus, final long completionValue) {
        if (token == sequence) {
            done = true;
            status = completionStatus;
            value = completionValue;
        }
    }
}
