package io.millrace.net.socket.uring;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.agrona.UnsafeApi;

/**
 * The system calls of this room, on plain longs and addresses. None of the downcalls is critical: a thread in a critical
 * one holds up the whole process's safepoints, and each of these may block or take long. Results are the call's, or the
 * negated errno.
 */
final class SystemCalls {
    static final int EPERM = 1;
    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int ENOMEM = 12;
    static final int EBUSY = 16;
    static final int EINVAL = 22;
    static final int EMFILE = 24;
    static final int EPIPE = 32;
    static final int ENOSYS = 38;
    static final int ETIME = 62;
    static final int ENOBUFS = 105;
    static final int ECANCELED = 125;

    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_WAITALL = 0x100;
    static final int MSG_NOSIGNAL = 0x4000;
    static final int MSG_MORE = 0x8000;

    static final long PAGE_BYTES = 4096;

    private static final long SETUP = 425;
    private static final long ENTER = 426;
    private static final long REGISTER = 427;

    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED = 1;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final int MAP_SHARED_POPULATE = MAP_SHARED | 0x8000;

    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final long ERRNO_AT = CAPTURE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> ERRNO =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CAPTURE));
    /** Where the C library keeps each thread's errno. What the Java runtime did since may have changed it. */
    private static final ThreadLocal<Long> ERRNO_ADDRESS = ThreadLocal.withInitial(SystemCalls::errnoAddress);

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final Linker.Option WITH_ERRNO = Linker.Option.captureCallState("errno");

    private static final FunctionDescriptor SYSTEM_CALL =
            FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG);
    private static final FunctionDescriptor MOVE = FunctionDescriptor.of(LONG, INT, LONG, LONG, INT);
    private static final FunctionDescriptor SEND_FILE = FunctionDescriptor.of(LONG, INT, INT, LONG, LONG);

    // Having errno captured allocates, so the first attempt does without. That there was nothing to be had is then
    // believed without proof: were it wrong, the ring would tell of the socket again. Anything else is tried once more.
    private static final MethodHandle CALL_PLAIN = link("syscall", SYSTEM_CALL, Linker.Option.firstVariadicArg(1));
    private static final MethodHandle CALL =
            link("syscall", SYSTEM_CALL, Linker.Option.firstVariadicArg(1), WITH_ERRNO);
    private static final MethodHandle RECEIVE_PLAIN = link("recv", MOVE);
    private static final MethodHandle RECEIVE = link("recv", MOVE, WITH_ERRNO);
    private static final MethodHandle SEND_PLAIN = link("send", MOVE);
    private static final MethodHandle SEND = link("send", MOVE, WITH_ERRNO);
    private static final MethodHandle SEND_FILE_PLAIN = link("sendfile", SEND_FILE);
    private static final MethodHandle SEND_FILE_TELLING = link("sendfile", SEND_FILE, WITH_ERRNO);
    private static final MethodHandle ERRNO_LOCATION = link("__errno_location", FunctionDescriptor.of(LONG));
    private static final MethodHandle MAP =
            link("mmap", FunctionDescriptor.of(LONG, LONG, LONG, INT, INT, INT, LONG), WITH_ERRNO);
    private static final MethodHandle UNMAP = link("munmap", FunctionDescriptor.of(INT, LONG, LONG));
    private static final MethodHandle CLOSE = link("close", FunctionDescriptor.of(INT, INT));

    private SystemCalls() {}

    private static MethodHandle link(
            final String name, final FunctionDescriptor descriptor, final Linker.Option... options) {
        final Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, options);
    }

    static int setUp(final int entries, final long parameters) {
        return (int) call(SETUP, entries, parameters, 0, 0, 0);
    }

    static int register(final int ring, final int what, final long argument, final int count) {
        return (int) call(REGISTER, ring, what, argument, count, 0);
    }

    /** Submits, looks for completions, perhaps waits. Returns −1 for whatever reason: {@link #enterAgain} tells. */
    static int enter(
            final int ring,
            final int submit,
            final int complete,
            final int flags,
            final long argument,
            final long argumentBytes) {
        try {
            return (int) (long) CALL_PLAIN.invokeExact(
                    ENTER, (long) ring, (long) submit, (long) complete, (long) flags, argument, argumentBytes);
        } catch (final Throwable t) {
            throw unexpected(t);
        }
    }

    /** Submits once more without waiting, for the reason of a failure. */
    static int enterAgain(final int ring, final int submit, final int flags) {
        return (int) call(ENTER, ring, submit, 0, flags, 0);
    }

    private static long call(final long number, final long a, final long b, final long c, final long d, final long e) {
        final MemorySegment errno = ERRNO.get();
        try {
            final long result = (long) CALL.invokeExact(errno, number, a, b, c, d, e, 0L);
            return result >= 0 ? result : -errno.get(INT, ERRNO_AT);
        } catch (final Throwable t) {
            throw unexpected(t);
        }
    }

    // The handles must be constants where they are invoked: else each invocation allocates until it is compiled.

    static long receive(final int socket, final long address, final long length) {
        try {
            final long result = (long) RECEIVE_PLAIN.invokeExact(socket, address, length, MSG_DONTWAIT);
            if (result >= 0 || isPerhapsNothing()) {
                return result >= 0 ? result : -EAGAIN;
            }
            while (true) {
                final MemorySegment errno = ERRNO.get();
                final long again = (long) RECEIVE.invokeExact(errno, socket, address, length, MSG_DONTWAIT);
                if (again >= 0 || errno.get(INT, ERRNO_AT) != EINTR) {
                    return again >= 0 ? again : -errno.get(INT, ERRNO_AT);
                }
            }
        } catch (final Throwable t) {
            throw unexpected(t);
        }
    }

    /** @param more whether something follows at once that may share a packet with it */
    static long send(final int socket, final long address, final long length, final boolean more) {
        final int flags = MSG_DONTWAIT | MSG_NOSIGNAL | (more ? MSG_MORE : 0);
        try {
            final long result = (long) SEND_PLAIN.invokeExact(socket, address, length, flags);
            if (result >= 0 || isPerhapsNothing()) {
                return result >= 0 ? result : -EAGAIN;
            }
            while (true) {
                final MemorySegment errno = ERRNO.get();
                final long again = (long) SEND.invokeExact(errno, socket, address, length, flags);
                if (again >= 0 || errno.get(INT, ERRNO_AT) != EINTR) {
                    return again >= 0 ? again : -errno.get(INT, ERRNO_AT);
                }
            }
        } catch (final Throwable t) {
            throw unexpected(t);
        }
    }

    /** @param position address of where in the file to begin, which the call moves on */
    static long sendFile(final int socket, final int file, final long position, final long length) {
        try {
            final long result = (long) SEND_FILE_PLAIN.invokeExact(socket, file, position, length);
            if (result >= 0 || isPerhapsNothing()) {
                return result >= 0 ? result : -EAGAIN;
            }
            while (true) {
                final MemorySegment errno = ERRNO.get();
                final long again = (long) SEND_FILE_TELLING.invokeExact(errno, socket, file, position, length);
                if (again >= 0 || errno.get(INT, ERRNO_AT) != EINTR) {
                    return again >= 0 ? again : -errno.get(INT, ERRNO_AT);
                }
            }
        } catch (final Throwable t) {
            throw unexpected(t);
        }
    }

    private static boolean isPerhapsNothing() {
        return UnsafeApi.getInt(ERRNO_ADDRESS.get()) == EAGAIN;
    }

    private static long errnoAddress() {
        try {
            return (long) ERRNO_LOCATION.invokeExact();
        } catch (final Throwable t) {
            throw unexpected(t);
        }
    }

    /** Memory shared with a ring. */
    static long mapRing(final int ring, final long bytes, final long offset) {
        return map(bytes, MAP_SHARED_POPULATE, ring, offset);
    }

    /** Memory of our own, in whole pages, present once touched. */
    static long mapMemory(final long bytes) {
        return map(bytes, MAP_PRIVATE_ANONYMOUS, -1, 0);
    }

    private static long map(final long bytes, final int flags, final int file, final long offset) {
        final MemorySegment errno = ERRNO.get();
        try {
            final long address = (long) MAP.invokeExact(errno, 0L, bytes, PROT_READ_WRITE, flags, file, offset);
            return address == -1 ? -errno.get(INT, ERRNO_AT) : address;
        } catch (final Throwable t) {
            throw unexpected(t);
        }
    }

    static void unmap(final long address, final long bytes) {
        try {
            final int ignored = (int) UNMAP.invokeExact(address, bytes);
        } catch (final Throwable t) {
            throw unexpected(t);
        }
    }

    static void close(final int descriptor) {
        try {
            final int ignored = (int) CLOSE.invokeExact(descriptor);
        } catch (final Throwable t) {
            throw unexpected(t);
        }
    }

    private static RuntimeException unexpected(final Throwable t) {
        if (t instanceof final Error error) {
            throw error;
        }
        return new IllegalStateException("downcall failed", t);
    }
}
