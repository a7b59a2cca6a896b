package io.millrace.engine.coordinator;

import org.agrona.DirectBuffer;

/**
 * What a coordinator does with one partition: a state that is a function of the log's batches, and requests that append
 * to it. No threads, no locks, no clock of its own. Made anew for each {@link CoordinatorHost#load}; owned by the
 * host's core.
 */
public interface CoordinatorMachine {
    /** Batches that were in the log before: whole, in order; lent for the call. */
    void onReplay(DirectBuffer batches, int offset, int length);

    /** The log was read to its end, and requests may come. */
    void onActive(long endOffset);

    /** Everything below the position is committed: answers that waited for it may go. */
    void onCommitted(long position);

    /**
     * This machine is no longer the one: the partition has gone, or the log did not take what it was given. Whoever
     * waits is told to come again. Nothing is called after this.
     */
    void onResigned();
}
