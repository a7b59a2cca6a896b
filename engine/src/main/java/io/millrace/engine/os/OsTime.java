package io.millrace.engine.os;

import io.millrace.engine.port.Time;

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
}
