package io.millrace.engine.log;

/** A small file that says where a data directory stands is not sound. */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CheckpointException(final String message) {
        super(message);
    }
}
