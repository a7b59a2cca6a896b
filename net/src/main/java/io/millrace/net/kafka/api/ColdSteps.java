package io.millrace.net.kafka.api;

import io.millrace.engine.port.Stage;
import java.util.ArrayDeque;

/**
 * Work of cold APIs that is too much for one duty cycle: a bounded step in each, one of them after the other, so
 * that few answers lie half built on the heap. Owned by the core's thread.
 */
public final class ColdSteps implements Stage {
    /** Partitions that one step has to do with at most. */
    public static final int PARTITIONS_PER_STEP = 256;

    /** Remembers how far it came. */
    @FunctionalInterface
    public interface Step {
        /** Goes on for a bounded while; false at the end. */
        boolean proceed();
    }

    private final ArrayDeque<Step> waiting = new ArrayDeque<>();

    /** Takes the first step at once, the others in later duty cycles. */
    public void begin(final Step step) {
        if (step.proceed()) {
            waiting.addLast(step);
        }
    }

    /** Takes the next step in a later duty cycle. */
    public void later(final Step step) {
        waiting.addLast(step);
    }

    @Override
    public int doWork(final long nowNs, final long nowMs) {
        if (waiting.isEmpty()) {
            return 0;
        }
        if (!waiting.peekFirst().proceed()) {
            waiting.removeFirst();
        }
        return 1;
    }

    @Override
    public boolean mayPark() {
        return waiting.isEmpty();
    }
}
