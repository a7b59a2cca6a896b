package io.millrace.engine.port;

/** Receives the end of a disk operation, always from within {@link Disk#poll}, on the thread that submitted it. */
@FunctionalInterface
public interface DiskCompletion {
    /**
     * @param token  what the submitter passed, untouched
     * @param status one of {@link DiskStatus}
     * @param value  bytes moved by a read or write, the file's length for open, otherwise 0
     */
    void onDiskCompletion(long token, int status, long value);
}
