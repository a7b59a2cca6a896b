package io.millrace.engine.log;

/** The disk failed while a log was recovered; what had been found, and perhaps cut, by then must not go untold. */
public final class RecoveryException extends DiskException {
    private static final long serialVersionUID = 1;

    private final transient RecoveryReport report;

    RecoveryException(final RecoveryReport report, final DiskException cause) {
        super(cause.getMessage(), cause.status());
        initCause(cause);
        this.report = report;
    }

    public RecoveryReport report() {
        return report;
    }
}
