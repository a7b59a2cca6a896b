package io.millrace.engine.sim;

/** Told of every operation just before a simulated disk executes it; may throw {@link SimCrash}. */
@FunctionalInterface
public interface SimDiskListener {
    /** @param number counts all operations executed on the image, from 0 */
    void beforeOperation(long number, SimOperation operation, String path);
}
