package io.millrace.engine.log;

import io.millrace.engine.port.DiskStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;

/**
 * One compaction of one log: first the keys of its dirty part are noted, then all segments below are written again
 * without what is outdated, several small ones into one. The core only reads, writes and hands on, one chunk at a time;
 * whatever looks into batches runs on a housekeeping thread. Owned by the log's core.
 */
final class Compaction {
    /** What a step of the core has to do with at most, unless a single batch is larger. */
    private static final int CHUNK_BYTES = 256 * 1024;

    private static final double NS_PER_SECOND = 1e9;
    private static final double FAR_NS = 1e18;

    private final Log log;
    private final CompactionRun run;
    /** Made and freed on a housekeeping thread: to fill so much memory takes a while. */
    private OffsetMap map;

    private final CompactionEnd end;
    private final ArrayList<Segment> dirty = new ArrayList<>();
    private final ArrayList<List<Segment>> groups = new ArrayList<>();
    private final ArrayList<Segment> sources = new ArrayList<>();
    private final CompactionChunk chunk = new CompactionChunk(CHUNK_BYTES);
    private CleanedTransactions transactions;
    private CompactionRules rules;
    private SegmentSwap swap;
    private Segment source;
    private long position;
    private boolean indexing;
    private boolean stopped;
    private String fault;
    private String hitch;
    private String unreadable;

    private Runnable next;
    private long nextDueNs;
    private long nowNs;
    private long budgetFromNs = -1;
    private double spentBytes;

    Compaction(final Log log, final CompactionRun run, final CompactionEnd end) {
        this.log = log;
        this.run = run;
        this.end = end;
    }

    void start() {
        for (final Segment segment : log.segments) {
            final long segmentEnd = log.endOf(Segment.numberOf(log.segments, segment));
            if (segment.baseOffset < run.firstUncleanable() && segmentEnd > run.firstDirty()) {
                dirty.add(segment);
            }
        }
        indexing = true;
        transactions = new CleanedTransactions(aborted(run.firstDirty(), run.firstUncleanable()));
        sources.addAll(dirty);
        submitOrLater(this::makeMap, this::nextSource);
    }

    private void makeMap() {
        final CompactionSettings settings = run.settings();
        final long keys = run.firstUncleanable() - run.firstDirty();
        map = new OffsetMap(
                OffsetMap.bytesFor(keys, settings.mapLoadFactor(), settings.mapBytes()), settings.mapLoadFactor());
    }

    /** Goes on, at most one step. */
    int doWork(final long timeNs) {
        nowNs = timeNs;
        if (next == null || !(timeNs >= nextDueNs || mustStop())) {
            return 0;
        }
        final Runnable step = next;
        next = null;
        step.run();
        return 1;
    }

    /** Whether there is nothing to do now; a pause that the bound on bytes demands ends soon enough by itself. */
    boolean mayPark() {
        return next == null || (nowNs < nextDueNs && !mustStop());
    }

    /** Gives up at the next step, unless a swap is under way: that is ended first. */
    void stop() {
        stopped = true;
    }

    /** Whether segments are about to be replaced: none may be dropped. */
    boolean isSwapping() {
        return swap != null && swap.isCommitting();
    }

    private boolean mustStop() {
        return stopped || log.isOffline();
    }

    private void soon(final Runnable step) {
        next = step;
    }

    /** Counts what was read or written, and puts the next step off if it was too much. */
    private void spend(final long bytes) {
        final double most = run.settings().bytesPerSecondMax();
        if (budgetFromNs < 0) {
            budgetFromNs = nowNs;
        }
        spentBytes += bytes;
        nextDueNs = budgetFromNs + (long) Math.min(FAR_NS, spentBytes / most * NS_PER_SECOND);
    }

