package io.millrace.engine.log;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Disk operations one after the other, for work that is rare enough to be written down as a list. Stops at the first
 * failure. A file opened with {@link #open} is what the following steps work on, until {@link #closeFile}.
 */
final class DiskSequence implements DiskCompletion {
    private static final int TOLERATE_NOT_FOUND = 1;

    private interface Step {
        /** Submits one operation and returns true, or does something at once and returns false. */
        boolean start();
    }

    private final Disk disk;
    private final ArrayDeque<Step> steps = new ArrayDeque<>();
    private LogCompletion completion;
    private DiskFile file;
    private boolean ownsFile;
    private boolean broken;
    private long value;
    private DirectBuffer writeSource;
    private IndexEntries entries;
    private int entryCount;
    private int entryNext;
    private long writePosition;
    private int writeDone;
    private int writeLength;
    private boolean writesLater;
    private MutableDirectBuffer readTarget;
    private int readDone;

    DiskSequence(final Disk disk) {
        this.disk = disk;
    }

    /** The file that the steps work on now. */
    DiskFile file() {
        return file;
    }

    /** What the last operation brought: the file's length after an open. */
    long value() {
        return value;
    }

    DiskSequence open(final String path, final Disk.OpenMode mode) {
        return step(() -> {
            file = disk.open(path, mode, this, 0);
            ownsFile = true;
            return true;
        });
    }

    /** Works on a file that somebody else has opened and will close. */
    DiskSequence use(final DiskFile other) {
        return call(() -> {
            file = other;
            ownsFile = false;
        });
    }

    /** Writes the whole buffer that is supplied when the turn comes. */
    DiskSequence write(final long position, final Supplier<DirectBuffer> source) {
        return step(() -> {
            writeSource = source.get();
            writePosition = position;
            writeDone = 0;
            writeLength = writeSource.capacity();
            return writeMore();
        });
    }

    /** As {@link #write}, but never inline. */
    DiskSequence writeLater(final long position, final Supplier<DirectBuffer> source) {
        return call(() -> writesLater = true).write(position, source).call(() -> writesLater = false);
    }

    /** Writes the first entries of an index as a whole file, from where they lie; they must stay there meanwhile. */
    DiskSequence write(final Supplier<IndexEntries> source, final IntSupplier count) {
        return step(() -> {
            entries = source.get();
            entryCount = count.getAsInt();
            entryNext = 0;
            return writeEntries();
        });
    }

    private boolean writeEntries() {
        if (entryNext >= entryCount) {
            entries = null;
            return false;
        }
        writeSource = entries.chunkOf(entryNext);
        writePosition = (long) entryNext * entries.entryBytes();
        writeDone = 0;
        final int next = Math.min(entryCount, entryNext + entries.entriesPerChunk());
        writeLength = (next - entryNext) * entries.entryBytes();
        entryNext = next;
        return writeMore();
    }

    /** Reads the open file from its beginning, as long as the open said it is. */
    DiskSequence readAll(final Consumer<DirectBuffer> consumer) {
        step(() -> {
            readTarget = new UnsafeBuffer(new byte[(int) Math.min(value, Integer.MAX_VALUE - 8)]);
            readDone = 0;
            return readMore();
        });
        return call(() -> {
            consumer.accept(new UnsafeBuffer(readTarget, 0, readDone));
            readTarget = null;
        });
    }

    DiskSequence sync() {
        return step(() -> {
            file.sync(this, 0);
            return true;
        });
    }

    DiskSequence truncate(final long length) {
        return step(() -> {
            file.truncate(length, this, 0);
            return true;
        });
    }

    DiskSequence closeFile() {
        return call(() -> {
            file.close();
            file = null;
        });
    }

    /** Leaves the open file to whoever took it from {@link #file}. */
    DiskSequence keepFile() {
        return call(() -> ownsFile = false);
    }

    DiskSequence makeDirectory(final String path) {
        return step(() -> {
            disk.makeDirectory(path, this, 0);
            return true;
        });
    }

    DiskSequence rename(final String from, final String to) {
        return step(() -> {
            disk.rename(from, to, this, 0);
            return true;
        });
    }

    /** Removes a file; one that is not there is no failure. */
    DiskSequence unlink(final String path) {
        return step(() -> {
            disk.unlink(path, this, TOLERATE_NOT_FOUND);
            return true;
        });
    }

    DiskSequence syncDirectory(final String path) {
        return step(() -> {
            disk.syncDirectory(path, this, 0);
            return true;
        });
    }

    /** Replaces a small file so that the old or the new one is there after any crash. */
    DiskSequence replace(final String directory, final String path, final Supplier<DirectBuffer> content) {
        return replaceIf(() -> true, directory, path, content);
    }

    /** As {@link #replace}; if the condition does not hold before the file gets its name, the sequence has failed. */
    DiskSequence replaceIf(
            final BooleanSupplier condition,
            final String directory,
            final String path,
            final Supplier<DirectBuffer> content) {
        return open(path + LogFiles.TMP, Disk.OpenMode.REPLACE)
                .write(0, content)
                .sync()
                .closeFile()
                .call(() -> broken = !condition.getAsBoolean())
                .rename(path + LogFiles.TMP, path)
                .syncDirectory(directory);
    }

    DiskSequence call(final Runnable action) {
        return step(() -> {
            action.run();
            return false;
        });
    }

    private DiskSequence step(final Step step) {
        steps.add(step);
        return this;
    }

    void run(final LogCompletion whenDone) {
        completion = whenDone;
        next();
    }

    private void next() {
        Step step;
        while (!broken && (step = steps.poll()) != null) {
            if (step.start()) {
                return;
            }
        }
        steps.clear();
        completion.onComplete(broken ? DiskStatus.IO_ERROR : DiskStatus.OK);
    }

    private boolean writeMore() {
        if (writeDone == writeLength) {
            writeSource = null;
            return entries != null && writeEntries();
        }
        if (writesLater) {
            file.writeLater(writePosition + writeDone, writeSource, writeDone, writeLength - writeDone, this, 0);
        } else {
            file.write(writePosition + writeDone, writeSource, writeDone, writeLength - writeDone, this, 0);
        }
        return true;
    }

    private boolean readMore() {
        if (readDone == readTarget.capacity()) {
            return false;
        }
        file.read(readDone, readTarget, readDone, readTarget.capacity() - readDone, this, 0);
        return true;
    }

    @Override
    public void onDiskCompletion(final long token, final int status, final long completionValue) {
        if (status != DiskStatus.OK && !(token == TOLERATE_NOT_FOUND && status == DiskStatus.NOT_FOUND)) {
            steps.clear();
            if (file != null && ownsFile) {
                file.close();
            }
            completion.onComplete(status);
            return;
        }
        value = completionValue;
        if (writeSource != null) {
            writeDone += (int) completionValue;
            if (writeMore()) {
                return;
            }
        } else if (readTarget != null) {
            readDone += (int) completionValue;
            if (completionValue > 0 && readMore()) {
                return;
            }
        }
        next();
    }
}
