package io.millrace.engine.os;

import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A file of an {@link OsDisk}. Writes go to the page cache on the core, small ones {@linkplain GatheredWrites
 * together}, unless an operation is pending that they must not
 * overtake; completions wait in one list per file, so that they arrive in the order of submission whoever worked. Only
 * hints stay out of it: a write that is done does not wait until a reader of cold bytes has got them.
 */
public final class OsDiskFile implements DiskFile {
    private static final long STALL_NS = 1_000_000;

    private final OsDisk disk;
    private final String path;
    private final DiskLane writeLane;
    private FileIo io;
    private FileIo direct;
    private long size;
    /** Pending operations that later ones must not overtake. */
    private int ordered;

    private int hints;
    private boolean closed;
    private final GatheredWrites gathered = new GatheredWrites(this);
    /** Whether the disk comes by to write what was gathered. */
    boolean isGathering;

    private DiskOp head;
    private DiskOp tail;

    OsDiskFile(final OsDisk disk, final String path, final DiskLane writeLane) {
        this.disk = disk;
        this.path = path;
        this.writeLane = writeLane;
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
        final boolean gathers = ordered == 0 && gathered.takes(source, length);
        if (!gathers || !gathered.hasRoomFor(position, length)) {
            writeGathered();
        }
        final DiskOp op = newOp(DiskOp.WRITE, position, length, completion, token);
        op.source = source;
        op.offset = offset;
        append(op);
        if (ordered > 0) {
            submitOrdered(op);
        } else if (gathers) {
            gathered.add(op);
            if (!isGathering) {
                isGathering = true;
                disk.gathers(this);
            }
        } else {
            final long start = System.nanoTime();
            writeNow(op);
            onWritten(op);
            countStall(start);
        }
    }

    /** Writes what waits for others. */
    void writeGathered() {
        if (!gathered.isEmpty()) {
            final long start = System.nanoTime();
            gathered.write(disk.vector());
            countStall(start);
        }
    }

    void onWritten(final DiskOp op) {
        disk.onDone(op);
    }

    private void countStall(final long startNs) {
        if (System.nanoTime() - startNs > STALL_NS) {
            disk.onStalledWrite();
        }
    }

    @Override
    public void writeLater(
            final long position,
            final DirectBuffer source,
            final int offset,
            final int length,
            final DiskCompletion completion,
            final long token) {
        source.boundsCheck(offset, length);
        final DiskOp op = begin(DiskOp.WRITE, position, length, completion, token);
        op.source = source;
        op.offset = offset;
        submitOrdered(op);
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
        final DiskOp op = begin(DiskOp.WRITE_THROUGH, position, length, completion, token);
        op.source = source;
        op.offset = offset;
        disk.throughLane().submit(op);
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
        final DiskOp op = begin(DiskOp.READ, position, length, completion, token);
        op.sink = target;
        op.offset = offset;
        if (ordered == 0 && disk.ownerWaits() && target.byteArray() == null) {
            try {
                readNow(op);
            } catch (final RuntimeException | Error e) {
                op.failure = e;
                op.status = DiskStatus.IO_ERROR;
            }
            disk.onDone(op);
        } else {
            readLane().submit(op);
        }
    }

    @Override
    public void sync(final DiskCompletion completion, final long token) {
        writeLane.submit(begin(DiskOp.SYNC, 0, 0, completion, token));
    }

    @Override
    public void allocate(final long position, final long length, final DiskCompletion completion, final long token) {
        writeLane.submit(beginHint(DiskOp.ALLOCATE, position, length, completion, token));
    }

    @Override
    public void prefetch(final long position, final long length, final DiskCompletion completion, final long token) {
        readLane().submit(beginHint(DiskOp.PREFETCH, position, length, completion, token));
    }

    @Override
    public boolean isInMemory(final long position, final long length) {
        return io.descriptor() >= 0 && disk.cacheState().holds(io.descriptor(), position, length);
    }

    @Override
    public void evict(final DiskCompletion completion, final long token) {
        writeLane.submit(begin(DiskOp.EVICT, 0, 0, completion, token));
    }

    @Override
    public void truncate(final long length, final DiskCompletion completion, final long token) {
        submitOrdered(begin(DiskOp.TRUNCATE, 0, length, completion, token));
    }

