package io.millrace.tools.inspect;

import io.millrace.engine.batch.BatchFlyweight;

/** One index against the batches of its segment. */
interface IndexCheck {
    /** Told of an entry that does not agree. */
    interface Complaint {
        void about(int entry, String message);
    }

    IndexFile index();

    /** What is wrong between an entry, not the first, and the one before it, or null. */
    String order(int entry);

    void onBatch(long position, BatchFlyweight batch, Complaint complaint);

    /** The first entry not compared with a batch yet. */
    int next();

    /** What is wrong with the index of a finished segment as a whole, or null. */
    String atEnd();
}
