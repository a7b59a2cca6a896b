package io.millrace.engine.sim;

/** Thrown out of a simulated disk at the operation it was told to crash at; the driver then crashes the image. */
public final class SimCrash extends RuntimeException {
    public SimCrash(final String message) {
        super(message, null, false, false);
    }
}
