package io.millrace.engine.sim;

import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A file of a {@link SimDisk}. Holds its users to the port's rules: no use before the opening has completed, after the
 * closing or after the process's death, and resident reads only of what is resident.
 */
public final class SimDiskFile implements DiskFile {
    private static final int TRANSFER_MAX = 64 * 1024;

    private final SimDisk disk;
    private final String path;
    private SimInode inode;
    private boolean writable;
    private boolean open;
    private boolean closed;
    private long size;
    /** Operations on one file complete in order: none before this moment. */
    private long lastDueNs = Long.MIN_VALUE;

    SimDiskFile(final SimDisk disk, final String path) {
        this.disk = disk;
        this.path = path;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void write(
            final long position,
            final DirectBuffer source,
            final int offset,
            final int length,
            final DiskCompletion completion,
            final long token) {
        source.boundsCheck(offset, length);
        final SimOp op = begin(SimOperation.WRITE, position, length, completion, token);
        op.source = source;
        op.offset = offset;
        disk.submit(op);
    }

    @Override
    public void writeThrough(
            final long position,
            final DirectBuffer source,
            final int offset,
            final int length,
            final DiskCompletion completion,
            final long token) {
        DiskFile.checkBlocks(path, position, source, offset, length);
        final SimOp op = begin(SimOperation.WRITE_THROUGH, position, length, completion, token);
        op.source = source;
        op.offset = offset;
        disk.submit(op);
    }

    @Override
    public void read(
            final long position,
            final MutableDirectBuffer target,
            final int offset,
            final int length,
            final DiskCompletion completion,
            final long token) {
        target.boundsCheck(offset, length);
        final SimOp op = begin(SimOperation.READ, position, length, completion, token);
        op.sink = target;
        op.offset = offset;
        disk.submit(op);
    }

    /** Covers what has completed by now, not what will have when the sync is executed. */
    @Override
    public void sync(final DiskCompletion completion, final long token) {
        final SimOp op = begin(SimOperation.SYNC, 0, 0, completion, token);
        op.position = inode.nextChange();
        disk.submit(op);
    }

    @Override
    public void allocate(final long position, final long length, final DiskCompletion completion, final long token) {
        disk.submit(begin(SimOperation.ALLOCATE, position, length, completion, token));
    }

    @Override
    public void prefetch(final long position, final long length, final DiskCompletion completion, final long token) {
        disk.submit(begin(SimOperation.PREFETCH, position, length, completion, token));
    }

    @Override
    public boolean isInMemory(final long position, final long length) {
        disk.checkAlive();
        final long end = position + length;
        if (end > inode.cached().length() || !inode.residency.holds(position, end)) {
            return false;
        }
        // Whoever asks is about to read it.
        inode.residency.onFetched(position, end, disk.residentWindowBytes());
        return true;
    }

    @Override
    public void evict(final DiskCompletion completion, final long token) {
        disk.submit(begin(SimOperation.EVICT, 0, 0, completion, token));
    }

    @Override
    public void truncate(final long length, final DiskCompletion completion, final long token) {
        disk.submit(begin(SimOperation.TRUNCATE, 0, length, completion, token));
    }

    @Override
    public int readResident(final long position, final MutableDirectBuffer target, final int offset, final int length) {
        target.boundsCheck(offset, length);
        checkResident(position, length);
        return inode.cached().read(position, target, offset, length);
    }

    @Override
    public long transferTo(final long position, final long count, final WritableByteChannel target) throws IOException {
        checkResident(position, count);
        final int length = (int) Math.max(
                0, Math.min(TRANSFER_MAX, Math.min(count, inode.cached().length() - position)));
        final byte[] bytes = new byte[length];
        inode.cached().read(position, new UnsafeBuffer(bytes), 0, length);
        return target.write(ByteBuffer.wrap(bytes));
    }

    @Override
    public void close() {
        closed = true;
    }

    SimInode inode() {
        return inode;
    }

    SimInode writable() {
        if (!writable) {
            throw new IllegalStateException(path + " was opened for reading only");
        }
        return inode;
    }

    void opened(final SimInode value, final boolean forWriting) {
        inode = value;
        writable = forWriting;
    }

    /** Keeps the order of this file's completions. */
    long dueNs(final long wishedNs) {
        lastDueNs = Math.max(lastDueNs, wishedNs);
        return lastDueNs;
    }

    void completed(final SimOp op) {
        if (op.status == DiskStatus.OK) {
            switch (op.operation) {
                case OPEN -> {
                    open = true;
                    size = op.value;
                }
                case WRITE, WRITE_THROUGH -> size = Math.max(size, op.position + op.value);
                case TRUNCATE -> size = Math.min(size, op.length);
                case EVICT -> size = inode.cached().length();
                default -> {}
            }
        }
    }

    private SimOp begin(
            final SimOperation operation,
            final long position,
            final long length,
            final DiskCompletion completion,
            final long token) {
        if (!open || closed) {
            throw new IllegalStateException(path + (closed ? " is closed" : " is not open yet"));
        }
        if (position < 0 || length < 0) {
            throw new IllegalArgumentException(path + ": position " + position + ", length " + length);
        }
        final SimOp op = new SimOp(operation, path, completion, token);
        op.file = this;
        op.position = position;
        op.length = length;
        return op;
    }

    private void checkResident(final long position, final long count) {
        disk.checkAlive();
        if (!open) {
            throw new IllegalStateException(path + " is not open yet");
        }
        final long end = Math.min(position + count, inode.cached().length());
        if (!inode.residency.holds(position, end)) {
            throw new IllegalStateException(path + ": bytes " + position + " to " + end + " are not resident");
        }
    }
}
