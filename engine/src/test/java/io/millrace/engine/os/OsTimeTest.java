package io.millrace.engine.os;

import io.millrace.engine.port.Time;
import io.millrace.engine.port.TimeContract;
import java.util.concurrent.locks.LockSupport;

class OsTimeTest extends TimeContract {
    private final OsTime time = new OsTime();

    @Override
    protected Time time() {
        return time;
    }

    @Override
    protected void pass(final long ns) {
        final long end = System.nanoTime() + ns;
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(1_000_000);
        }
    }
}
