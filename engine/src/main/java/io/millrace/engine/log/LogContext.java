package io.millrace.engine.log;

import io.millrace.engine.port.Decompressor;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.Housekeeping;

/** What all logs of one core share: its disk, its leases, and its bounds on memory and reserved space. */
public final class LogContext {
    private final Disk disk;
    private final LeaseTable leases;
    private final Housekeeping housekeeping;
    private final Decompressor decompressor;
    private long residentBytesMax = 256L << 20;
    private long indexCacheBytesMax = 16L << 20;
    private long preallocateBytesMax = 256L << 20;
    private int preallocateStepMax = 16 << 20;

    public LogContext(
            final Disk disk,
            final LeaseTable leases,
            final Housekeeping housekeeping,
            final Decompressor decompressor) {
        this.disk = disk;
        this.leases = leases;
        this.housekeeping = housekeeping;
        this.decompressor = decompressor;
    }

    /** How many bytes, counted from the newest, are taken to be still in memory after they were written or fetched. */
    public LogContext residentBytesMax(final long bytes) {
        residentBytesMax = bytes;
        return this;
    }

    /** Memory for indexes of sealed segments. */
    public LogContext indexCacheBytesMax(final long bytes) {
        indexCacheBytesMax = bytes;
        return this;
    }

    /** Space that may be reserved beyond the ends of all active segments together; 0 for none. */
    public LogContext preallocateBytesMax(final long bytes) {
        preallocateBytesMax = bytes;
        return this;
    }

    public Disk disk() {
        return disk;
    }

    public LeaseTable leases() {
        return leases;
    }

    Housekeeping housekeeping() {
        return housekeeping;
    }

    Decompressor decompressor() {
        return decompressor;
    }
}
