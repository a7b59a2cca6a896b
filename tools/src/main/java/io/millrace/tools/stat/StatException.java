package io.millrace.tools.stat;

/** There is nothing to show; the message says why, to people. */
public final class StatException extends RuntimeException {
    private static final long serialVersionUID = 1;

    StatException(final String message) {
        super(message);
    }
}
