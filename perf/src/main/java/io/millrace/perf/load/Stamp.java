package io.millrace.perf.load;

/**
 * What every record of a load says of itself.
 *
 * @param writer the producer that sent it; one that comes back after its end has a new number
 * @param sequence the writer's own count
 * @param dueNs when it was meant to be sent, by System.nanoTime
 */
record Stamp(int writer, long sequence, long dueNs) {
    private static final int SEQUENCE_BITS = 40;

    /** Names the record among all of a run. */
    long id() {
        return ((long) writer << SEQUENCE_BITS) | sequence;
    }
}
