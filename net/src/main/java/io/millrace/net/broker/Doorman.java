package io.millrace.net.broker;

import io.millrace.engine.core.Core;
import io.millrace.engine.core.Deadline;
import io.millrace.net.socket.AcceptHandler;
import io.millrace.net.socket.SocketListener;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Lets clients in through one listening socket no faster than they may come; those who are too early wait in the system's
 * backlog. It takes the next client's turn before that one is let in, as Kafka does: thus it stands in one queue with those of
 * other sockets that share a rate, and none of them is passed over. Owned by the thread of the core that accepts.
 */
final class Doorman extends Deadline implements AcceptHandler {
    /** Then it looks again: the rate may be another one. */
    private static final long WAIT_NS_MAX = TimeUnit.SECONDS.toNanos(1);

    private final Core core;
    private final ConnectionGate gate;
    private final int listener;
    private final Consumer<SocketChannel> inside;
    private SocketListener socket;
    private boolean hasTurn;
    private long turnNs;

    /**
     * @param listener its number
     * @param inside   where those go who are let in
     */
    Doorman(final Core core, final ConnectionGate gate, final int listener, final Consumer<SocketChannel> inside) {
        this.core = core;
        this.gate = gate;
        this.listener = listener;
        this.inside = inside;
    }

    /** Whose clients they are; before the first one comes. */
    void stand(final SocketListener at) {
        socket = at;
    }

    @Override
    public boolean mayAccept() {
        final long nowNs = core.nowNs();
        if (!hasTurn) {
            hasTurn = true;
            turnNs = nowNs + gate.takeTurn(core.image(), listener, nowNs);
        }
        // Where the rate has changed since, the turn may have come before.
        final long waitNs =
                turnNs <= nowNs ? 0 : Math.min(turnNs - nowNs, gate.acceptWaitNs(core.image(), listener, nowNs));
        if (waitNs > 0) {
            core.deadlines().arm(this, nowNs + Math.min(waitNs, WAIT_NS_MAX));
        }
        return waitNs == 0;
    }

    @Override
    public void onAccept(final SocketChannel channel) {
        hasTurn = false;
        inside.accept(channel);
    }

    @Override
    protected void onDeadline(final long nowNs, final long nowMs) {
        socket.goOn();
    }
}
