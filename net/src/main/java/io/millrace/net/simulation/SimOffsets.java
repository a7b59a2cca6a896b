package io.millrace.net.simulation;

/** Offsets that are committed within a transaction. */
interface SimOffsets {
    void begin();

    boolean isDone();

    /** Sends what is next. */
    void step(SimTransactions transactions);

    void onEnded(boolean committed);

    /** @param maybe whether the transaction may have been committed all the same */
    void onGivenUp(boolean maybe);
}
