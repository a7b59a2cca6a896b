package io.millrace.engine.log;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskStatus;
import org.agrona.DirectBuffer;

/** Brings a sealed segment's indexes into memory; makes them anew from the batches if the files are not sound. */
final class IndexLoader {
    private final Log log;
    private int loading;
    private Runnable whenIdle;

    IndexLoader(final Log log) {
        this.log = log;
    }

    boolean isBusy() {
        return loading > 0;
    }

    /** Runs the one action once nothing is being loaded. */
    void whenIdle(final Runnable action) {
        whenIdle = action;
    }

    void load(final Segment segment) {
        if (segment.indexesLoading) {
            return;
        }
        segment.indexesLoading = true;
        segment.retain();
        loading++;
        final Loaded loaded = new Loaded(segment, log.context().indexMemory());
        new DiskSequence(log.disk())
                .open(LogFiles.path(log.directory(), segment.baseOffset, LogFiles.INDEX), Disk.OpenMode.READ_ONLY)
                .readAll(loaded::offsets)
                .closeFile()
                .open(LogFiles.path(log.directory(), segment.baseOffset, LogFiles.TIME_INDEX), Disk.OpenMode.READ_ONLY)
                .readAll(loaded::times)
                .closeFile()
                .run(status -> loaded(loaded, status));
    }

    private static final class Loaded {
        final Segment segment;
        final IndexMemory memory;
        OffsetIndex offsets;
        TimeIndex times;

        Loaded(final Segment segment, final IndexMemory memory) {
            this.segment = segment;
            this.memory = memory;
        }

        void offsets(final DirectBuffer bytes) {
            offsets = OffsetIndex.decode(memory, bytes, bytes.capacity(), segment.size);
        }

        void times(final DirectBuffer bytes) {
            times = TimeIndex.decode(memory, bytes, bytes.capacity());
        }
    }

    private void loaded(final Loaded loaded, final int status) {
        if (status == DiskStatus.OK && loaded.offsets != null && loaded.times != null) {
            finished(loaded.segment, loaded.offsets, loaded.times, DiskStatus.OK);
        } else if (status == DiskStatus.OK || status == DiskStatus.NOT_FOUND) {
            rebuild(loaded.segment);
        } else {
            finished(loaded.segment, null, null, status);
        }
    }

    private void rebuild(final Segment segment) {
        final Segment fresh = Segment.empty(
                log.context().indexMemory(), segment.id, segment.baseOffset, segment.file(), segment.createdMs);
        final int interval = log.config().indexIntervalBytes();
        new BatchScan(segment, 0, false)
                .run(
                        (batch, position) -> {
                            fresh.add(batch, interval);
                            return true;
                        },
                        status -> {
                            if (status == DiskStatus.OK || status == BatchScan.DAMAGED) {
                                fresh.completeTimeIndex();
                                finished(segment, fresh.offsetIndex, fresh.timeIndex, DiskStatus.OK);
                            } else {
                                finished(segment, null, null, status);
                            }
                        });
    }

    private void finished(final Segment segment, final OffsetIndex offsets, final TimeIndex times, final int status) {
        loading--;
        segment.indexesLoading = false;
        if (status == DiskStatus.OK && !segment.isDropped()) {
            segment.offsetIndex = offsets;
            segment.timeIndex = times;
            log.context().indexCache().touch(segment);
        }
        segment.release();
        if (loading == 0 && whenIdle != null) {
            final Runnable action = whenIdle;
            whenIdle = null;
            action.run();
        }
        log.residents().onPrefetched(status);
        log.proceed();
    }
}
