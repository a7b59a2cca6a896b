package io.millrace.engine.os;

import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Small page-cache writes to one file, each beginning where the one before ends, that one system call takes when the
 * core looks at its disk next. Large ones do not wait: they would leave the processor's cache meanwhile. Owned by the
 * core of the {@link OsDisk}.
 */
final class GatheredWrites {
    /** Beyond this sum a call's own cost does not count any more. */
    static final int BYTES_MAX = 64 << 10;

    static final int COUNT_MAX = 64;

    private final OsDiskFile file;
    private DiskOp first;
    private int count;
    private long position;
    private long end;

    /**
     * What {@code pwritev} is told, filled for one call at a time.
     *
     * <pre>
     *  0               8               16
     *  +---------------+---------------+-- -
     *  | address       | length        | the next …    struct iovec, pwritev(2)
     *  +---------------+---------------+-- -
     * </pre>
     */
    static final class Vector {
        private static final int ENTRY_BYTES = 16;

        private final UnsafeBuffer entries =
                new UnsafeBuffer(BufferUtil.allocateDirectAligned(COUNT_MAX * ENTRY_BYTES, ENTRY_BYTES));

        private void set(final int index, final DiskOp op) {
            entries.putLong(index * ENTRY_BYTES, op.source.addressOffset() + op.offset);
            entries.putLong(index * ENTRY_BYTES + Long.BYTES, op.length);
        }
    }

    GatheredWrites(final OsDiskFile file) {
        this.file = file;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Whether a write can go with those that wait, if any do. */
    boolean hasRoomFor(final long at, final int length) {
        return count == 0 || (at == end && count < COUNT_MAX && end + length - position <= BYTES_MAX);
    }

    /** Whether a write can wait at all. */
    boolean takes(final DirectBuffer source, final int length) {
        return Posix.CAN_GATHER
                && length > 0
                && length < BYTES_MAX
                && source.byteArray() == null
                && file.io().descriptor() >= 0;
    }

    /** The operation is the last of its file. */
    void add(final DiskOp op) {
        if (count == 0) {
            first = op;
            position = op.position;
        }
        count++;
        end = op.position + op.length;
    }

    /** Writes what waits. What one call for all did not take is written one by one, so that each learns its own fate. */
    void write(final Vector vector) {
        final DiskOp begin = first;
        final int of = count;
        first = null;
        count = 0;
        long written = 0;
        if (of > 1) {
            DiskOp op = begin;
            for (int i = 0; i < of; i++, op = op.nextInFile) {
                vector.set(i, op);
            }
            written = Posix.writeGathered(file.io().descriptor(), vector.entries.addressOffset(), of, position);
        }
        DiskOp op = begin;
        for (int i = 0; i < of; i++) {
            final DiskOp next = op.nextInFile;
            if (written >= op.length) {
                op.value = op.length;
                written -= op.length;
            } else {
                written = 0;
                file.writeNow(op);
            }
            file.onWritten(op);
            op = next;
        }
    }
}
