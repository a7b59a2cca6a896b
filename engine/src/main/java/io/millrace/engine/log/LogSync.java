package io.millrace.engine.log;

import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskStatus;
import java.util.ArrayList;

/** Makes what was appended stable: the dirty segments' files, and the directory if names in it are new. */
final class LogSync implements DiskCompletion {
    private static final long DIRECTORY = -1;

    private final Log log;
    private final ArrayList<Segment> dirty = new ArrayList<>();
    private long targetOffset;
    private Segment targetSegment;
    private long targetPosition;
    private int outstanding;
    private int failure;
    private boolean directoryDirty;

    LogSync(final Log log) {
        this.log = log;
    }

    boolean isBusy() {
        return outstanding > 0;
    }

    /** A name in the log's directory is new; it must survive with the bytes behind it. */
    void directoryChanged() {
        directoryDirty = true;
    }

    void start() {
        targetOffset = log.appendedOffset();
        targetSegment = log.active;
        targetPosition = log.active.appendedSize;
        failure = DiskStatus.OK;
        collectDirty();
        outstanding = dirty.size() + (directoryDirty ? 1 : 0) + 1;
        for (int i = 0; i < dirty.size(); i++) {
            final Segment segment = dirty.get(i);
            segment.retain();
            segment.syncingSize = segment.appendedSize;
            segment.file().sync(this, i);
        }
        if (directoryDirty) {
            directoryDirty = false;
            log.disk().syncDirectory(log.directory(), this, DIRECTORY);
        }
        finishOne();
    }

    private void collectDirty() {
        dirty.clear();
        log.remover().addDirty(dirty);
        for (int i = log.segments.size() - 1; i >= 0; i--) {
            final Segment segment = log.segments.get(i);
            if (segment.syncedSize < segment.appendedSize) {
                dirty.add(segment);
            } else if (segment != log.active) {
                break;
            }
        }
    }

    @Override
    public void onDiskCompletion(final long token, final int status, final long value) {
        if (status != DiskStatus.OK) {
            failure = status;
            // At once: the same file's next sync succeeds, and whoever waits for that one must not believe it.
            log.goOffline(DiskStatus.IO_ERROR);
        }
        if (token != DIRECTORY) {
            final Segment segment = dirty.get((int) token);
            if (status == DiskStatus.OK) {
                segment.syncedSize = Math.max(segment.syncedSize, segment.syncingSize);
            }
            segment.release();
        }
        finishOne();
    }

    private void finishOne() {
        if (--outstanding > 0) {
            return;
        }
        dirty.clear();
        // If another sync of the same file has failed meanwhile, the success of this one means nothing.
        if (failure == DiskStatus.OK && !log.isOffline()) {
            log.onSynced(targetOffset, targetSegment, targetPosition);
        }
        targetSegment = null;
        log.proceed();
    }
}
