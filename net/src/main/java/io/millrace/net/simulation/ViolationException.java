package io.millrace.net.simulation;

/** The broker broke a promise that its clients rely on. */
final class ViolationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ViolationException(final String message) {
        super(message);
    }
}
