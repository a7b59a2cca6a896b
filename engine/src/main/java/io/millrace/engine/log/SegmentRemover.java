package io.millrace.engine.log;

import io.millrace.engine.port.DiskStatus;
import java.util.ArrayDeque;
import java.util.ArrayList;

/**
 * Unlinks the files of dropped segments, oldest first and each name's end made durable before the next goes, so that no
 * crash leaves a hole in the log. A segment waits until the producers' state at its end is on the disk.
 */
final class SegmentRemover {
    private final Log log;
    private final ArrayDeque<Segment> waiting = new ArrayDeque<>();
    private boolean busy;

    SegmentRemover(final Log log) {
        this.log = log;
    }

    boolean isBusy() {
        return busy;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void add(final Segment segment) {
        waiting.add(segment);
    }

    /** Until their removal is durable a crash brings them back, and then they must be whole. */
    void addDirty(final ArrayList<Segment> dirty) {
        if (!waiting.isEmpty()) {
            for (final Segment segment : waiting) {
                if (segment.syncedSize < segment.appendedSize) {
                    dirty.add(segment);
                }
            }
        }
    }

    void run() {
        if (busy || waiting.isEmpty() || log.isOffline() || !waiting.peek().sealed) {
            return;
        }
        busy = true;
        final Segment segment = waiting.poll();
        final String directory = log.directory();
        segment.releaseIndexes();
        segment.drop();
        new DiskSequence(log.disk())
                .unlink(LogFiles.path(directory, segment.baseOffset, LogFiles.LOG))
                .syncDirectory(directory)
                .unlink(LogFiles.path(directory, segment.baseOffset, LogFiles.INDEX))
                .unlink(LogFiles.path(directory, segment.baseOffset, LogFiles.TIME_INDEX))
                .unlink(LogFiles.path(directory, segment.baseOffset, LogFiles.TXN_INDEX))
                .unlink(LogFiles.path(directory, segment.baseOffset, LogFiles.SNAPSHOT))
                .run(this::finished);
        log.snapshots().remove(segment.baseOffset);
    }

    private void finished(final int status) {
        busy = false;
        if (status == DiskStatus.OK) {
            run();
        } else {
            log.goOffline(status);
        }
        log.proceed();
    }
}
