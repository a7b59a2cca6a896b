package io.millrace.net.simulation;

import io.millrace.engine.port.Entropy;
import io.millrace.engine.sim.SimTime;
import java.util.ArrayList;
import java.util.List;

/** All connections of the simulated world, with their delays and breaks. */
final class SimNetwork {
    private final SimTime time;
    private final Entropy entropy;
    private final SimNetworkFaults faults;
    private final List<SimLink> links = new ArrayList<>();
    private int nextId;
    private long resets;
    private long slow;
    private long partial;

    SimNetwork(final SimTime time, final Entropy entropy, final SimNetworkFaults faults) {
        this.time = time;
        this.entropy = entropy;
        this.faults = faults;
    }

    SimLink connect() {
        final SimLink link = new SimLink(nextId++, this);
        links.add(link);
        return link;
    }

    /** The broker's process is gone, and every connection with it. */
    void resetAll() {
        links.forEach(SimLink::reset);
        links.clear();
    }

    /** Breaks a connection by chance. */
    void maybeReset() {
        links.removeIf(SimLink::isReset);
        if (!links.isEmpty() && faults.resetOneIn() > 0 && entropy.nextInt(faults.resetOneIn()) == 0) {
            links.remove(entropy.nextInt(links.size())).reset();
            resets++;
        }
    }

    long nextDueNs() {
        long next = Long.MAX_VALUE;
        for (final SimLink link : links) {
            next = Math.min(
                    next, Math.min(link.toBroker().nextDueNs(), link.toClient().nextDueNs()));
        }
        return next;
    }

    long nowNs() {
        return time.nanoTime();
    }

    long delayNs() {
        final int usual = entropy.nextInt(100_000);
        if (faults.slowOneIn() > 0 && entropy.nextInt(faults.slowOneIn()) == 0) {
            slow++;
            return usual * 200L;
        }
        return usual;
    }

    /** How many of so many bytes move now: now and then only a part. */
    int movable(final int bytes) {
        if (bytes > 1 && faults.partialMoves() && entropy.nextInt(4) == 0) {
            partial++;
            return 1 + entropy.nextInt(bytes);
        }
        return bytes;
    }

    SimNetworkFaults faults() {
        return faults;
    }

    long resets() {
        return resets;
    }

    /** Messages that were long under way. */
    long slow() {
        return slow;
    }

    /** Sends and receives that moved less than they could. */
    long partial() {
        return partial;
    }
}
