package io.millrace.engine.partition;

import io.millrace.engine.status.Outcome;
import java.util.Arrays;

/**
 * One request from a core about several partitions of this core; it is answered when each part has ended. Pooled;
 * owned by the core's thread.
 */
public abstract class PartTask {
    private static final Outcome[] NONE = {};

    private int from;
    private long correlation;
    private int partCount;
    private int remaining;
    private long beganNs;
    private Outcome[] outcomes = NONE;

    final void begin(final int from, final long correlation, final int partCount) {
        this.from = from;
        this.correlation = correlation;
        this.partCount = partCount;
        // One more than the parts, so that nothing is answered while parts are still being handed out.
        this.remaining = partCount + 1;
        if (outcomes.length < partCount) {
            outcomes = new Outcome[partCount];
            grow(partCount);
        }
        Arrays.fill(outcomes, 0, partCount, null);
    }

    /** Makes room for the fields of so many parts. */
    abstract void grow(int partCountMax);

    /** Ends a part; true if nothing is left to wait for. */
    final boolean end(final int part, final Outcome outcome) {
        if (outcomes[part] != null) {
            throw new IllegalStateException("part " + part + " ended twice: " + outcomes[part] + ", " + outcome);
        }
        outcomes[part] = outcome;
        return --remaining == 0;
    }

    /** All parts were handed out; true if nothing is left to wait for. */
    final boolean endOfParts() {
        return --remaining == 0;
    }

    /** When the request was taken up, for whoever measures. */
    public final void beganNs(final long nowNs) {
        beganNs = nowNs;
    }

    public final long beganNs() {
        return beganNs;
    }

    /** The core that asked. */
    public final int from() {
        return from;
    }

    public final long correlation() {
        return correlation;
    }

    public final int partCount() {
        return partCount;
    }

    public final Outcome outcome(final int part) {
        return outcomes[part];
    }
}
