package io.millrace.net.simulation;

/** What the network does wrong; can be healed for the end of a run. */
final class SimNetworkFaults {
    private boolean partialMoves;
    private int slowOneIn;
    private int resetOneIn;

    /**
     * @param partialMoves whether sends and receives move fewer bytes than they could
     * @param slowOneIn    one delay in so many is long; 0 for none
     * @param resetOneIn   in one step of so many a connection breaks; 0 for none
     */
    SimNetworkFaults(final boolean partialMoves, final int slowOneIn, final int resetOneIn) {
        this.partialMoves = partialMoves;
        this.slowOneIn = slowOneIn;
        this.resetOneIn = resetOneIn;
    }

    void heal() {
        partialMoves = false;
        slowOneIn = 0;
        resetOneIn = 0;
    }

    boolean partialMoves() {
        return partialMoves;
    }

    int slowOneIn() {
        return slowOneIn;
    }

    int resetOneIn() {
        return resetOneIn;
    }
}
