package io.millrace.engine.producer;

/** What an append says of itself, as bits; travels between cores. */
public final class AppendFlags {
    public static final int NONE = 0;
    /** The broker's own: control batches are taken, and transactions need no verification, nor batches a sequence. */
    public static final int INTERNAL = 1;
    /** The transaction's coordinator was asked; the guard that the owner gave out before must still hold. */
    public static final int VERIFIED = 2;
    /**
     * By the rules of the second version of transactions, in which each transaction has an epoch of its own: a client's
     * batches begin at sequence 0, and a marker's epoch is above that of the data.
     */
    public static final int EPOCH_BUMPS = 4;

    private AppendFlags() {}

    static boolean has(final int flags, final int flag) {
        return (flags & flag) != 0;
    }
}
