package io.millrace.net.simulation;

/** A simulated connection: two streams that a reset ends at once and for both sides. */
final class SimLink {
    private final int id;
    private final SimStream toBroker;
    private final SimStream toClient;
    private boolean reset;

    SimLink(final int id, final SimNetwork network) {
        this.id = id;
        toBroker = new SimStream(network);
        toClient = new SimStream(network);
    }

    int id() {
        return id;
    }

    SimStream toBroker() {
        return toBroker;
    }

    SimStream toClient() {
        return toClient;
    }

    /** The connection breaks: nothing that is under way arrives any more. */
    void reset() {
        reset = true;
    }

    boolean isReset() {
        return reset;
    }
}
