package io.millrace.net.socket.uring;

import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One io_uring: a queue of submissions to the kernel and one of completions from it, both in memory shared with it. It
 * is made disabled by whoever sets a core up, and belongs from {@link #enable} on to the thread that called that: the
 * kernel takes submissions from no other, and does its part of the work only while that thread is in {@link #enter}.
 *
 * <p>Layouts are those of linux/io_uring.h, in the machine's byte order:
 *
 * <pre>
 *  submission (64 bytes)                                   completion (16 bytes)
 *  0      1       2       4      8      16      24    28   0           8       12
 *  ├op────┼flags──┼ioprio─┼fd────┼off───┼addr───┼len──┼op─ ├user data──┼result─┼flags──┤
 *                                                     flags
 *  32     40       42                               64
 *  ├user──┼buffer──┼───────────────────────────────┤
 *   data   group
 * </pre>
 */
final class Uring implements AutoCloseable {
    static final int OP_NOP = 0;
    static final int OP_POLL_ADD = 6;
    static final int OP_ASYNC_CANCEL = 14;
    static final int OP_SEND = 26;
    static final int OP_RECV = 27;

    static final int IOSQE_BUFFER_SELECT = 1 << 5;
    static final int IOSQE_CQE_SKIP_SUCCESS = 1 << 6;
    static final int RECV_MULTISHOT = 1 << 1;

    static final int CQE_F_BUFFER = 1;
    static final int CQE_F_MORE = 1 << 1;
    static final int CQE_BUFFER_SHIFT = 16;

    static final int REGISTER_PBUF_RING = 22;
    private static final int REGISTER_ENABLE_RINGS = 12;

    private static final int SETUP_CQSIZE = 1 << 3;
    private static final int SETUP_CLAMP = 1 << 4;
    private static final int SETUP_DISABLED = 1 << 6;
    private static final int SETUP_SUBMIT_ALL = 1 << 7;
    private static final int SETUP_TASKRUN_FLAG = 1 << 9;
    private static final int SETUP_SINGLE_ISSUER = 1 << 12;
    private static final int SETUP_DEFER_TASKRUN = 1 << 13;
    private static final int SETUP_FLAGS = SETUP_CQSIZE
            | SETUP_CLAMP
            | SETUP_DISABLED
            | SETUP_SUBMIT_ALL
            | SETUP_TASKRUN_FLAG
            | SETUP_SINGLE_ISSUER
            | SETUP_DEFER_TASKRUN;

    private static final int FEAT_SINGLE_MMAP = 1;
    private static final int FEAT_NODROP = 1 << 1;
    private static final int FEAT_EXT_ARG = 1 << 8;
    private static final int FEAT_CQE_SKIP = 1 << 11;
    private static final int FEATURES = FEAT_SINGLE_MMAP | FEAT_NODROP | FEAT_EXT_ARG | FEAT_CQE_SKIP;

    private static final int ENTER_GETEVENTS = 1;
    private static final int ENTER_EXT_ARG = 1 << 3;

    private static final int SQ_CQ_OVERFLOW = 1 << 1;
    private static final int SQ_TASKRUN = 1 << 2;

    private static final long OFF_RINGS = 0;
    private static final long OFF_SQES = 0x10000000L;
    private static final int SQE_BYTES = 64;
    private static final int CQE_BYTES = 16;

    /** struct io_uring_params, with the two structs of offsets in it. */
    private static final int PARAMS_BYTES = 120;

    private static final int PARAMS_CQ_ENTRIES_AT = 4;
    private static final int PARAMS_FLAGS_AT = 8;
    private static final int PARAMS_FEATURES_AT = 20;
    private static final int PARAMS_SQ_OFF_AT = 40;
    private static final int PARAMS_CQ_OFF_AT = 80;

    /** struct io_uring_getevents_arg (signal mask, its size, shortest wait, address of the time), then the time. */
    private static final int WAIT_BYTES = 24;

    private static final int WAIT_TIME_ADDRESS_AT = 16;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final int SUBMITS_MAX = 1000;

    private final int descriptor;
    private final UnsafeBuffer rings = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer submissions = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer wait = aligned(WAIT_BYTES + 2 * Long.BYTES);
    private final int entries;
    private final int completions;
    private final int sqHeadAt;
    private final int sqTailAt;
    private final int sqFlagsAt;
    private final int cqHeadAt;
    private final int cqTailAt;
    private final int cqesAt;
    private int tail;
    private int head;
    private boolean closed;

    /**
     * @param wantedEntries     submissions that may wait, a power of two
     * @param wantedCompletions completions that may wait, a power of two; more than that the kernel keeps to itself
     */
    Uring(final int wantedEntries, final int wantedCompletions) throws UringException {
        final UnsafeBuffer params = aligned(PARAMS_BYTES);
        params.putInt(PARAMS_CQ_ENTRIES_AT, wantedCompletions);
        params.putInt(PARAMS_FLAGS_AT, SETUP_FLAGS);
        descriptor = SystemCalls.setUp(wantedEntries, params.addressOffset());
        if (descriptor < 0) {
            throw new UringException(whyNot(-descriptor));
        }
        entries = params.getInt(0);
        completions = params.getInt(PARAMS_CQ_ENTRIES_AT);
        sqHeadAt = params.getInt(PARAMS_SQ_OFF_AT);
        sqTailAt = params.getInt(PARAMS_SQ_OFF_AT + 4);
        sqFlagsAt = params.getInt(PARAMS_SQ_OFF_AT + 16);
        final int arrayAt = params.getInt(PARAMS_SQ_OFF_AT + 24);
        cqHeadAt = params.getInt(PARAMS_CQ_OFF_AT);
        cqTailAt = params.getInt(PARAMS_CQ_OFF_AT + 4);
        cqesAt = params.getInt(PARAMS_CQ_OFF_AT + 20);
        try {
            if ((params.getInt(PARAMS_FEATURES_AT) & FEATURES) != FEATURES) {
                throw new UringException("the kernel's io_uring lacks what is needed");
            }
            map(rings, OFF_RINGS, Math.max(arrayAt + entries * Integer.BYTES, cqesAt + completions * CQE_BYTES));
            map(submissions, OFF_SQES, entries * SQE_BYTES);
        } catch (final UringException failed) {
            close();
            throw failed;
        }
        for (int i = 0; i < entries; i++) {
            rings.putInt(arrayAt + i * Integer.BYTES, i);
        }
        wait.putLong(WAIT_TIME_ADDRESS_AT, wait.addressOffset() + WAIT_BYTES);
    }

    private static UnsafeBuffer aligned(final int bytes) {
        return new UnsafeBuffer(BufferUtil.allocateDirectAligned(bytes, Long.BYTES));
    }

    private void map(final UnsafeBuffer target, final long offset, final int bytes) throws UringException {
        final long address = SystemCalls.mapRing(descriptor, bytes, offset);
        if (address < 0 && address > -SystemCalls.PAGE_BYTES) {
            throw new UringException("its memory cannot be mapped (error " + -address + ")");
        }
        target.wrap(address, bytes);
    }

    private static String whyNot(final int error) {
        return switch (error) {
            case SystemCalls.ENOSYS -> "the kernel has no io_uring";
            case SystemCalls.EPERM ->
                "the system forbids it (kernel.io_uring_disabled, or a container's seccomp profile)";
            case SystemCalls.EINVAL -> "the kernel's io_uring is too old, Linux 6.1 is needed";
            case SystemCalls.ENOMEM -> "no memory for it, perhaps by the limit of locked memory (ulimit -l)";
            default -> "setting it up failed (error " + error + ")";
        };
    }

    /** Makes the calling thread the ring's owner. */
    void enable() throws UringException {
        final int result = SystemCalls.register(descriptor, REGISTER_ENABLE_RINGS, 0, 0);
        if (result < 0) {
            throw new UringException("enabling it failed (error " + -result + ")");
        }
    }

    int descriptor() {
        return descriptor;
    }

    // Submissions

    /** Makes room for a submission, by submitting what waits if the queue is full. */
    void prepare(final int operation, final int file, final long userData) {
        if (tail - rings.getIntAcquire(sqHeadAt) == entries) {
            submit();
        }
        final int at = (tail++ & (entries - 1)) * SQE_BYTES;
        submissions.setMemory(at, SQE_BYTES, (byte) 0);
        submissions.putByte(at, (byte) operation);
        submissions.putInt(at + 4, file);
        submissions.putLong(at + 32, userData);
    }

    private int lastAt() {
        return ((tail - 1) & (entries - 1)) * SQE_BYTES;
    }

    /** Of the submission prepared last: IOSQE_… */
    Uring flags(final int flags) {
        submissions.putByte(lastAt() + 1, (byte) flags);
        return this;
    }

    /** Of the submission prepared last: what some operations keep in the field of the priority. */
    Uring priority(final int flags) {
        submissions.putShort(lastAt() + 2, (short) flags);
        return this;
    }

    /** Of the submission prepared last: the memory. */
    Uring memory(final long address, final int length) {
        submissions.putLong(lastAt() + 16, address);
        submissions.putInt(lastAt() + 24, length);
        return this;
    }

    /** Of the submission prepared last: flags of the operation's own. */
    Uring operationFlags(final int flags) {
        submissions.putInt(lastAt() + 28, flags);
        return this;
    }

    /** Of the submission prepared last: where its buffers are taken from. */
    Uring bufferGroup(final int group) {
        submissions.putShort(lastAt() + 40, (short) group);
        return this;
    }

    private int unsubmitted() {
        rings.putIntRelease(sqTailAt, tail);
        return tail - rings.getIntAcquire(sqHeadAt);
    }

    /** Whether the kernel would do something if entered: take submissions, or work that it has put off. */
    boolean wantsEnter() {
        return unsubmitted() > 0 || hasWork();
    }

    /** Whether the kernel has put work off until the ring is entered. */
    boolean hasWork() {
        return (rings.getIntVolatile(sqFlagsAt) & (SQ_TASKRUN | SQ_CQ_OVERFLOW)) != 0;
    }

    /** Whether the kernel holds completions that found no room; entering the ring fetches them. */
    boolean hasOverflow() {
        return (rings.getIntVolatile(sqFlagsAt) & SQ_CQ_OVERFLOW) != 0;
    }

    /**
     * Submits all, lets the kernel do its work, and waits for a completion if {@code waitNs} is above 0 and none is
     * there. A wait that ended early is no failure: the caller looks at what came.
     */
    void enter(final long waitNs) {
        final int submit = unsubmitted();
        int result;
        if (waitNs > 0) {
            wait.putLong(WAIT_BYTES, waitNs / SECOND_NS);
            wait.putLong(WAIT_BYTES + Long.BYTES, waitNs % SECOND_NS);
            result = SystemCalls.enter(
                    descriptor, submit, 1, ENTER_GETEVENTS | ENTER_EXT_ARG, wait.addressOffset(), WAIT_BYTES);
        } else {
            result = SystemCalls.enter(descriptor, submit, 0, ENTER_GETEVENTS, 0, 0);
        }
        if (result < submit && unsubmitted() > 0) {
            submit();
        }
    }

    /** Submits all that waits, or throws: this cannot go wrong for long but by a fault of ours. */
    private void submit() {
        for (int i = 0; i < SUBMITS_MAX; i++) {
            final int left = unsubmitted();
            if (left == 0) {
                return;
            }
            final int result = SystemCalls.enterAgain(descriptor, left, ENTER_GETEVENTS);
            final boolean isPassing = result >= 0
                    || result == -SystemCalls.EINTR
                    || result == -SystemCalls.EAGAIN
                    || result == -SystemCalls.EBUSY;
            if (!isPassing) {
                throw new IllegalStateException("io_uring refused submissions: error " + -result);
            }
        }
        if (unsubmitted() > 0) {
            throw new IllegalStateException("io_uring takes no submissions");
        }
    }

    // Completions

    /** Completions that are here; the caller looks at each and then {@link #consume consumes} them. */
    int available() {
        return rings.getIntAcquire(cqTailAt) - head;
    }

    long userData(final int index) {
        return rings.getLong(at(index));
    }

    int result(final int index) {
        return rings.getInt(at(index) + 8);
    }

    int completionFlags(final int index) {
        return rings.getInt(at(index) + 12);
    }

    private int at(final int index) {
        return cqesAt + ((head + index) & (completions - 1)) * CQE_BYTES;
    }

    void consume(final int count) {
        head += count;
        rings.putIntRelease(cqHeadAt, head);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            unmap(submissions);
            unmap(rings);
            SystemCalls.close(descriptor);
        }
    }

    private static void unmap(final UnsafeBuffer memory) {
        if (memory.capacity() > 0) {
            SystemCalls.unmap(memory.addressOffset(), memory.capacity());
            memory.wrap(0, 0);
        }
    }
}
