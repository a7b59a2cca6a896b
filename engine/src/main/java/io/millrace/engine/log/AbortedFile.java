package io.millrace.engine.log;

import io.millrace.engine.batch.AbortedSink;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskStatus;
import org.agrona.DirectBuffer;

/**
 * Appends the active segment's aborted transactions to its {@code .txnindex}, once their markers have reached the log's
 * file; for those who look from outside. It is not synced: what recovery needs it makes from the log, and whoever seals
 * the segment writes the whole file durably. Owned by the log's core.
 */
final class AbortedFile implements AbortedSink {
    private final Log log;
    private boolean busy;
    private Segment segment;
    private int written;

    AbortedFile(final Log log) {
        this.log = log;
    }

    boolean isBusy() {
        return busy;
    }

    /** The log was cut, or opened: the file holds the active segment's first entries already. */
    void begin(final Segment active) {
        segment = active;
        written = active.aborted == null ? 0 : active.aborted.count();
        log.producers().abortedTo(this);
    }

    /** How many of the active segment's entries the file has. */
    int written() {
        return segment == log.active ? written : 0;
    }

    void written(final int entries) {
        written = entries;
    }

    /** A marker that aborts a transaction was appended just now. */
    @Override
    public void onAborted(
            final long producerId, final long firstOffset, final long lastOffset, final long lastStableOffset) {
        log.active.addAborted(producerId, firstOffset, lastOffset, lastStableOffset);
    }

    /** Goes on; nothing to do for nearly all logs. */
    void run() {
        final Segment active = log.active;
        if (active.aborted == null || busy || log.isOffline()) {
            return;
        }
        if (segment != active) {
            segment = active;
            written = 0;
        }
        final int count = active.aborted.countBelow(log.appendedOffset());
        if (count <= written) {
            return;
        }
        busy = true;
        final int from = written;
        final DirectBuffer bytes = active.aborted.encode(from, count);
        new DiskSequence(log.disk())
                .open(
                        LogFiles.path(log.directory(), active.baseOffset, LogFiles.TXN_INDEX),
                        Disk.OpenMode.CREATE_IF_ABSENT)
                .write((long) from * AbortedTransactions.ENTRY_BYTES, () -> bytes)
                .closeFile()
                .run(status -> ended(active, count, status));
    }

    private void ended(final Segment which, final int count, final int status) {
        busy = false;
        if (status == DiskStatus.OK) {
            if (segment == which) {
                written = count;
            }
            run();
        } else if (status == DiskStatus.IO_ERROR) {
            log.goOffline(status);
        }
        // A full disk: the next abort tries again.
        log.proceed();
    }
}
