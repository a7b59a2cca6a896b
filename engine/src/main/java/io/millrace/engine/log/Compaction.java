package io.millrace.engine.log;

import io.millrace.engine.port.DiskStatus;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
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

    private static final long NS_PER_MS = 1_000_000;
    private static final double NS_PER_SECOND = 1e9;
    private static final double FAR_NS = 1e18;

    private final Log log;
    private final CompactionRun run;
    private final long groupBytesMax;
    /** Made and freed on a housekeeping thread: to fill so much memory takes a while. */
    private OffsetMap map;

    private CompactionChunk chunk;

    private final CompactionEnd end;
    private final ArrayList<Segment> dirty = new ArrayList<>();
    private final ArrayDeque<List<Segment>> groups = new ArrayDeque<>();
    private final ArrayDeque<Segment> sources = new ArrayDeque<>();
    /** As many are read at once: few, for the core notes each batch that remains of them. */
    private int chunkBytes = CHUNK_BYTES;

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
    private final LeftBatches left = new LeftBatches();
    /** Set where memory was asked for: how much there was not. */
    private int bytesMissing;

    private int segmentsWithoutRoom;

    private Runnable next;
    private long nextDueNs;
    private long nowNs;
    private long beganNs = -1;
    private double bytesPerSecondMax;
    private long budgetFromNs = -1;
    private double spentBytes;

    /** @param groupBytesMax of several segments that become one */
    Compaction(final Log log, final CompactionRun run, final long groupBytesMax, final CompactionEnd end) {
        this.log = log;
        this.run = run;
        this.groupBytesMax = groupBytesMax;
        bytesPerSecondMax = run.settings().bytesPerSecondMax();
        this.end = end;
    }

    void start() {
        for (int i = 0; i < log.segments.size(); i++) {
            final Segment segment = log.segments.get(i);
            if (segment.baseOffset < run.firstUncleanable() && log.endOf(i) > run.firstDirty()) {
                dirty.add(segment);
            }
        }
        indexing = true;
        sources.addAll(dirty);
        final List<AbortedTransactions> aborted = abortedLists();
        submitOrLater(() -> makeRoom(aborted), this::nextSource);
    }

    private void makeRoom(final List<AbortedTransactions> aborted) {
        try {
            transactions = new CleanedTransactions(aborted, run.firstDirty(), run.firstUncleanable());
        } catch (final OutOfMemoryError full) {
            bytesMissing = CHUNK_BYTES;
            return;
        }
        final CompactionSettings settings = run.settings();
        final long keys = run.firstUncleanable() - run.firstDirty();
        final ByteBuffer memory = allocate(OffsetMap.bytesFor(keys, settings.mapLoadFactor(), settings.mapBytes()));
        if (memory != null) {
            map = new OffsetMap(memory, settings.mapLoadFactor());
            makeRoom(CHUNK_BYTES);
        }
    }

    private void makeRoom(final int bytes) {
        final ByteBuffer memory = allocate(bytes);
        if (memory != null && chunk == null) {
            try {
                chunk = new CompactionChunk(memory);
            } catch (final OutOfMemoryError full) {
                bytesMissing = bytes;
            }
        } else if (memory != null) {
            chunk.grow(memory);
        }
    }

    /** On a housekeeping thread; null if there is no memory now, which is nothing to stop a core for. */
    private ByteBuffer allocate(final int bytes) {
        try {
            return log.context().compactionMemory().apply(bytes);
        } catch (final OutOfMemoryError full) {
            bytesMissing = bytes;
            return null;
        }
    }

    /** Goes on, at most one step. */
    int doWork(final long timeNs) {
        nowNs = timeNs;
        if (beganNs < 0) {
            beganNs = timeNs;
        }
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

    /** How many segments did not have room in one, at its end; 0 if that was not the trouble. */
    int segmentsWithoutRoom() {
        return segmentsWithoutRoom;
    }

    /** The batches that had to stay as they are so far. */
    LeftBatches left() {
        return left;
    }

    /** Whether segments are about to be replaced: none may be dropped. */
    boolean isSwapping() {
        return swap != null && swap.isCommitting();
    }

    private boolean mustStop() {
        return stopped || bytesMissing > 0 || log.isOffline();
    }

    private void soon(final Runnable step) {
        next = step;
    }

    /** Counts what was read or written, and puts the next step off if it was too much. */
    private void spend(final long bytes) {
        if (budgetFromNs < 0) {
            budgetFromNs = nowNs;
        }
        spentBytes += bytes;
        nextDueNs = budgetFromNs + (long) Math.min(FAR_NS, spentBytes / bytesPerSecondMax * NS_PER_SECOND);
    }

    /** From now on it may read and write so much. */
    void throttle(final double newBytesPerSecondMax) {
        if (newBytesPerSecondMax != bytesPerSecondMax) {
            bytesPerSecondMax = newBytesPerSecondMax;
            budgetFromNs = nowNs;
            nextDueNs = nowNs;
            spentBytes = 0;
        }
    }

    /** How long it has run by now, in milliseconds. */
    long tookMs() {
        return beganNs < 0 ? 0 : (nowNs - beganNs) / NS_PER_MS;
    }

    /**
     * Markers may lie far behind the records that they take back, in the active segment too: its list goes on to
     * change, and is copied. Nobody changes those of sealed segments before the compaction has ended.
     */
    private List<AbortedTransactions> abortedLists() {
        final ArrayList<AbortedTransactions> lists = new ArrayList<>();
        for (final Segment segment : log.segments) {
            if (segment.aborted != null) {
                lists.add(segment == log.active ? segment.aborted.begunBelow(run.firstUncleanable()) : segment.aborted);
            }
        }
        return lists;
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
        return Segment.isAmong(log.segments, segment);
    }

    private void readMore() {
        final int want = (int) Math.min(chunkBytes, source.appendedSize - position) - chunk.length;
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
                        run,
                        segmentEnd);
        if (!log.context().compactionLane().submit(work, this::worked)) {
            soon(this::work);
        }
    }

    private void worked() {
        if (chunk.unreadable != null) {
            unreadable = chunk.unreadable;
        }
        left.addAll(chunk.left);
        if (chunk.fault != null) {
            fail(chunk.fault);
        } else if (chunk.mapFull) {
            source.release();
            sourcesRead();
        } else if (chunk.consumed == 0) {
            if (chunk.wantedBytes > source.appendedSize - position || chunk.wantedBytes <= chunk.length) {
                fail("byte " + position + ": a batch is cut short");
            } else {
                readLarger(chunk.wantedBytes);
            }
        } else {
            chunkBytes = CHUNK_BYTES;
            position += chunk.consumed;
            if (indexing) {
                soon(this::readChunk);
            } else {
                append(chunk.remaining);
            }
        }
    }

    private void readLarger(final int bytes) {
        chunkBytes = bytes;
        if (bytes <= chunk.bytes().capacity()) {
            soon(this::readChunk);
        } else {
            submitOrLater(() -> makeRoom(bytes), this::readChunk);
        }
    }

    private void sourcesRead() {
        if (indexing) {
            indexing = false;
            beginCleaning();
        } else {
            submitOrLater(swap::encodeAborted, () -> swap.complete(this::groupSwapped));
        }
    }

    private long endOf(final Segment segment) {
        return isThere(segment) ? log.endOf(Segment.numberOf(log.segments, segment)) : run.firstUncleanable();
    }

    // Writing

    private void beginCleaning() {
        final long endOffset = map.latestOffset() + 1;
        groups.addAll(SegmentGroups.of(log, endOffset, groupBytesMax));
        // The producers are those of now: who has gone on since does not need what is compacted.
        final Supplier<LastRecords> frozen = log.producers().freezeLastRecords();
        final List<AbortedTransactions> aborted = abortedLists();
        final long from = log.segments.getFirst().baseOffset;
        submitOrLater(
                () -> {
                    // Whole segments are written again, beyond the end of the map too.
                    transactions = new CleanedTransactions(aborted, from, run.firstUncleanable());
                    rules = new CompactionRules(
                            map,
                            transactions,
                            frozen.get(),
                            run.firstUncleanable(),
                            Math.min(left.from(0), run.tombstonesKeptFrom()),
                            run.nowMs());
                },
                this::nextGroup);
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
            // What was left as it was would look compacted to the next one: all of it waits until less remains.
            segmentsWithoutRoom = swap.segments();
            hitch = nameOf(source) + ": what remains, packed again, has no room in one segment";
            source.release();
            failed(DiskStatus.NO_SPACE);
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
        submitOrLater(this::free, () -> end.onEnd(cleanedTo, fault, passing()));
    }

    private String passing() {
        if (bytesMissing > 0) {
            return "there is no memory for " + bytesMissing
                    + " bytes (log.cleaner.dedupe.buffer.size, -XX:MaxDirectMemorySize)";
        }
        return hitch != null ? hitch : unreadable;
    }

    private void free() {
        if (map != null) {
            map.free();
        }
        if (chunk != null) {
            chunk.free();
        }
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
