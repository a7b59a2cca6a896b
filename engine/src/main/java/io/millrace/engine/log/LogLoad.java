package io.millrace.engine.log;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.log.LogRecovery.RecoveredLog;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.DiskStatus;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One log's recovery. Two things say that data was durable: the recovery point, and a producer snapshot, which is
 * written only after everything below its offset was synced. A fault below that is damage, and the log is read-only up
 * to there; a fault above it is what a crash leaves, and is cut. Either is reported.
 */
final class LogLoad {
    private final BlockingDisk disk;
    private final LogContext context;
    private final String directory;
    private final LogConfig config;
    private final LogProducers producers;
    private final long recoveryPoint;
    private final boolean clean;
    private final boolean pageCacheIsEnough;
    private final JournalTail tail;
    private final long nowMs;
    private final RecoveryReport report;
    private final LogParts parts = new LogParts();
    private final SegmentScan scan;
    private AbortedLoad aborted;
    private final ArrayList<Segment> validated = new ArrayList<>();

    private final List<Long> unsoundSnapshots = new ArrayList<>();
    private long durableOffset;
    private long snapshotOffset = -1;
    private boolean epochsKnown;
    private DirectBuffer epochsRead;
    private boolean changed;
    /** The last segment, while nothing demands that it lies on the medium. */
    private Segment unsynced;

    LogLoad(
            final BlockingDisk disk,
            final LogContext context,
            final String directory,
            final LogConfig config,
            final LogProducers producers,
            final long recoveryPoint,
            final long startOffset,
            final boolean clean,
            final boolean acksFollowPageCache,
            final JournalTail tail,
            final long nowMs) {
        this.disk = disk;
        this.context = context;
        this.directory = directory;
        this.config = config;
        this.producers = producers;
        this.recoveryPoint = recoveryPoint;
        this.clean = clean;
        // What a journal holds goes with the journal, so it must be in synced segments.
        pageCacheIsEnough = acksFollowPageCache && !tail.isThere();
        this.tail = tail;
        this.nowMs = nowMs;
        parts.startOffset = startOffset;
        report = new RecoveryReport(directory);
        scan = new SegmentScan(disk);
    }

    RecoveredLog run() {
        try {
            return load();
        } catch (final DiskException failed) {
            report.endOffset = parts.endOffset;
            throw new RecoveryException(report, failed);
        }
    }

    private RecoveredLog load() {
        final CompactionMark mark = CompactionMark.read(disk, directory);
        if (!mark.sound()) {
            report.add(CompactionMark.NAME + " is not sound: offsets may be missing anywhere");
        }
        parts.holesBelow = mark.holesBelow();
        scan.holesBelow = mark.holesBelow();
        final DirectoryTidy tidy = new DirectoryTidy(disk, directory, mark, report);
        tidy.run();
        aborted = new AbortedLoad(disk, directory, producers, parts, tidy.aborted());
        changed = tidy.hasChanged();
        for (final long baseOffset : tidy.logs()) {
            final String path = LogFiles.path(directory, baseOffset, LogFiles.LOG);
            final DiskFile file = disk.open(path, Disk.OpenMode.EXISTING);
            if (file == null) {
                throw new DiskException("open " + path + ": NOT_FOUND", DiskStatus.NOT_FOUND);
            }
            parts.segments.add(new Segment(context.nextSegmentId(), baseOffset, file, nowMs));
        }
        loadEpochs();
        loadSnapshot(tidy.snapshots());
        durableOffset = Math.max(durableOffset, recoveryPoint);
        if (!parts.segments.isEmpty()) {
            walk();
            replayJournal();
        } else if (isWholeInJournal()) {
            report.add("there are no segments: what journals hold from offset " + parts.startOffset + " on is all");
            beginAnew(parts.startOffset);
            replayJournal();
        } else {
            durableOffset = Math.max(durableOffset, tail.provenOffset());
        }
        conclude();
        if (parts.readOnly && parts.endOffset < snapshotOffset) {
            aborted.producersGoBack(parts.endOffset, nowMs);
        }
        return new RecoveredLog(finish(), report);
    }

    private void loadEpochs() {
        final LeaderEpochs read = EpochFile.read(disk, directory);
        epochsKnown = read != null;
        if (read != null) {
            parts.epochs = read;
            epochsRead = EpochFile.encode(read);
        }
    }

