package io.millrace.engine.port;

/** How a disk operation ended. Zero is success, everything else is negative, so that it fits beside byte counts. */
public final class DiskStatus {
    public static final int OK = 0;
    /** ENOSPC or a quota: retriable, nothing else is known to be wrong. */
    public static final int NO_SPACE = -1;
    /** EIO or anything that leaves the medium in doubt: never retried, the directory goes offline. */
    public static final int IO_ERROR = -2;

    public static final int NOT_FOUND = -3;
    public static final int EXISTS = -4;
    public static final int ACCESS_DENIED = -5;

    private DiskStatus() {}

    public static String nameOf(final int status) {
        return switch (status) {
            case OK -> "OK";
            case NO_SPACE -> "NO_SPACE";
            case IO_ERROR -> "IO_ERROR";
            case NOT_FOUND -> "NOT_FOUND";
            case EXISTS -> "EXISTS";
            case ACCESS_DENIED -> "ACCESS_DENIED";
            default -> "status " + status;
        };
    }
}
