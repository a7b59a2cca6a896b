package io.millrace.tools.inspect;

/** The inspector cannot go on with a path: one line for people. */
final class InspectException extends RuntimeException {
    private static final long serialVersionUID = 1;

    InspectException(final String message) {
        super(message);
    }
}