    /** Takes the newest sound snapshot; unsound ones go once nothing hangs on what their names prove. */
    private void loadSnapshot(final List<Long> offsets) {
        for (int i = offsets.size() - 1; i >= 0; i--) {
            final long offset = offsets.get(i);
            // It got its name after all below was synced: that holds whatever has become of its bytes.
            durableOffset = Math.max(durableOffset, offset);
            if (snapshotOffset >= 0) {
                parts.snapshots.add(offset);
                continue;
            }
            final DirectBuffer bytes = readAll(LogFiles.path(directory, offset, LogFiles.SNAPSHOT));
            if (bytes != null && producers.loadSnapshot(bytes, 0, bytes.capacity(), nowMs)) {
                snapshotOffset = offset;
                parts.snapshots.add(offset);
            } else {
                report.add("the producer snapshot at " + offset + " is not sound: an older one and the log serve");
                unsoundSnapshots.add(offset);
                changed = true;
            }
        }
        if (snapshotOffset < 0) {
            producers.clear();
        }
    }

    /** Goes through the segments in order; each must begin where its predecessor ended. */
    private void walk() {
        final ArrayList<Segment> segments = parts.segments;
        dropBelowStart();
        final int validateFrom = clean ? Integer.MAX_VALUE : firstToValidate();
        for (int i = validateFrom; i < segments.size(); i++) {
            readFromMedium(segments.get(i));
        }
        long end = segments.getFirst().baseOffset;
        for (int i = 0; i < segments.size(); i++) {
            final Segment segment = segments.get(i);
            if (segment.baseOffset < end || (segment.baseOffset > end && segment.baseOffset > parts.holesBelow)) {
                breakOff(
                        i,
                        end,
                        segments.get(i - 1),
                        segments.get(i - 1).size,
                        "the next segment begins at " + segment.baseOffset);
                break;
            }
            final boolean isLast = i == segments.size() - 1;
            final boolean needed = i >= validateFrom
                    || !epochsKnown
                    || (!isLast && segments.get(i + 1).baseOffset > replayFrom())
                    || (isLast && segment.baseOffset >= replayFrom() && snapshotOffset < 0);
            if (!needed
                    && new SegmentTrust(disk, scan, context.indexMemory(), directory, segment, config).accept(isLast)) {
                end = isLast ? scan.nextOffset : segments.get(i + 1).baseOffset;
                if (!aborted.take(segment, end)) {
                    report.add("the index of aborted transactions at " + segment.baseOffset + " was made anew");
                    changed = true;
                }
                if (!isLast || end == replayFrom() || end == segment.baseOffset) {
                    continue;
                }
                // The snapshot is older than the end: what came after it must be replayed.
            }
            validate(segment);
            end = scan.nextOffset;
            if (scan.fault != null) {
                breakOff(i + 1, end, segment, scan.position, scan.fault);
                break;
            }
        }
        if (!validated.isEmpty()) {
            parts.epochs.truncateFromEnd(end);
        }
        parts.endOffset = end;
    }

    /**
     * What the kernel shows and will never write must not be believed. What it has yet to write may, in a log whose acks
     * promise no more: then the last segment is as it was before the stop, and not even now waited for.
     */
    private void readFromMedium(final Segment segment) {
        if (pageCacheIsEnough && segment == parts.segments.getLast()) {
            disk.evict(segment.file());
            unsynced = segment;
        } else {
            disk.syncAndEvict(segment.file());
        }
    }

    private long replayFrom() {
        return Math.max(snapshotOffset, parts.segments.getFirst().baseOffset);
    }

    /** What a removal had begun before the crash is ended. */
    private void dropBelowStart() {
        final ArrayList<Segment> segments = parts.segments;
        while (segments.size() > 1 && segments.get(1).baseOffset <= Math.min(parts.startOffset, snapshotOffset)) {
            final Segment oldest = segments.removeFirst();
            removeFiles(oldest);
            parts.snapshots.remove(oldest.baseOffset);
            disk.unlink(LogFiles.path(directory, oldest.baseOffset, LogFiles.SNAPSHOT));
        }
    }

    private int firstToValidate() {
        int number = 0;
        while (number + 1 < parts.segments.size() && parts.segments.get(number + 1).baseOffset <= recoveryPoint) {
            number++;
        }
        return number;
    }

