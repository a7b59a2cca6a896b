package io.millrace.engine.log;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;

/**
 * Takes over a log that another core hands over: opens its files, and makes a log of them once it is this core's. Until
 * then nothing of it is changed, and it may be {@linkplain #discard given up}. Owned by the core where the log arrives.
 */
public final class LogArrival implements DiskCompletion {
    private static final int OPENING_MAX = 64;

    private final LogContext context;
    private final LogHandover handover;
    private final DiskFile[] files;
    private final LogCompletion opened;
    private int next;
    private int opening;
    private int worst = DiskStatus.OK;
    private boolean told;

    /** @param opened told once all files are open, or why not */
    public LogArrival(final LogContext context, final LogHandover handover, final LogCompletion opened) {
        this.context = context;
        this.handover = handover;
        this.opened = opened;
        files = new DiskFile[handover.segments.size()];
    }

    public void begin() {
        while (next < files.length && opening < OPENING_MAX && worst == DiskStatus.OK) {
            opening++;
            final String path = LogFiles.path(
                    handover.directory, handover.segments.get(next).baseOffset(), LogFiles.LOG);
            files[next] = context.disk().open(path, Disk.OpenMode.EXISTING, this, next);
            next++;
        }
    }

    @Override
    public void onDiskCompletion(final long token, final int status, final long length) {
        opening--;
        final int number = (int) token;
        if (status != DiskStatus.OK) {
            files[number] = null;
            worst = Math.min(worst, status);
        } else if (length < handover.segments.get(number).size()) {
            worst = DiskStatus.IO_ERROR;
        }
        begin();
        if (opening == 0 && !told) {
            told = true;
            if (worst != DiskStatus.OK) {
                discard();
            }
            opened.onComplete(worst);
        }
    }

    /** The log is this core's from now on. */
    public Log log(final LogConfig config, final LogProducers producers) {
        final LogParts parts = new LogParts();
        for (int i = 0; i < files.length; i++) {
            parts.segments.add(segment(handover.segments.get(i), files[i]));
            files[i] = null;
        }
        parts.epochs = handover.epochs;
        parts.snapshots = handover.snapshots;
        parts.startOffset = handover.startOffset;
        parts.endOffset = handover.endOffset;
        parts.syncedOffset = handover.endOffset;
        parts.holesBelow = handover.holesBelow;
        final Log log = new Log(context, handover.directory, config, producers, handover.metadata, parts);
        log.abortedFile().written(handover.abortedWritten);
        log.compactor().cleanedTo(handover.cleanedTo);
        return log;
    }

    private Segment segment(final LogHandover.OfSegment of, final DiskFile file) {
        final Segment segment = new Segment(context.nextSegmentId(), of.baseOffset(), file, of.createdMs());
        segment.size = of.size();
        segment.appendedSize = of.size();
        segment.syncedSize = of.size();
        segment.reservedTo = of.reservedTo();
        segment.maxTimestampMs = of.maxTimestampMs();
        segment.maxTimestampOffset = of.maxTimestampOffset();
        segment.firstTimestampMs = of.firstTimestampMs();
        segment.bytesSinceIndexEntry = of.bytesSinceIndexEntry();
        segment.sealed = of.sealed();
        segment.aborted = of.aborted();
        if (of.offsets() != null) {
            segment.offsetIndex = OffsetIndex.decode(
                    context.indexMemory(), of.offsets(), of.offsets().capacity(), of.size());
            segment.timeIndex = TimeIndex.decode(
                    context.indexMemory(), of.times(), of.times().capacity());
            if (segment.offsetIndex == null || segment.timeIndex == null) {
                throw new IllegalStateException(file.path() + ": its indexes were handed over unsound");
            }
        }
        return segment;
    }

    /** It does not come after all. */
    public void discard() {
        for (int i = 0; i < files.length; i++) {
            if (files[i] != null) {
                files[i].close();
                files[i] = null;
            }
        }
    }
}
