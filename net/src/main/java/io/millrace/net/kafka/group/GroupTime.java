package io.millrace.net.kafka.group;

import io.millrace.engine.core.Core;
import org.apache.kafka.common.utils.Time;

/** The core's clock as Apache Kafka's classes ask for it: it stands still within a duty cycle. */
record GroupTime(Core core) implements Time {
    @Override
    public long milliseconds() {
        return core.nowMs();
    }

    @Override
    public long nanoseconds() {
        return core.nowNs();
    }

    @Override
    public void sleep(final long ms) {
        throw new UnsupportedOperationException("a core does not sleep");
    }
}