    private List<CleanedTransactions.Aborted> aborted(final long from, final long to) {
        final ArrayList<CleanedTransactions.Aborted> found = new ArrayList<>();
        for (final Segment segment : log.segments) {
            final AbortedTransactions entries = segment.aborted;
            for (int i = 0; entries != null && i < entries.count(); i++) {
                if (entries.firstOffset(i) < to && entries.lastOffset(i) >= from) {
                    found.add(new CleanedTransactions.Aborted(
                            entries.producerId(i),
                            entries.firstOffset(i),
                            entries.lastOffset(i),
                            entries.lastStableOffset(i)));
                }
            }
        }
        return found;
    }

    // Reading, the same for both passes

    private void nextSource() {
        if (mustStop()) {
            finish();
        } else if (sources.isEmpty()) {
            sourcesRead();
        } else {
            source = sources.removeFirst();
            position = 0;
            if (isThere(source)) {
                source.retain();
                readChunk();
            } else {
                stopped = true;
                finish();
            }
        }
    }

    private void readChunk() {
        stopped |= !isThere(source);
        if (mustStop()) {
            source.release();
            finish();
            return;
        }
        if (position >= source.appendedSize) {
            if (indexing) {
                map.latestOffset(endOf(source) - 1);
            }
            source.release();
            nextSource();
            return;
        }
        chunk.length = 0;
        readMore();
    }

    /** Retention, and whoever deletes records, go on meanwhile. */
    private boolean isThere(final Segment segment) {
        return log.segments.contains(segment);
    }

    private void readMore() {
        final int want = (int) Math.min(chunk.bytes().capacity(), source.appendedSize - position) - chunk.length;
        if (want == 0) {
            spend(chunk.length);
            work();
            return;
        }
        source.file()
                .read(
                        position + chunk.length,
                        chunk.bytes(),
                        chunk.length,
                        want,
                        (token, status, value) -> {
                            if (status != DiskStatus.OK) {
                                hitch = nameOf(source) + ": byte " + position + " cannot be read: "
                                        + DiskStatus.nameOf(status);
                                source.release();
                                failed(DiskStatus.NO_SPACE);
                            } else if (value == 0) {
                                fail("byte " + position + ": the file ends there");
                            } else {
                                chunk.length += (int) value;
                                readMore();
                            }
                        },
                        0);
    }

    private void work() {
        final long segmentEnd = endOf(source);
        final Runnable work = indexing
                ? () -> chunk.index(
                        map,
                        transactions,
                        log.context().decompressor(),
                        log.context().unpackedBytesMax(),
                        run.firstDirty(),
                        segmentEnd)
                : () -> chunk.filter(
                        log.context().batchFilter(),
                        rules,
                        log.context().decompressor(),
                        log.context().unpackedBytesMax(),
                        run.nowMs(),
                        run.deleteRetentionMs(),
                        segmentEnd);
        if (!log.context().compactionLane().submit(work, this::worked)) {
            soon(this::work);
        }
    }

    private void worked() {
        if (chunk.unreadable != null) {
            unreadable = chunk.unreadable;
        }
        if (chunk.fault != null) {
            fail(chunk.fault);
        } else if (chunk.mapFull) {
            source.release();
            sourcesRead();
        } else if (chunk.consumed == 0) {
            if (chunk.wantedBytes > source.appendedSize - position || chunk.wantedBytes <= chunk.length) {
                fail("byte " + position + ": a batch is cut short");
            } else {
                final int wanted = chunk.wantedBytes;
                submitOrLater(() -> chunk.grow(wanted), this::grown);
            }
        } else if (indexing) {
            position += chunk.consumed;
            soon(this::readChunk);
        } else {
            position += chunk.consumed;
            append(chunk.remaining);
        }
    }

    private void grown() {
        if (chunk.fault != null) {
            fail(chunk.fault);
        } else {
            soon(this::readChunk);
        }
    }

    private void sourcesRead() {
        if (indexing) {
            indexing = false;
            beginCleaning();
        } else {
            swap.complete(this::groupSwapped);
        }
    }