    @Override
    public int readResident(final long position, final MutableDirectBuffer target, final int offset, final int length) {
        target.boundsCheck(offset, length);
        return (int) io.read(position, target, offset, length);
    }

    @Override
    public long transferTo(final long position, final long count, final WritableByteChannel target) throws IOException {
        return io.channel().transferTo(position, count, target);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            closeIfIdle();
        }
    }

    @Override
    public int descriptor() {
        return io.descriptor();
    }

    FileChannel channel() {
        return io.channel();
    }

    FileIo io() {
        return io;
    }

    /** On the lane, while the opening is pending. */
    void opened(final FileIo value) {
        io = value;
    }

    void writeNow(final DiskOp op) {
        result(op, io.write(op.position, op.source, op.offset, (int) op.length));
    }

    void readNow(final DiskOp op) {
        result(op, io.read(op.position, op.sink, op.offset, (int) op.length));
    }

    FileIo direct() {
        return direct;
    }

    /** On the lane, before the first write past the page cache. */
    void openedDirect(final FileIo value) {
        direct = value;
    }

    /** A write may end in the middle of a block: what does not fill one does not count. */
    void writeThroughNow(final DiskOp op) {
        final long result = direct.write(op.position, op.source, op.offset, (int) op.length);
        result(op, result < 0 ? result : result - result % BLOCK_BYTES);
    }

    void closeNow() throws IOException {
        if (direct != null) {
            direct.channel().close();
        }
        if (io != null) {
            io.channel().close();
        }
    }

    void submitOpen(final DiskOp op) {
        append(op);
        submitOrdered(op);
    }

    boolean isFirst(final DiskOp op) {
        return head == op;
    }

    /** The first operation leaves; returns the one that is first now. */
    DiskOp removeFirst(final DiskOp op) {
        if (head != op) {
            throw new IllegalStateException(path + ": completion out of order");
        }
        head = op.nextInFile;
        if (head == null) {
            tail = null;
        }
        if (op.ordered) {
            ordered--;
        }
        updateSize(op);
        return head;
    }

    void closeIfIdle() {
        if (closed && head == null && hints == 0) {
            final DiskOp op = disk.acquire(DiskOp.CLOSE);
            op.file = this;
            writeLane.submit(op);
        }
    }

    private void updateSize(final DiskOp op) {
        if (op.status == DiskStatus.OK) {
            switch (op.kind) {
                case DiskOp.OPEN -> size = op.value;
                case DiskOp.WRITE, DiskOp.WRITE_THROUGH -> size = Math.max(size, op.position + op.value);
                case DiskOp.TRUNCATE -> size = Math.min(size, op.length);
                default -> {}
            }
        }
    }

    void endHint() {
        hints--;
    }

    private DiskOp begin(
            final int kind, final long position, final long length, final DiskCompletion completion, final long token) {
        // Whatever it is, it comes after the writes before it.
        writeGathered();
        final DiskOp op = newOp(kind, position, length, completion, token);
        append(op);
        return op;
    }

    private DiskOp beginHint(
            final int kind, final long position, final long length, final DiskCompletion completion, final long token) {
        final DiskOp op = newOp(kind, position, length, completion, token);
        op.hint = true;
        hints++;
        return op;
    }

    private DiskOp newOp(
            final int kind, final long position, final long length, final DiskCompletion completion, final long token) {
        if (closed) {
            throw new IllegalStateException(path + " is closed");
        }
        if (position < 0 || length < 0) {
            throw new IllegalArgumentException(path + ": position " + position + ", length " + length);
        }
        final DiskOp op = disk.begin(kind, completion, token);
        op.file = this;
        op.position = position;
        op.length = length;
        return op;
    }

    private void append(final DiskOp op) {
        if (tail == null) {
            head = op;
        } else {
            tail.nextInFile = op;
        }
        tail = op;
    }

    private void submitOrdered(final DiskOp op) {
        op.ordered = true;
        ordered++;
        writeLane.submit(op);
    }

    private DiskLane readLane() {
        return ordered > 0 ? writeLane : disk.readLane();
    }

    private static void result(final DiskOp op, final long result) {
        if (result < 0) {
            op.status = (int) result;
        } else {
            op.value = result;
        }
    }
}
