package io.millrace.net.aeron;

/** Aeron cannot start or has failed; the message is for people and says what to do. */
public final class AeronException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public AeronException(final String message) {
        super(message);
    }

    public AeronException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
