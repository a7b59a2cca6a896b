package io.millrace.engine.log;

import io.millrace.engine.port.DiskStatus;
import java.util.List;

/**
 * A log's compactions, one at a time: what could be compacted, how far the last one came, and the one under way. Owned
 * by the log's core.
 */
public final class LogCompactor {
    private static final int PAUSES_AFTER_FAILURE = 8;
    /** Of one that moved gigabytes for nothing, and will again. */
    private static final int PAUSES_WITHOUT_ROOM = 512;

    private final Log log;
    private Compaction current;
    private long cleanedTo = -1;
    /**
     * What compactions of this life had to leave as it is: perhaps the next life has more memory and can read it, and must
     * know of it before a tombstone goes that takes back what it says.
     */
    private final LeftBatches left = new LeftBatches();

    private long holesBelow;
    private String fault;
    private long heldOffUntilMs;
    private String hitch;
    private boolean marking;
    private long groupBytesMax = SegmentGroups.GROUP_BYTES_MAX;
    private final CompactionTrouble trouble = new CompactionTrouble();
    private final FirstTimestamps firstTimestamps;

    LogCompactor(final Log log) {
        this.log = log;
        firstTimestamps = new FirstTimestamps(log);
    }

    /** Whether one is under way. */
    public boolean isBusy() {
        return current != null;
    }

    /** Whether nothing here reads or writes. */
    boolean isQuiet() {
        return current == null && !marking && !firstTimestamps.isBusy();
    }

    /** Whether segments are just being replaced: none may be dropped. */
    boolean isSwapping() {
        return current != null && current.isSwapping();
    }

    /** Below it batches may be missing. */
    public long holesBelow() {
        return holesBelow;
    }

    void holesBelow(final long offset) {
        holesBelow = offset;
    }

    /** Puts one segment in the place of others; who reads those goes on. */
    void replace(final List<Segment> group, final Segment fresh) {
        final int number = Segment.numberOf(log.segments, group.getFirst());
        for (final Segment old : group) {
            log.sealedBytes -= old.size;
            log.context().indexCache().remove(old);
            old.releaseIndexes();
            old.drop();
        }
        log.segments.set(number, fresh);
        log.segments.subList(number + 1, number + group.size()).clear();
        log.sealedBytes += fresh.size;
    }

    /** Why the log cannot be compacted until the next start, or null. */
    public String fault() {
        return fault;
    }

    /** What else was wrong in the last compaction, and will be tried again or was left alone, or null. */
    public String hitch() {
        return hitch;
    }

    /** What an operator should know and was not told yet, or null. */
    public String untoldTrouble() {
        return trouble.untold();
    }

    public void troubleTold() {
        trouble.told();
    }

    /** Where the dirty part begins. What a checkpoint says that cannot be is not believed. */
    public long firstDirty() {
        return cleanedTo < log.startOffset() || cleanedTo > log.endOffset() ? log.startOffset() : cleanedTo;
    }

    /** Where the next life is to go on: everything below was compacted, with no batch left; -1 if nothing ever was. */
    public long cleanedTo() {
        return Math.min(cleanedTo, leftFrom());
    }

    /** Where the first batch begins that was left and may be there; what lies below the log's start counts no more. */
    private long leftFrom() {
        return left.from(log.startOffset());
    }

    /** What the checkpoint says. */
    public void cleanedTo(final long offset) {
        cleanedTo = offset;
    }

    /** The log was cut: what comes there now was never compacted. */
    void cut(final long offset) {
        cleanedTo = Math.min(cleanedTo, offset);
        left.cut(offset);
    }

