package io.millrace.engine.os;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Asks the kernel whether bytes of a file lie in the page cache: cachestat(2), since Linux 6.5, counts the pages of a
 * range, those that are still on their way from the disk too; so that the last byte is tried by a read that does not
 * wait (preadv2(2), {@code RWF_NOWAIT}). Where either call is missing nothing is known to be there. Owned by one thread.
 *
 * <pre>
 *  0          8          16                                     56         64         72         80
 *  +----------+----------+--------------------------------------+----------+----------+----------+
 *  | position | length   | pages: in the cache, dirty, 3 others | address  | length 1 | the byte |
 *  +----------+----------+--------------------------------------+----------+----------+----------+
 *    struct cachestat_range  struct cachestat                     struct iovec
 * </pre>
 */
final class CacheState {
    private static final long CACHESTAT = 451;
    private static final int RWF_NOWAIT = 8;

    private static final int RANGE_AT = 0;
    private static final int CACHED_AT = 16;
    private static final int DIRTY_AT = 24;
    private static final int VECTOR_AT = 56;
    private static final int BYTE_AT = 72;
    private static final int BYTES = 80;

    private static final int PAGE_BYTES = UnsafeApi.pageSize();
    private static final MethodHandle CALL = link(
            "syscall",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG),
            Linker.Option.firstVariadicArg(1));
    private static final MethodHandle READ = link(
            "preadv2",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT));
    private static final boolean AVAILABLE =
            CALL != null && READ != null && System.getProperty("os.name").equals("Linux");

    private final UnsafeBuffer memory = new UnsafeBuffer(BufferUtil.allocateDirectAligned(BYTES, Long.BYTES));

    /** True if all of the range is there, and was read. */
    boolean holds(final int descriptor, final long position, final long length) {
        if (!AVAILABLE || length <= 0) {
            return false;
        }
        final long pages = (position + length - 1) / PAGE_BYTES - position / PAGE_BYTES + 1;
        return count(descriptor, position, length)
                && memory.getLong(CACHED_AT) >= pages
                && isRead(descriptor, position + length - 1);
    }

    /**
     * False only where the kernel counts pages of the range and all of them have yet to be written to the disk. It counts
     * none where they belong to another file system below the file's.
     */
    boolean mayHoldWritten(final int descriptor, final long position, final long length) {
        return !AVAILABLE
                || !count(descriptor, position, length)
                || memory.getLong(CACHED_AT) == 0
                || memory.getLong(CACHED_AT) > memory.getLong(DIRTY_AT);
    }

    private boolean count(final int descriptor, final long position, final long length) {
        memory.putLong(RANGE_AT, position);
        memory.putLong(RANGE_AT + Long.BYTES, length);
        try {
            return (long) CALL.invokeExact(
                            CACHESTAT,
                            (long) descriptor,
                            memory.addressOffset() + RANGE_AT,
                            memory.addressOffset() + CACHED_AT,
                            0L)
                    == 0;
        } catch (final Throwable t) {
            throw Posix.unexpected(t);
        }
    }

    private boolean isRead(final int descriptor, final long position) {
        memory.putLong(VECTOR_AT, memory.addressOffset() + BYTE_AT);
        memory.putLong(VECTOR_AT + Long.BYTES, 1);
        try {
            return (long) READ.invokeExact(descriptor, memory.addressOffset() + VECTOR_AT, 1, position, RWF_NOWAIT)
                    == 1;
        } catch (final Throwable t) {
            throw Posix.unexpected(t);
        }
    }

    private static MethodHandle link(
            final String name, final FunctionDescriptor descriptor, final Linker.Option... options) {
        final MemorySegment symbol =
                Linker.nativeLinker().defaultLookup().find(name).orElse(null);
        return symbol == null ? null : Linker.nativeLinker().downcallHandle(symbol, descriptor, options);
    }
}
