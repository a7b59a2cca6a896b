package io.millrace.engine.replication;

/** A copy cannot be kept; the message is for people. */
public final class FollowerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public FollowerException(final String message) {
        super(message);
    }
}
