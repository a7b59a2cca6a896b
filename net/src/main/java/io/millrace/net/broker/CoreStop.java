package io.millrace.net.broker;

import io.millrace.engine.port.DiskStatus;
import java.util.concurrent.TimeUnit;

/** One core's orderly end, a step a duty cycle. Owned by whoever calls the core. */
public final class CoreStop {
    /** How long requests that are running may take to end. */
    private static final long GRACE_NS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Longer than moves of partitions take that end at all. */
    private static final long MOVES_NS_MAX = TimeUnit.SECONDS.toNanos(15);

    private enum State {
        SERVING,
        /** No request is taken any more; those that run may end. */
        DRAINING,
        /** Waits for the other cores to have ended theirs. */
        DRAINED,
        /** Logs are being closed and their positions written down. */
        CLOSING,
        /** Runs on for the others' sake. */
        CLOSED
    }

    private final BrokerCore core;
    private final NodeLife life;
    private final Runnable stopListening;
    private State state = State.SERVING;
    private long graceEndNs;
    /** Whether nothing was on its way between cores when the logs were closed. */
    private boolean settled;

    public CoreStop(final BrokerCore core, final NodeLife life, final Runnable stopListening) {
        this.core = core;
        this.life = life;
        this.stopListening = stopListening;
    }

    /** True once this core need not be called any more. */
    public boolean step(final long nowNs) {
        switch (state) {
            case SERVING -> {
                stopListening.run();
                core.stopServing();
                core.core().moves().stop();
                graceEndNs = nowNs + GRACE_NS;
                state = State.DRAINING;
            }
            case DRAINING -> {
                // A partition that is on its way must not arrive where all were closed before.
                settled = core.core().moves().isIdle();
                if ((settled || nowNs - graceEndNs >= MOVES_NS_MAX)
                        && (core.connections().isDrained() || nowNs - graceEndNs >= 0)) {
                    core.connections().close();
                    state = State.DRAINED;
                    life.onDrained();
                }
            }
            case DRAINED -> {
                if (life.isDrained()) {
                    state = State.CLOSING;
                    core.core().close(this::onClosed);
                }
            }
            default -> {
                return state == State.CLOSED && life.isClosed();
            }
        }
        return false;
    }

    private void onClosed(final int diskStatus) {
        state = State.CLOSED;
        life.onClosed(diskStatus == DiskStatus.OK && settled);
    }
}