    private void validate(final Segment segment) {
        final Segment found =
                Segment.empty(context.indexMemory(), segment.id, segment.baseOffset, segment.file(), nowMs);
        if (validated.isEmpty()) {
            // Where a compaction took batches out, those left do not tell where each epoch began.
            parts.epochs.truncateFromEnd(Math.max(segment.baseOffset, parts.holesBelow));
        }
        validated.add(segment);
        changed |= segment != unsynced;
        aborted.begin(segment, snapshotOffset);
        scan.run(segment.file(), 0, segment.baseOffset, false, (batch, position) -> {
            found.add(batch, config.indexIntervalBytes());
            assignEpoch(batch);
            if (batch.baseOffset() >= snapshotOffset) {
                producers.replay(batch.bytes(), 0, batch.sizeInBytes());
            }
            report.batchesValidated++;
            report.bytesValidated += batch.sizeInBytes();
        });
        found.completeTimeIndex();
        segment.becomeActive(found);
        aborted.end(segment, scan.nextOffset);
    }

    /** What the file says and a batch contradicts was left by an earlier end of the log. */
    private void assignEpoch(final BatchFlyweight batch) {
        if (parts.epochs.epochOf(batch.baseOffset()) < batch.partitionLeaderEpoch()) {
            parts.epochs.truncateFromEnd(batch.baseOffset() + 1);
            parts.epochs.assign(batch.partitionLeaderEpoch(), batch.baseOffset());
        }
    }

    /** The log ends in {@code last} at {@code end}, though more bytes or segments follow. */
    private void breakOff(final int next, final long end, final Segment last, final long position, final String why) {
        final ArrayList<Segment> segments = parts.segments;
        final long tornBytes = last.file().size() - position;
        long laterBytes = 0;
        for (int i = next; i < segments.size(); i++) {
            laterBytes += segments.get(i).file().size();
        }
        final long good = tornBytes > 0 ? scan.findGoodBatch(last.file(), position + 1, end + 1) : -1;
        parts.endOffset = end;
        report.faultOffset = end;
        final String place =
                LogFiles.name(last.baseOffset, LogFiles.LOG) + " byte " + position + ", offset " + end + ": " + why;
        if (end < durableOffset || tail.reachFrom(end) < tail.provenOffset()) {
            report.damaged = true;
            durableOffset = Math.max(durableOffset, tail.provenOffset());
            report.add("DAMAGE at " + place + "; the log was durable to " + durableOffset
                    + " and is read-only up to offset " + end);
            parts.readOnly = true;
            closeFrom(next);
            return;
        }
        final String followers = good >= 0
                ? ", and batches after it, a good one at byte " + good + " among them, were cut off"
                : laterBytes > 0 ? ", and later segments of " + laterBytes + " bytes, were cut off" : " were cut off";
        report.add("unsynced bytes at " + place + "; " + tornBytes + " bytes" + followers);
        report.bytesCut += tornBytes + laterBytes;
        for (int i = segments.size() - 1; i >= next; i--) {
            removeFiles(segments.remove(i));
        }
        cut(last, position);
    }

    private boolean isWholeInJournal() {
        final long reached = tail.reachFrom(parts.startOffset);
        return snapshotOffset <= parts.startOffset
                && reached > parts.startOffset
                && reached >= Math.max(durableOffset, tail.provenOffset());
    }

    /** Where the segments end, the journal goes on; what it proves to have been durable and lacks is damage. */
    private void replayJournal() {
        if (parts.readOnly || parts.endOffset < snapshotOffset) {
            return; // the producers' state is one of later, and does not fit what would be replayed
        }
        final long goal = tail.reachFrom(parts.endOffset);
        final BatchFlyweight batch = new BatchFlyweight();
        DirectBuffer bytes;
        while ((bytes = tail.batchAt(disk, parts.endOffset)) != null) {
            append(batch.wrap(bytes, 0, bytes.capacity()), bytes);
        }
        if (parts.endOffset != goal) {
            // It was sound a moment ago; the journals are kept, not to lose what they hold.
            tail.keep();
            throw new DiskException(
                    directory + ": the journal's batch at offset " + parts.endOffset + " cannot be read any more",
                    DiskStatus.IO_ERROR);
        }
        if (report.batchesReplayed > 0) {
            parts.segments.getLast().completeTimeIndex();
        }
        if (goal < tail.provenOffset()) {
            report.damaged = true;
            report.faultOffset = goal;
            durableOffset = Math.max(durableOffset, tail.provenOffset());
            report.add("DAMAGE: segments and journal end at offset " + goal + ", though the log was durable to "
                    + tail.provenOffset() + "; it is read-only");
            parts.readOnly = true;
        }
    }

