package io.millrace.engine.log;

/** A disk operation failed where there is nobody to tell but the caller: at start-up and shutdown. */
public class DiskException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    public DiskException(final String message, final int status) {
        super(message);
        this.status = status;
    }

    /** One of {@link io.millrace.engine.port.DiskStatus}. */
    public int status() {
        return status;
    }
}
