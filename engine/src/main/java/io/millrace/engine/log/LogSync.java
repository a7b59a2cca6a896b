package io.millrace.engine.log;

import io.millrace.engine.port.DiskCompletion;
import io.millrace.engine.port.DiskStatus;
import java.util.ArrayList;
import org.agrona.collections.LongArrayList;

/** Makes what was appended stable: the dirty segments' files, and the directory if names in it are new. */
final class LogSync implements DiskCompletion {
    private static final long DIRECTORY = -1;

    /** By what a segment's file is synced. */
    interface Handles {
        void sync(Segment segment, DiskCompletion completion, long token);
    }

    private final Log log;
    private final LogSyncs syncs;
    private final Handles handles;
    private final ArrayList<Segment> dirty = new ArrayList<>();
    /** How much of each is covered: another sync of the same files may be under way. */
    private final LongArrayList sizes = new LongArrayList(1, LongArrayList.DEFAULT_NULL_VALUE);

    private long targetOffset;
    private Segment targetSegment;
    private long targetPosition;
    private long targetNames;
    private int outstanding;
    private int failure;

    LogSync(final Log log, final LogSyncs syncs, final Handles handles) {
        this.log = log;
        this.syncs = syncs;
        this.handles = handles;
    }

    boolean isBusy() {
        return outstanding > 0;
    }

    void start() {
        targetOffset = log.appendedOffset();
        targetSegment = log.active;
        targetPosition = log.active.appendedSize;
        targetNames = syncs.names();
        failure = DiskStatus.OK;
        collectDirty();
        final boolean isDirectoryDirty = syncs.syncedNames() < targetNames;
        outstanding = dirty.size() + (isDirectoryDirty ? 1 : 0) + 1;
        for (int i = 0; i < dirty.size(); i++) {
            final Segment segment = dirty.get(i);
            segment.retain();
            sizes.addLong(segment.appendedSize);
            handles.sync(segment, this, i);
        }
        if (isDirectoryDirty) {
            log.disk().syncDirectory(log.directory(), this, DIRECTORY);
        }
        finishOne();
    }

    private void collectDirty() {
        dirty.clear();
        sizes.clear();
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
                segment.syncedSize = Math.max(segment.syncedSize, sizes.getLong((int) token));
            }
            segment.release();
        } else if (status == DiskStatus.OK) {
            syncs.namesSynced(targetNames);
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