    private long endOf(final Segment segment) {
        final int number = Segment.numberOf(log.segments, segment);
        return log.segments.get(number) == segment ? log.endOf(number) : run.firstUncleanable();
    }

    // Writing

    private void beginCleaning() {
        final long endOffset = map.latestOffset() + 1;
        if (endOffset <= run.firstDirty()) {
            fault = "more keys in one batch than there is memory for; log.cleaner.dedupe.buffer.size is too small";
            finish();
            return;
        }
        final Segment first = log.segments.getFirst();
        // Whole segments are written again, beyond the end of the map too.
        transactions = new CleanedTransactions(aborted(first.baseOffset, run.firstUncleanable()));
        groups.addAll(SegmentGroups.of(log, endOffset));
        // The producers are those of now: who has gone on since does not need what is compacted.
        final Supplier<LastRecords> frozen = log.producers().freezeLastRecords();
        final LastRecords[] last = new LastRecords[1];
        submitOrLater(() -> last[0] = frozen.get(), () -> {
            rules = new CompactionRules(map, transactions, last[0], run.firstUncleanable(), run.nowMs());
            nextGroup();
        });
    }

    private void submitOrLater(final Runnable work, final Runnable done) {
        if (!log.context().compactionLane().submit(work, done)) {
            soon(() -> submitOrLater(work, done));
        }
    }

    private void nextGroup() {
        if (groups.isEmpty() || mustStop()) {
            finish();
            return;
        }
        final List<Segment> group = groups.removeFirst();
        if (!group.stream().allMatch(this::isThere)) {
            stopped = true;
            finish();
            return;
        }
        swap = new SegmentSwap(log, group);
        sources.clear();
        sources.addAll(group);
        swap.open(status -> {
            if (status == DiskStatus.OK) {
                nextSource();
            } else {
                failed(status);
            }
        });
    }

    private void append(final DirectBuffer batches) {
        if (!swap.hasRoomFor(batches.capacity())) {
            fail("what remains has no room in one segment: packed again it takes more than before");
            return;
        }
        swap.append(batches, transactions.takeEnded(), status -> {
            if (status == DiskStatus.OK) {
                spend(batches.capacity());
                soon(this::readChunk);
            } else {
                source.release();
                failed(status);
            }
        });
    }

    private void groupSwapped(final int status) {
        swap = null;
        if (status == DiskStatus.OK) {
            soon(this::nextGroup);
        } else {
            failed(status);
        }
    }

    private static String nameOf(final Segment segment) {
        return LogFiles.name(segment.baseOffset, LogFiles.LOG);
    }

    private void fail(final String why) {
        fault = nameOf(source) + ": " + why;
        source.release();
        finish();
    }

    /** A full disk is waited for; nothing was lost. */
    private void failed(final int status) {
        if (status == DiskStatus.IO_ERROR) {
            log.goOffline(status);
        }
        stopped = true;
        finish();
    }

    private void finish() {
        if (swap != null && !log.isOffline()) {
            final SegmentSwap unfinished = swap;
            swap = null;
            stopped = true;
            unfinished.discard(status -> finish());
            return;
        }
        if (swap != null) {
            swap.close();
            swap = null;
        }
        final boolean complete = fault == null && !mustStop() && groups.isEmpty();
        final long cleanedTo = complete ? map.latestOffset() + 1 : -1;
        submitOrLater(this::free, () -> end.onEnd(cleanedTo, fault, hitch != null ? hitch : unreadable));
    }

    private void free() {
        map.free();
        chunk.free();
    }

    /** Told once. */
    @FunctionalInterface
    interface CompactionEnd {
        /**
         * @param cleanedTo everything below is compacted, or -1 if it was stopped
         * @param fault     why it can never be compacted, or null
         * @param hitch     what else was wrong, and keeps nobody from trying again, or null
         */
        void onEnd(long cleanedTo, String fault, String hitch);
    }
}
