package io.millrace.net.simulation;

import io.millrace.engine.port.Poller;
import java.util.ArrayList;
import java.util.List;

/** Readiness of one simulated core's endpoints. Never waits: the world's loop decides when time passes. */
final class SimPoller implements Poller {
    private final List<SimEndpoint> endpoints = new ArrayList<>();
    private final List<SimEndpoint> round = new ArrayList<>();

    SimEndpoint adopt(final SimLink link) {
        final SimEndpoint endpoint = new SimEndpoint(link, this);
        endpoints.add(endpoint);
        return endpoint;
    }

    @Override
    public int poll(final long maxWaitNs) {
        round.addAll(endpoints); // handlers may close endpoints meanwhile
        int calls = 0;
        for (int i = 0; i < round.size(); i++) {
            calls += round.get(i).poll();
        }
        round.clear();
        return calls;
    }

    @Override
    public void wakeup() {
        // nobody sleeps here
    }

    void remove(final SimEndpoint endpoint) {
        endpoints.remove(endpoint);
    }

    boolean hasReady() {
        return endpoints.stream().anyMatch(SimEndpoint::isReady);
    }
}
