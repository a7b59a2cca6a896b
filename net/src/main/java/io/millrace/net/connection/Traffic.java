package io.millrace.net.connection;

/**
 * Which core the requests of a connection are mostly about: a running majority vote in which a message to any other core
 * than the candidate counts three against it. So the votes for a core grow only while more than three quarters of the
 * messages go there. Owned by the connection's core.
 */
final class Traffic {
    static final int NOWHERE = Relocator.NOWHERE;
    private static final int AGAINST = 3;
    /** So soon the vote turns when the traffic does, however long it went one way before. */
    static final int VOTES_MAX = 128;

    private int candidate = NOWHERE;
    private int votes;

    /** A request asked an owner on this core for something. */
    void onAsked(final int core) {
        if (core == candidate) {
            votes = Math.min(VOTES_MAX, votes + 1);
        } else if (votes < AGAINST) {
            candidate = core;
            votes = 1;
        } else {
            votes -= AGAINST;
        }
    }

    /** The core that has so many votes, or {@link #NOWHERE}. */
    int wish(final int votesMin) {
        return votes >= votesMin ? candidate : NOWHERE;
    }
}
