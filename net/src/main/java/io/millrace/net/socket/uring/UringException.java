package io.millrace.net.socket.uring;

/** The system does not give us io_uring, or not all of it that is needed; the message is meant for people. */
public final class UringException extends Exception {
    private static final long serialVersionUID = 1L;

    UringException(final String message) {
        super(message);
    }
}
