package io.millrace.engine.os;

import io.millrace.engine.port.Time;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** The machine's own clocks. */
public final class OsTime implements Time {
    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public long epochMs() {
        return System.currentTimeMillis();
    }

    @Override
    public long threadCpuNs() {
        return Threads.BEAN.getCurrentThreadCpuTime();
    }

    /** Loaded by who asks. */
    private static final class Threads {
        private static final ThreadMXBean BEAN = ManagementFactory.getThreadMXBean();
    }
}
