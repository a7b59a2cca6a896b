package io.millrace.net.simulation;

/** The broker broke a promise that its clients rely on. */
final class ViolationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Something never came, and nobody can say what is wrong. */
    private final boolean isHang;

    ViolationException(final String message) {
        this(message, false);
    }

    private ViolationException(final String message, final boolean isHang) {
        super(message);
        this.isHang = isHang;
    }

    static ViolationException hang(final String message) {
        return new ViolationException(message, true);
    }

    boolean isHang() {
        return isHang;
    }
}
