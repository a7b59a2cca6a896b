package io.millrace.engine.metadata;

/** Where one partition lives, as this core knows it. Read by its core's thread; changed by the image alone. */
public final class PartitionImage {
    private final long partitionKey;
    private int ownerNode;
    private int ownerCore;
    private int leaderEpoch;
    private int reservedEpoch = -1;
    private int appendsUnderWay;
    private int appendsEpoch;

    PartitionImage(final long partitionKey, final int ownerNode, final int ownerCore, final int leaderEpoch) {
        this.partitionKey = partitionKey;
        place(ownerNode, ownerCore, leaderEpoch);
    }

    void place(final int node, final int core, final int epoch) {
        ownerNode = node;
        ownerCore = core;
        leaderEpoch = epoch;
    }

    void reserve(final int epoch) {
        reservedEpoch = Math.max(reservedEpoch, epoch);
    }

    /** The largest leader epoch that some owner may have, whatever {@link #leaderEpoch} says. */
    int reservedEpoch() {
        return Math.max(reservedEpoch, leaderEpoch);
    }

    /** Whoever had the reserved epoch is gone. */
    void passReservedEpoch() {
        if (mayBeElsewhere()) {
            leaderEpoch = reservedEpoch + 1;
        }
    }

    /** Whether some move may be in effect that is not known here. */
    public boolean mayBeElsewhere() {
        return reservedEpoch > leaderEpoch;
    }

    boolean isPlaced(final int node, final int core, final int epoch) {
        return ownerNode == node && ownerCore == core && leaderEpoch == epoch;
    }

    public long partitionKey() {
        return partitionKey;
    }

    public int partition() {
        return PartitionKeys.partition(partitionKey);
    }

    public int topicNumber() {
        return PartitionKeys.topicNumber(partitionKey);
    }

    public int ownerNode() {
        return ownerNode;
    }

    public int ownerCore() {
        return ownerCore;
    }

    /** Whether no append of this core is under way to an owner that is not the owner any more. */
    public boolean mayAppend() {
        return appendsUnderWay == 0 || appendsEpoch == leaderEpoch;
    }

    /** An append of this core is about to go to the owner. */
    public void appendBegins() {
        appendsUnderWay++;
        appendsEpoch = leaderEpoch;
    }

    /** It was answered. */
    public void appendEnds() {
        appendsUnderWay--;
    }

    /** Raised with every change of owner, so it serves as the owner epoch of messages between cores as well. */
    public int leaderEpoch() {
        return leaderEpoch;
    }
}