    /** What there is to do; null if nothing. The log is looked at, not changed. */
    public Dirt dirt(final long lastStableOffset, final long minLagMs, final long maxLagMs, final long nowMs) {
        if (current != null
                || fault != null
                || nowMs < heldOffUntilMs
                || log.isEnding()
                || log.isReadOnly()
                || log.context().batchFilter() == null) {
            return null;
        }
        final long firstDirty = firstDirty();
        long cleanBytes = 0;
        long dirtyBytes = 0;
        long end = firstDirty;
        long oldestMs = Long.MAX_VALUE;
        for (int i = 0; i + 1 < log.segments.size(); i++) {
            final Segment segment = log.segments.get(i);
            final long segmentEnd = log.segments.get(i + 1).baseOffset;
            final boolean isDirty = segmentEnd > firstDirty;
            if (!segment.sealed
                    || segmentEnd > lastStableOffset
                    || (isDirty && minLagMs > 0 && segment.maxTimestampMs > nowMs - minLagMs)) {
                break;
            }
            if (isDirty) {
                dirtyBytes += segment.size;
                oldestMs =
                        Math.min(oldestMs, segment.firstTimestampMs <= 0 ? Long.MAX_VALUE : segment.firstTimestampMs);
            } else {
                cleanBytes += segment.size;
            }
            end = segmentEnd;
        }
        if (maxLagMs < Long.MAX_VALUE) {
            firstTimestamps.learn(firstDirty);
        }
        final boolean isOverdue = oldestMs < nowMs - Math.max(0, maxLagMs);
        final long tombstonesKeptFrom = firstDirty <= leftFrom() ? LeftBatches.NOWHERE : leftFrom();
        return dirtyBytes == 0
                ? null
                : new Dirt(firstDirty, end, tombstonesKeptFrom, cleanBytes, dirtyBytes, isOverdue);
    }

    /** Begins to compact; {@code completion} is told OK if the log came further. */
    public void start(final CompactionRun run, final LogCompletion completion) {
        if (log.isEnding()) {
            completion.onComplete(DiskStatus.NO_SPACE);
            return;
        }
        current = new Compaction(log, run, groupBytesMax, (to, wrong, passing) -> {
            final int segmentsWithoutRoom = current.segmentsWithoutRoom();
            if (to >= 0 && run.tombstonesKeptFrom() == LeftBatches.NOWHERE) {
                left.clear();
            }
            left.addAll(current.left());
            final long endMs = run.nowMs() + current.tookMs();
            current = null;
            fault = wrong;
            hitch = passing;
            trouble.onEnd(log.directory(), to >= 0, wrong, passing);
            cleanedTo = Math.max(cleanedTo, to);
            // One that cannot be compacted now must not keep the others waiting.
            final int pauses = segmentsWithoutRoom == 1 ? PAUSES_WITHOUT_ROOM : PAUSES_AFTER_FAILURE;
            heldOffUntilMs = to >= 0 ? 0 : endMs + pauses * run.settings().backoffMs();
            if (segmentsWithoutRoom > 1) {
                groupBytesMax /= 2;
            }
            completion.onComplete(to >= 0 ? DiskStatus.OK : DiskStatus.NO_SPACE);
            log.proceed();
        });
        current.start();
    }

    /** What a compaction that runs may read and write in a second from now on. */
    public void throttle(final double bytesPerSecondMax) {
        if (current != null) {
            current.throttle(bytesPerSecondMax);
        }
    }

    /**
     * For a copy of a log that its owner compacts: whether it is durable that batches may be missing below. If not, it
     * soon is, unless the disk fails.
     */
    public boolean admitsHolesBelow(final long offset) {
        if (!marking && offset > holesBelow) {
            marking = true;
            final CompactionMark mark = new CompactionMark(offset, -1, -1, true);
            new DiskSequence(log.disk())
                    .replace(log.directory(), log.directory() + '/' + CompactionMark.NAME, mark::encode)
                    .run(status -> {
                        marking = false;
                        if (status == DiskStatus.OK) {
                            holesBelow = Math.max(holesBelow, offset);
                        } else {
                            log.goOffline(status);
                        }
                        log.proceed();
                    });
        }
        return offset <= holesBelow;
    }

    /** Gives up what is under way, as soon as that is safe. */
    public void stop() {
        firstTimestamps.stop();
        if (current != null) {
            current.stop();
        }
    }

    public int doWork(final long nowNs) {
        return current == null ? 0 : current.doWork(nowNs);
    }

    public boolean mayPark() {
        return current == null || current.mayPark();
    }

    /**
     * What a compaction would have to do.
     *
     * @param tombstonesKeptFrom from there on no tombstone may go: what it takes back may lie in a batch that was left
     * @param isOverdue whether it has to be done whatever the share of dirty bytes
     */
    public record Dirt(
            long firstDirty,
            long firstUncleanable,
            long tombstonesKeptFrom,
            long cleanBytes,
            long dirtyBytes,
            boolean isOverdue) {
        public double ratio() {
            return (double) dirtyBytes / (cleanBytes + dirtyBytes);
        }
    }
}
