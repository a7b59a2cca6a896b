package io.millrace.net.broker;

import io.millrace.engine.port.DiskStatus;
import io.millrace.net.socket.NioListener;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One core's orderly end, a step a duty cycle. Owned by the core's thread. */
final class CoreStop {
    /** How long requests that are running may take to end; a fetch that waits for news is cut short. */
    private static final long GRACE_NS = TimeUnit.MILLISECONDS.toNanos(500);

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
    private final List<NioListener> listeners;
    private State state = State.SERVING;
    private long graceEndNs;

    CoreStop(final BrokerCore core, final NodeLife life, final List<NioListener> listeners) {
        this.core = core;
        this.life = life;
        this.listeners = listeners;
    }

    /** True once this core's thread may end. */
    boolean step(final long nowNs) {
        switch (state) {
            case SERVING -> {
                listeners.forEach(NioListener::close);
                core.stopServing();
                graceEndNs = nowNs + GRACE_NS;
                state = State.DRAINING;
            }
            case DRAINING -> {
                if (core.connections().running() == 0 || nowNs - graceEndNs >= 0) {
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
        life.onClosed(diskStatus == DiskStatus.OK);
    }
}
