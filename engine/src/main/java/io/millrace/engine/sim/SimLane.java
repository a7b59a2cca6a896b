package io.millrace.engine.sim;

import io.millrace.engine.port.Entropy;

/**
 * The wire between two simulated nodes, over virtual time; what it does wrong comes from the seed. It outlives the
 * processes at its ends: {@link #restart} gives the end of the next one.
 */
public final class SimLane {
    public static final int LEFT = 0;
    public static final int RIGHT = 1;

    private final SimTime time;
    private final SimLaneFaults faults;
    private final Entropy entropy;
    private final SimPeerLink[] ends = new SimPeerLink[2];
    private final long[] sessions = new long[2];
    private long number;
    private long losses;

    public SimLane(final SimTime time, final SimLaneFaults faults, final Entropy entropy) {
        this.time = time;
        this.faults = faults;
        this.entropy = entropy;
        attach(LEFT);
        attach(RIGHT);
        begin(false);
    }

    public SimPeerLink end(final int side) {
        return ends[side];
    }

    /** How many sessions were lost. */
    public long losses() {
        return losses;
    }

    /** The session is lost: of what is under way a prefix arrives, and each end notices in its own time. */
    public void lose() {
        losses++;
        for (final SimPeerLink end : ends) {
            end.keepPrefix(entropy);
        }
        begin(true);
    }

    /** The process at one end dies, its end with it; another one has taken its place. */
    public SimPeerLink restart(final int side) {
        ends[side].die();
        attach(side);
        losses++;
        ends[1 - side].keepPrefix(entropy);
        begin(true);
        return ends[side];
    }

    SimPeerLink peerOf(final int side) {
        return ends[1 - side];
    }

    SimTime time() {
        return time;
    }

    SimLaneFaults faults() {
        return faults;
    }

    Entropy entropy() {
        return entropy;
    }

    long nextSession(final int side) {
        return ++sessions[side];
    }

    boolean chance(final int ppm) {
        return ppm > 0 && entropy.nextInt(1_000_000) < ppm;
    }

    private void attach(final int side) {
        ends[side] = new SimPeerLink(this, side);
    }

    private void begin(final boolean afterLoss) {
        number++;
        for (final SimPeerLink end : ends) {
            final long noticeNs = afterLoss ? draw(faults.noticeNsMax) : 0;
            end.schedule(number, time.nanoTime() + noticeNs, time.nanoTime() + noticeNs + 1 + draw(faults.outageNsMax));
        }
    }

    private long draw(final long max) {
        return Math.unsignedMultiplyHigh(entropy.nextLong(), max + 1);
    }

    /** For one direction's delay. */
    long delayNs() {
        return faults.delayNsMin + draw(faults.delayNsMax - faults.delayNsMin);
    }
}
