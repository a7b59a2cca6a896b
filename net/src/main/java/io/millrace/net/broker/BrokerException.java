package io.millrace.net.broker;

/** Why the broker does not start, in one line for people. */
public final class BrokerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BrokerException(final String message) {
        super(message);
    }

    BrokerException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
