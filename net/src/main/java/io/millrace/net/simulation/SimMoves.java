package io.millrace.net.simulation;

import io.millrace.engine.port.Entropy;
import io.millrace.engine.port.Stage;
import io.millrace.net.broker.BrokerCore;
import io.millrace.net.broker.Luggage;
import io.millrace.net.connection.Connection;
import io.millrace.net.connection.Relocator;
import java.util.ArrayDeque;
import java.util.List;

/** Connections that go from one simulated core to another one, as they do between real ones. */
final class SimMoves implements Relocator, Stage {
    /** One of so many quiet connections leaves a core for no reason that it could see. */
    private static final int RETREAT_ONE_OF = 64;

    private static final long REST_NS = 20_000_000;

    private final BrokerCore core;
    private final Entropy entropy;
    private final SimPoller poller;
    private final List<SimMoves> ofAllCores;
    private final Runnable onMove;
    private final ArrayDeque<Arrival> arrivals = new ArrayDeque<>();

    private record Arrival(SimLink link, Luggage luggage) {}

    SimMoves(
            final BrokerCore core,
            final SimPoller poller,
            final Entropy entropy,
            final List<SimMoves> ofAllCores,
            final Runnable onMove) {
        this.core = core;
        this.entropy = entropy;
        this.poller = poller;
        this.ofAllCores = ofAllCores;
        this.onMove = onMove;
    }

    @Override
    public boolean mayMove(final Connection connection, final int target) {
        return core.mayLeave(connection);
    }

    @Override
    public int refuge(final Connection connection) {
        final int others = ofAllCores.size() - 1;
        if (others == 0 || entropy.nextInt(RETREAT_ONE_OF) > 0 || !core.mayLeave(connection)) {
            return NOWHERE;
        }
        return (core.core().id() + 1 + entropy.nextInt(others)) % ofAllCores.size();
    }

    @Override
    public void move(final Connection connection, final int target) {
        onMove.run();
        final Luggage luggage = core.pack(connection, REST_NS);
        final SimEndpoint endpoint = (SimEndpoint) core.connections().leave(connection);
        ofAllCores.get(target).arrivals.add(new Arrival(endpoint.release(), luggage));
    }

    @Override
    public int doWork(final long nowNs, final long nowMs) {
        int work = 0;
        while (!arrivals.isEmpty()) {
            final Arrival arrival = arrivals.poll();
            core.unpack(arrival.luggage, poller.adopt(arrival.link));
            work++;
        }
        return work;
    }

    @Override
    public boolean mayPark() {
        return arrivals.isEmpty();
    }
}
