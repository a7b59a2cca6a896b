package io.millrace.engine.replication;

/**
 * Where a feeder gets one partition from: a log of this node, or another broker. Nothing blocks; at most one question is
 * open at a time. Owned by one thread.
 */
public interface FeedSource {
    /** The facts, or null while they are not known. */
    FeedFacts facts();

    /** Changes whenever what was learned before may no longer hold, open questions included: they get no answer. */
    long generation();

    void askEpochEnd(int epoch);

    /** Asks for batches from the one that holds the offset on; the answer may wait a while for something to come. */
    void read(long offset, int bytesMax);

    /** Does what is due and delivers at most one answer; returns how much was done. */
    int poll(FeedHandler handler, long nowNs);
}
