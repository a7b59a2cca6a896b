package io.millrace.engine.os;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The C library's positional reads and writes, by address, so that nothing is wrapped and nothing allocated per call.
 * Addresses travel as plain longs. None of these downcalls is critical: each may block. Results are the C function's,
 * or the negated errno.
 */
final class Posix {
    static final int EINTR = 4;
    private static final int FALLOC_FL_KEEP_SIZE = 1;
    private static final int POSIX_FADV_WILLNEED = 3;
    private static final int POSIX_FADV_DONTNEED = 4;

    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final long ERRNO_OFFSET = CAPTURE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> ERRNO =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CAPTURE));

    private static final FunctionDescriptor IO = FunctionDescriptor.of(
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG);
    private static final MethodHandle PWRITE = link("pwrite", IO);
    private static final MethodHandle PREAD = link("pread", IO);
    // Looking at errno allocates, so the first attempt does without; one that failed is repeated to learn why.
    private static final MethodHandle PWRITE_PLAIN = linkPlain("pwrite", IO);
    private static final MethodHandle PREAD_PLAIN = linkPlain("pread", IO);
    private static final FunctionDescriptor STREAM_IO = FunctionDescriptor.of(
            ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
    private static final MethodHandle WRITE = linkPlain("write", STREAM_IO);
    private static final MethodHandle READ = linkPlain("read", STREAM_IO);
    private static final MethodHandle PWRITEV = linkPlain(
            "pwritev",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle SENDFILE = linkPlain(
            "sendfile",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle FALLOCATE = link(
            "fallocate",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG));
    private static final MethodHandle TRUNCATE =
            link("ftruncate", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    private static final MethodHandle FADVISE = link(
            "posix_fadvise",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT));

    /** Whether positional input and output by address work here; else the channels do it. */
    static final boolean AVAILABLE = PWRITE != null && PREAD != null;

    static final boolean CAN_STREAM = WRITE != null && READ != null;

    static final boolean CAN_GATHER = PWRITEV != null;

    static final boolean CAN_SEND =
            SENDFILE != null && System.getProperty("os.name").equals("Linux"); // others have other parameters

    /** Whether space can be reserved without changing a file's length. */
    static final boolean CAN_ALLOCATE = FALLOCATE != null;

    static final boolean CAN_TRUNCATE = TRUNCATE != null;

    private Posix() {}

    static long write(final int fd, final long address, final long length, final long position) {
        try {
            final long written = (long) PWRITE_PLAIN.invokeExact(fd, address, length, position);
            return written >= 0 ? written : writeAgain(fd, address, length, position);
        } catch (final Throwable t) {
            throw unexpected(t);
        }
    }

    /** Bytes written from the pieces that {@code vector} names, or −1 for whatever reason. */
    static long writeGathered(final int fd, final long vector, final int count, final long position) {
        try {
            return (long) PWRITEV.invokeExact(fd, vector, count, position);
        } catch (final Throwable t) {
            throw unexpected(t);
        }
    }

    /** Bytes moved from the position that lies at an address, or −1 for whatever reason. */
    static long sendFile(final int to, final int from, final long positionAddress, final long length) {
        try {
            return (long) SENDFILE.invokeExact(to, from, positionAddress, length);
        } catch (final Throwable t) {
            throw unexpected(t);
        }
    }

    /** Bytes written, or −1 for whatever reason. */
    static long writeStream(final int fd, final long address, final long length) {
        return stream(WRITE, fd, address, length);
    }

    /** Bytes read, or −1 for whatever reason, that there are none for the time being among them. */
    static long readStream(final int fd, final long address, final long length) {
        return stream(READ, fd, address, length);
    }

    private static long stream(final MethodHandle call, final int fd, final long address, final long length) {
        try {
            return (long) call.invokeExact(fd, address, length);
        } catch (final Throwable t) {
            throw unexpected(t);
        }
    }

    private static long writeAgain(final int fd, final long address, final long length, final long position) {
        final MemorySegment errno = ERRNO.get();
        try {
            while (true) {
                final long result = (long) PWRITE.invokeExact(errno, fd, address, length, position);
                if (result >= 0) {
                    return result;
                }
                final int error = errno.get(ValueLayout.JAVA_INT, ERRNO_OFFSET);
                if (error != EINTR) {
                    return -error;
                }
            }
        } catch (final Throwable t) {
            throw unexpected(t);
        }
    }

    static long read(final int fd, final long address, final long length, final long position) {
        try {
            final long read = (long) PREAD_PLAIN.invokeExact(fd, address, length, position);
            return read >= 0 ? read : readAgain(fd, address, length, position);
        } catch (final Throwable t) {
            throw unexpected(t);
        }
    }

    private static long readAgain(final int fd, final long address, final long length, final long position) {
        final MemorySegment errno = ERRNO.get();
        try {
            while (true) {
                final long result = (long) PREAD.invokeExact(errno, fd, address, length, position);
                if (result >= 0) {
                    return result;
                }
                final int error = errno.get(ValueLayout.JAVA_INT, ERRNO_OFFSET);
                if (error != EINTR) {
                    return -error;
                }
            }
        } catch (final Throwable t) {
            throw unexpected(t);
        }
    }

    /** Reserves space, the length stays. */
    static int allocate(final int fd, final long position, final long length) {
        final MemorySegment errno = ERRNO.get();
        try {
            while (true) {
                final int result = (int) FALLOCATE.invokeExact(errno, fd, FALLOC_FL_KEEP_SIZE, position, length);
                if (result == 0) {
                    return 0;
                }
                final int error = errno.get(ValueLayout.JAVA_INT, ERRNO_OFFSET);
                if (error != EINTR) {
                    return -error;
                }
            }
        } catch (final Throwable t) {
            throw unexpected(t);
        }
    }

    static int truncate(final int fd, final long length) {
        final MemorySegment errno = ERRNO.get();
        try {
            while (true) {
                final int result = (int) TRUNCATE.invokeExact(errno, fd, length);
                if (result == 0) {
                    return 0;
                }
                final int error = errno.get(ValueLayout.JAVA_INT, ERRNO_OFFSET);
                if (error != EINTR) {
                    return -error;
                }
            }
        } catch (final Throwable t) {
            throw unexpected(t);
        }
    }

    /** Asks the kernel to start reading; a hint, so that its failure means nothing. */
    static void willNeed(final int fd, final long position, final long length) {
        advise(fd, position, length, POSIX_FADV_WILLNEED);
    }

    /** Asks the kernel to forget clean pages, those of the length or to the end if it is 0; it begins to write others. A hint too. */
    static void dontNeed(final int fd, final long position, final long length) {
        advise(fd, position, length, POSIX_FADV_DONTNEED);
    }

    private static void advise(final int fd, final long position, final long length, final int advice) {
        if (FADVISE != null) {
            try {
                final int ignored = (int) FADVISE.invokeExact(ERRNO.get(), fd, position, length, advice);
            } catch (final Throwable t) {
                throw unexpected(t);
            }
        }
    }

    private static MethodHandle link(final String name, final FunctionDescriptor descriptor) {
        return link(name, descriptor, Linker.Option.captureCallState("errno"));
    }

    private static MethodHandle linkPlain(final String name, final FunctionDescriptor descriptor) {
        return link(name, descriptor, new Linker.Option[0]);
    }

    private static MethodHandle link(
            final String name, final FunctionDescriptor descriptor, final Linker.Option... options) {
        try {
            final Linker linker = Linker.nativeLinker();
            final Optional<MemorySegment> symbol = linker.defaultLookup().find(name);
            return symbol.isEmpty() ? null : linker.downcallHandle(symbol.get(), descriptor, options);
        } catch (final RuntimeException | LinkageError e) {
            return null;
        }
    }

    static RuntimeException unexpected(final Throwable t) {
        if (t instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("downcall failed", t);
    }
}
