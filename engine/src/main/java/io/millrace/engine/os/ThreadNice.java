package io.millrace.engine.os;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Says how a thread ranks among others that want its processor (setpriority(2); on Linux for one thread). The kernel
 * lets a thread in at once when it wakes only if it has not had more than its share, and one that fell asleep a moment
 * ago always has: then whoever computes there goes on until the next timer tick, milliseconds later. The higher the
 * rank, the sooner what it had is made up for.
 */
public final class ThreadNice {
    public static final int MIN = -20;
    public static final int MAX = 19;

    private static final int PRIO_PROCESS = 0;
    private static final int THIS_THREAD = 0;

    private ThreadNice() {}

    /**
     * Sets the calling thread's, unless somebody has: a program that was started with a nice of its own keeps it.
     *
     * @param nice {@link #MIN} to {@link #MAX}, lower is served first
     * @return false if the system does not let the thread, or knows no such thing; it stays as it was
     */
    public static boolean set(final int nice) {
        if (!System.getProperty("os.name").equals("Linux")) {
            // Elsewhere it would be the process that is set.
            return false;
        }
        try {
            final MethodHandle get = Linker.nativeLinker()
                    .downcallHandle(
                            Linker.nativeLinker()
                                    .defaultLookup()
                                    .find("getpriority")
                                    .orElseThrow(),
                            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            if ((int) get.invokeExact(PRIO_PROCESS, THIS_THREAD) != 0) {
                return false;
            }
            final MethodHandle call = Linker.nativeLinker()
                    .downcallHandle(
                            Linker.nativeLinker()
                                    .defaultLookup()
                                    .find("setpriority")
                                    .orElseThrow(),
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT));
            return (int) call.invokeExact(PRIO_PROCESS, THIS_THREAD, nice) == 0;
        } catch (final Throwable missing) {
            if (missing instanceof VirtualMachineError fatal) {
                throw fatal;
            }
            return false;
        }
    }
}
