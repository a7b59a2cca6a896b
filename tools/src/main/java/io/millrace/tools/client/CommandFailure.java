package io.millrace.tools.client;

/** What a command cannot do, in the one line that its user reads. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    CommandFailure(final String message) {
        super(message);
    }

    CommandFailure(final String message, final Throwable cause) {
        super(message, cause);
    }
}