    /** Of a log that is not written any more: the journals go, and what came out of them must not. */
    private void syncReplayed() {
        if (report.batchesReplayed > 0) {
            for (final Segment segment : validated) {
                disk.sync(segment.file());
            }
            disk.syncDirectory(directory);
        }
    }

    private void append(final BatchFlyweight batch, final DirectBuffer bytes) {
        Segment last = parts.segments.getLast();
        final int length = bytes.capacity();
        final long jitterMs = config.jitterMs(directory, last.baseOffset);
        if (last.isFullFor(config, jitterMs, length, batch.lastOffset(), batch.maxTimestamp(), nowMs)) {
            last.completeTimeIndex();
            final String path = LogFiles.path(directory, parts.endOffset, LogFiles.LOG);
            final DiskFile file = disk.open(path, Disk.OpenMode.REPLACE);
            last = Segment.empty(context.indexMemory(), context.nextSegmentId(), parts.endOffset, file, nowMs);
            parts.segments.add(last);
            validated.add(last);
        }
        aborted.goOn(last);
        changed = true;
        disk.write(last.file(), last.size, bytes, 0, length);
        last.add(batch, config.indexIntervalBytes());
        parts.epochs.assign(batch.partitionLeaderEpoch(), batch.baseOffset());
        producers.replay(bytes, 0, length);
        parts.endOffset = batch.nextOffset();
        report.batchesReplayed++;
        report.bytesReplayed += length;
    }

    private void cut(final Segment last, final long position) {
        changed = true;
        disk.truncate(last.file(), position);
        disk.sync(last.file());
    }

    private void removeFiles(final Segment segment) {
        segment.drop();
        disk.unlink(LogFiles.path(directory, segment.baseOffset, LogFiles.LOG));
        disk.syncDirectory(directory);
        disk.unlink(LogFiles.path(directory, segment.baseOffset, LogFiles.INDEX));
        disk.unlink(LogFiles.path(directory, segment.baseOffset, LogFiles.TIME_INDEX));
        aborted.remove(segment);
        changed = true;
    }

    private void closeFrom(final int next) {
        while (parts.segments.size() > next) {
            parts.segments.removeLast().drop();
        }
    }

    /** What the end that was found means for the whole. */
    private void conclude() {
        final boolean isEmpty = parts.segments.isEmpty();
        final long goal = Math.max(durableOffset, parts.startOffset);
        if (!isEmpty && parts.endOffset < parts.startOffset && parts.startOffset < durableOffset) {
            // Damage below the start hides what lies behind it: nothing can be served, and nothing may be thrown away.
            report.damaged = true;
            report.add("DAMAGE: the log ends at offset " + parts.endOffset + ", below its start " + parts.startOffset
                    + ", though it was durable to " + durableOffset
                    + "; nothing of it can be read, its files are kept");
            parts.readOnly = true;
            parts.endOffset = parts.startOffset;
        } else if (isEmpty || parts.endOffset < parts.startOffset) {
            if (durableOffset > parts.startOffset) {
                report.damaged = true;
                report.add("DAMAGE: " + (isEmpty ? "there are no segments" : "the log ends at " + parts.endOffset)
                        + ", though it was durable from " + parts.startOffset + " to " + durableOffset
                        + "; it goes on at " + goal);
            }
            beginAnew(goal);
        } else if (parts.endOffset < durableOffset && !parts.readOnly) {
            report.damaged = true;
            report.add("DAMAGE: the log ends at offset " + parts.endOffset + ", though it was durable to "
                    + durableOffset + "; it is read-only");
            parts.readOnly = true;
        }
        parts.startOffset = Math.max(parts.startOffset, parts.segments.getFirst().baseOffset);
        parts.recoveryPoint = Math.max(recoveryPoint, tail.provenOffset());
    }

