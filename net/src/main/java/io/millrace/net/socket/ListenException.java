package io.millrace.net.socket;

/** A listener could not be opened; the message names the address and is meant for people. */
public final class ListenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ListenException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
