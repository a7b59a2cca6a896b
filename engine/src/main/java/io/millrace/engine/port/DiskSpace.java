package io.millrace.engine.port;

/** How large a file system is, and how much room it has, as {@link Disk#space} found it. */
public final class DiskSpace {
    public static final long UNKNOWN = -1;

    private long usableBytes = UNKNOWN;
    private long totalBytes = UNKNOWN;

    /** Told by the disk, before the completion. */
    public void set(final long usable, final long total) {
        usableBytes = usable;
        totalBytes = total;
    }

    /** Bytes that may still be written, or {@link #UNKNOWN}. */
    public long usableBytes() {
        return usableBytes;
    }

    /** Size of the file system, or {@link #UNKNOWN}. */
    public long totalBytes() {
        return totalBytes;
    }
}
