package io.millrace.engine.port;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Calls a {@link Disk} as if it were synchronous: submits one operation and waits for its completion. */
public final class DiskDriver {
    private final Disk disk;
    private int status;
    private long value;
    private boolean completed;

    public DiskDriver(final Disk disk) {
        this.disk = disk;
    }

    public DiskFile open(final String path, final Disk.OpenMode mode) {
        final DiskFile file = disk.open(path, mode, this::complete, 0);
        await();
        assertThat(DiskStatus.nameOf(status)).as("opening " + path).isEqualTo("OK");
        return file;
    }

    public int openStatus(final String path, final Disk.OpenMode mode) {
        final DiskFile file = disk.open(path, mode, this::complete, 0);
        await();
        file.close();
        return status;
    }

    public int evict(final DiskFile file) {
        file.evict(this::complete, 0);
        return await();
    }

    public int makeDirectory(final String path) {
        disk.makeDirectory(path, this::complete, 0);
        return await();
    }

    public int rename(final String from, final String to) {
        disk.rename(from, to, this::complete, 0);
        return await();
    }

    public int unlink(final String path) {
        disk.unlink(path, this::complete, 0);
        return await();
    }

    public List<String> list(final String directory) {
        final List<String> names = new ArrayList<>();
        disk.list(directory, names, this::complete, 0);
        assertThat(await()).isEqualTo(DiskStatus.OK);
        return names;
    }

    public int listStatus(final String directory) {
        disk.list(directory, new ArrayList<>(), this::complete, 0);
        return await();
    }

    public int syncDirectory(final String directory) {
        disk.syncDirectory(directory, this::complete, 0);
        return await();
    }

    public int write(final DiskFile file, final long position, final DirectBuffer source) {
        file.write(position, source, 0, source.capacity(), this::complete, 0);
        return await();
    }

    public int write(final DiskFile file, final long position, final String text) {
        return write(file, position, new UnsafeBuffer(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    public int writeThrough(
            final DiskFile file, final long position, final DirectBuffer source, final int offset, final int length) {
        file.writeThrough(position, source, offset, length, this::complete, 0);
        return await();
    }

    public int read(final DiskFile file, final long position, final MutableDirectBuffer target) {
        file.read(position, target, 0, target.capacity(), this::complete, 0);
        return await();
    }

    public int sync(final DiskFile file) {
        file.sync(this::complete, 0);
        return await();
    }

    public int allocate(final DiskFile file, final long position, final long length) {
        file.allocate(position, length, this::complete, 0);
        return await();
    }

    public int prefetch(final DiskFile file, final long position, final long length) {
        file.prefetch(position, length, this::complete, 0);
        return await();
    }

    public int truncate(final DiskFile file, final long length) {
        file.truncate(length, this::complete, 0);
        return await();
    }

    /** The whole file as text, read through {@link DiskFile#read}. */
    public String text(final DiskFile file) {
        final UnsafeBuffer target = new UnsafeBuffer(new byte[(int) file.size()]);
        int position = 0;
        while (position < target.capacity()) {
            file.read(position, target, position, target.capacity() - position, this::complete, 0);
            assertThat(await()).isEqualTo(DiskStatus.OK);
            assertThat(value).as("bytes read").isPositive();
            position += (int) value;
        }
        return new String(target.byteArray(), StandardCharsets.ISO_8859_1);
    }

    public String text(final String path) {
        final DiskFile file = open(path, Disk.OpenMode.READ_ONLY);
        final String text = text(file);
        file.close();
        return text;
    }

    /** The value of the last completion. */
    public long value() {
        return value;
    }

    /** Waits until everything in flight has been delivered. */
    public long usableBytes() {
        final DiskSpace space = new DiskSpace();
        disk.space(space, this::complete, 0);
        await();
        return space.usableBytes();
    }

    public void drain() {
        while (disk.inFlight() > 0) {
            disk.await();
            disk.poll(Integer.MAX_VALUE);
        }
    }

    private int await() {
        assertThat(completed).as("completed inside the submission").isFalse();
        while (!completed) {
            disk.await();
            disk.poll(1);
        }
        completed = false;
        return status;
    }

    private void complete(final long token, final int newStatus, final long newValue) {
        status = newStatus;
        value = newValue;
        completed = true;
    }
}
