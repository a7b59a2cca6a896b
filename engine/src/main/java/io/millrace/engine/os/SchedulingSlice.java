package io.millrace.engine.os;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/**
 * Asks the kernel to let a thread run in short turns. Since Linux 6.12 a thread of the ordinary class may name its
 * slice (sched_setattr(2), {@code sched_runtime}); one with a shorter slice is let in sooner when it wakes, and gets no
 * more of the processor for it. Older kernels take the call and do nothing. Needs no privilege.
 */
public final class SchedulingSlice {
    /** The shortest that the kernel grants. */
    public static final long SHORTEST_NS = 100_000;

    /** The attributes' size as of their first version: size, policy, flags, nice, priority, runtime, deadline, period. */
    private static final int ATTRIBUTES_BYTES = 48;

    private static final int SIZE_AT = 0;
    private static final int POLICY_AT = 4;
    private static final int RUNTIME_AT = 24;
    private static final int POLICY_ORDINARY = 0;
    private static final long THIS_THREAD = 0;
    private static final long NO_FLAGS = 0;

    private SchedulingSlice() {}

    /** Shortens the calling thread's slice; false if the system does not know such or the thread is of another class. */
    public static boolean shorten() {
        final long get = number("get");
        if (get < 0) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            final MethodHandle call = Linker.nativeLinker()
                    .downcallHandle(
                            Linker.nativeLinker()
                                    .defaultLookup()
                                    .find("syscall")
                                    .orElseThrow(),
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.JAVA_LONG),
                            Linker.Option.firstVariadicArg(1));
            final MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES, Long.BYTES);
            if ((long) call.invokeExact(get, THIS_THREAD, attributes, (long) ATTRIBUTES_BYTES, NO_FLAGS) != 0
                    || attributes.get(ValueLayout.JAVA_INT, POLICY_AT) != POLICY_ORDINARY) {
                return false;
            }
            attributes.set(ValueLayout.JAVA_INT, SIZE_AT, ATTRIBUTES_BYTES);
            attributes.set(ValueLayout.JAVA_LONG, RUNTIME_AT, SHORTEST_NS);
            return (long) call.invokeExact(number("set"), THIS_THREAD, attributes, NO_FLAGS, NO_FLAGS) == 0;
        } catch (final Throwable missing) {
            if (missing instanceof VirtualMachineError fatal) {
                throw fatal;
            }
            return false;
        }
    }

    /** The system call's number, which is the processor family's own; −1 where it is not known. */
    private static long number(final String which) {
        if (!System.getProperty("os.name").equals("Linux")) {
            return -1;
        }
        final boolean gets = which.equals("get");
        return switch (System.getProperty("os.arch").toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> gets ? 315 : 314;
            case "aarch64", "riscv64" -> gets ? 275 : 274;
            default -> -1;
        };
    }
}
