package io.millrace.net.broker;

import io.millrace.engine.core.Core;
import io.millrace.engine.core.Deadline;
import io.millrace.engine.port.Endpoint;
import io.millrace.engine.port.EndpointHandler;
import io.millrace.engine.quota.AddressQuotas;
import io.millrace.net.connection.Connection;
import io.millrace.net.connection.Relocator;
import io.millrace.net.socket.ConnectionHandoff;
import io.millrace.net.socket.EndpointAcceptor;
import io.millrace.net.socket.Transport;
import java.util.concurrent.TimeUnit;

/** Clients that come to one core, new ones and other cores' ones, and those that leave it. Owned by the core's thread. */
final class Moves implements EndpointAcceptor, Relocator {
    /** So that a connection does not go to and fro. */
    private static final long REST_NS = TimeUnit.SECONDS.toNanos(5);
    /** So many that came too often are kept waiting for their end; each has a descriptor. */
    private static final int REFUSED_MAX = 1_000;

    private final BrokerCore core;
    private final Transport transport;
    private final ConnectionHandoff handoff;
    private final ConnectionGate gate;
    private final CoreLoads loads;
    private final AddressQuotas quotas;
    private int refused;

    Moves(
            final BrokerCore core,
            final Transport transport,
            final ConnectionHandoff handoff,
            final ConnectionGate gate,
            final CoreLoads loads) {
        this.core = core;
        this.transport = transport;
        this.handoff = handoff;
        this.gate = gate;
        this.loads = loads;
        quotas = new AddressQuotas(core.core().image(), ConnectionGate::canonical);
        core.core().addMetadataListener(quotas);
    }

    @Override
    public void onEndpoint(final int listener, final Endpoint endpoint) {
        final Core on = core.core();
        if (!gate.admit(on.image().settings(), listener, endpoint.remoteAddress())) {
            endpoint.close();
            handoff.onClosed(on.id());
            return;
        }
        final long waitNs = gate.waitNs(quotas, on.image(), listener, endpoint.remoteAddress(), on.nowNs());
        if (waitNs == 0) {
            core.accept(listener, endpoint);
            return;
        }
        // It takes nobody's place: else one address that comes too often would keep all others out.
        gate.onClosed(listener, endpoint.remoteAddress());
        final Refusal refusal = new Refusal(endpoint);
        if (refused <= REFUSED_MAX) {
            on.deadlines().arm(refusal, on.nowNs() + waitNs);
        } else {
            refusal.end();
        }
    }

    /** A client that connects too often is not heard, and closed when it might come again: it does not come sooner. */
    private final class Refusal extends Deadline implements EndpointHandler {
        private final Endpoint endpoint;

        Refusal(final Endpoint endpoint) {
            this.endpoint = endpoint;
            endpoint.handler(this);
            refused++;
        }

        @Override
        public void onReadable() {
            // What it says is of no interest.
        }

        @Override
        public void onWritable() {
            // Nor is it told anything.
        }

        @Override
        protected void onDeadline(final long nowNs, final long nowMs) {
            end();
        }

        void end() {
            refused--;
            endpoint.close();
            handoff.onClosed(core.core().id());
        }
    }

    @Override
    public void onMoved(final Object luggage, final Endpoint endpoint) {
        final Luggage moved = (Luggage) luggage;
        if (!core.unpack(moved, endpoint)) {
            handoff.onClosed(core.core().id());
            onLost(moved);
        }
    }

    @Override
    public void onLost(final Object luggage) {
        final Luggage lost = (Luggage) luggage;
        gate.onClosed(lost.listener(), lost.remoteAddress());
    }

    @Override
    public boolean mayMove(final Connection connection, final int target) {
        return transport.mayRelease()
                && core.mayLeave(connection)
                && loads.mayMove(core.core().id(), target, core.connections().count());
    }

    @Override
    public int refuge(final Connection connection) {
        return loads.isOverloaded(core.core().id()) && transport.mayRelease() && core.mayLeave(connection)
                ? loads.refuge(core.core().id(), core.connections().count())
                : NOWHERE;
    }

    @Override
    public void move(final Connection connection, final int target) {
        final Luggage luggage = core.pack(connection, REST_NS);
        final Endpoint endpoint = core.connections().leave(connection);
        handoff.move(core.core().id(), target, transport.release(endpoint), luggage);
    }
}