    private void beginAnew(final long offset) {
        while (!parts.segments.isEmpty()) {
            removeFiles(parts.segments.removeFirst());
        }
        validated.clear();
        final DiskFile file = disk.open(LogFiles.path(directory, offset, LogFiles.LOG), Disk.OpenMode.REPLACE);
        final Segment only = Segment.empty(context.indexMemory(), context.nextSegmentId(), offset, file, nowMs);
        parts.segments.add(only);
        validated.add(only);
        parts.epochs.clear();
        parts.readOnly = false;
        parts.startOffset = offset;
        parts.endOffset = offset;
        changed = true;
    }

    /** Makes durable what will be taken for durable from now on. */
    private Log finish() {
        report.endOffset = parts.endOffset;
        if (report.damaged) {
            tail.keep();
        }
        final Segment active = parts.segments.getLast();
        parts.syncedOffset = parts.endOffset;
        if (parts.readOnly) {
            syncReplayed();
        } else {
            parts.epochs.truncateFromStart(parts.startOffset);
            if (unsynced != active || changed) {
                unsynced = null;
                if (changed) {
                    writeIndexes();
                    disk.syncDirectory(directory);
                }
                writeEpochs();
                writeSnapshot();
            } else {
                // As in the life before: its indexes, and what vouches for it, come with its end.
                aborted.write(validated);
                writeEpochs();
                parts.syncedOffset = Math.max(durableOffset, active.baseOffset);
                if (parts.syncedOffset == parts.endOffset) {
                    disk.syncDirectory(directory);
                }
            }
        }
        for (final Segment segment : parts.segments) {
            segment.sealed = segment != active;
            segment.appendedSize = segment.size;
            segment.syncedSize = segment == unsynced ? 0 : segment.size;
            if (segment.sealed && segment.hasIndexes()) {
                context.indexCache().touch(segment);
            }
        }
        return new Log(context, directory, config, producers, PartitionMetadata.read(disk, directory), parts);
    }

    private void writeIndexes() {
        for (final Segment segment : validated) {
            disk.sync(segment.file());
            replace(segment, LogFiles.INDEX, segment.offsetIndex.entries());
            replace(segment, LogFiles.TIME_INDEX, segment.timeIndex.entries());
            report.indexesRebuilt++;
        }
        aborted.write(validated);
    }

    private void writeEpochs() {
        if (parts.epochs.isChanged()) {
            final DirectBuffer text = EpochFile.encode(parts.epochs);
            if (!text.equals(epochsRead)) {
                replaceDurably(directory + '/' + LogFiles.LEADER_EPOCHS, text);
            }
            parts.epochs.markWritten();
        }
    }

    /** The state at the end is written down, so that what it was made of may go; strays that nobody needs go too. */
    private void writeSnapshot() {
        for (final long offset : unsoundSnapshots) {
            disk.unlink(LogFiles.path(directory, offset, LogFiles.SNAPSHOT));
        }
        if (parts.snapshots.newest() != parts.endOffset) {
            replaceDurably(LogFiles.path(directory, parts.endOffset, LogFiles.SNAPSHOT), producers.encodeSnapshot());
            parts.snapshots.add(parts.endOffset);
        }
        for (int i = parts.snapshots.count() - 1; i >= 0; i--) {
            final long offset = parts.snapshots.at(i);
            final boolean isBase = parts.segments.stream().anyMatch(segment -> segment.baseOffset == offset);
            if (offset > parts.endOffset || (offset < parts.endOffset && !isBase)) {
                disk.unlink(LogFiles.path(directory, offset, LogFiles.SNAPSHOT));
                parts.snapshots.remove(offset);
            }
        }
    }

    private void replace(final Segment segment, final String suffix, final IndexEntries entries) {
        replaceDurably(LogFiles.path(directory, segment.baseOffset, suffix), entries.copy());
    }

    private void replaceDurably(final String path, final DirectBuffer bytes) {
        disk.replace(directory, path, bytes);
    }

    private DirectBuffer readAll(final String path) {
        final DiskFile file = disk.open(path, Disk.OpenMode.READ_ONLY);
        if (file == null) {
            return null;
        }
        try {
            final byte[] bytes = new byte[(int) Math.min(file.size(), Integer.MAX_VALUE - 8)];
            final int length = disk.read(file, 0, new UnsafeBuffer(bytes), 0, bytes.length);
            return new UnsafeBuffer(bytes, 0, length);
        } finally {
            file.close();
        }
    }
}
