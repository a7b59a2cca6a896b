package io.millrace.engine.log;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskFile;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Sorts a partition directory's names at start: what is a log, a snapshot, or a leftover that may go. */
final class DirectoryTidy {
    private static final List<String> INDEXES = List.of(LogFiles.INDEX, LogFiles.TIME_INDEX, LogFiles.TXN_INDEX);

    private final BlockingDisk disk;
    private final String directory;
    private final CompactionMark mark;
    private final RecoveryReport report;
    private final ArrayList<Long> logs = new ArrayList<>();
    private final ArrayList<Long> snapshots = new ArrayList<>();
    private final TreeSet<Long> aborted = new TreeSet<>();
    private boolean changed;

    DirectoryTidy(
            final BlockingDisk disk, final String directory, final CompactionMark mark, final RecoveryReport report) {
        this.disk = disk;
        this.directory = directory;
        this.mark = mark;
        this.report = report;
    }

    void run() {
        TreeSet<String> names = new TreeSet<>(disk.list(directory));
        if (finishSwaps(names)) {
            names = new TreeSet<>(disk.list(directory));
        }
        for (final String name : names) {
            final long log = LogFiles.offsetOf(name, LogFiles.LOG);
            final long snapshot = LogFiles.offsetOf(name, LogFiles.SNAPSHOT);
            if (log >= 0) {
                logs.add(log);
            } else if (snapshot >= 0) {
                snapshots.add(snapshot);
            } else if (isLeftover(name) || isOrphanIndex(name, names)) {
                remove(name);
            } else if (LogFiles.offsetOf(name, LogFiles.TXN_INDEX) >= 0) {
                aborted.add(LogFiles.offsetOf(name, LogFiles.TXN_INDEX));
            }
        }
        if (changed) {
            disk.syncDirectory(directory);
        }
    }

    /** Ascending. */
    List<Long> logs() {
        return logs;
    }

    /** Ascending. */
    List<Long> snapshots() {
        return snapshots;
    }

    /** Segments with a list of aborted transactions beside them. */
    TreeSet<Long> aborted() {
        return aborted;
    }

    boolean hasChanged() {
        return changed;
    }

    /** A compaction was interrupted: what it had put in place of other segments for good is brought to its end. */
    private boolean finishSwaps(final TreeSet<String> names) {
        boolean found = false;
        for (final String name : names) {
            final long base = LogFiles.offsetOf(name, LogFiles.LOG + LogFiles.SWAP);
            if (base >= 0 && (mark.swapBase() == base || !mark.sound())) {
                finishSwap(names, base);
            } else if (base >= 0 && !names.contains(LogFiles.name(base, LogFiles.LOG))) {
                disk.rename(directory + '/' + name, LogFiles.path(directory, base, LogFiles.LOG));
                changed = true;
            }
            found |= name.endsWith(LogFiles.SWAP);
        }
        for (final String name : found ? disk.list(directory) : List.<String>of()) {
            if (name.endsWith(LogFiles.SWAP)) {
                remove(name); // an index whose log never got so far
            }
        }
        return found;
    }

    private void finishSwap(final TreeSet<String> names, final long base) {
        final String swapped = LogFiles.name(base, LogFiles.LOG + LogFiles.SWAP);
        final long end = mark.swapBase() == base ? mark.swapEnd() : contentEnd(swapped, base);
        for (final String name : names) {
            final long other = LogFiles.offsetOf(name, LogFiles.LOG);
            if (other > base && other < end) {
                remove(name);
                remove(LogFiles.name(other, LogFiles.SNAPSHOT));
                INDEXES.forEach(suffix -> remove(LogFiles.name(other, suffix)));
            }
        }
        for (final String suffix : INDEXES) {
            final String index = LogFiles.name(base, suffix);
            if (names.contains(index + LogFiles.SWAP)) {
                disk.rename(directory + '/' + index + LogFiles.SWAP, directory + '/' + index);
            }
        }
        disk.syncDirectory(directory);
        disk.rename(directory + '/' + swapped, LogFiles.path(directory, base, LogFiles.LOG));
        disk.syncDirectory(directory);
        report.add(
                swapped + " was left by an interrupted compaction: it has taken the place of the segments to " + end);
        changed = true;
    }

    /** Where the batches end, if nothing says which segments they stand for. */
    private long contentEnd(final String name, final long base) {
        final DiskFile file = disk.open(directory + '/' + name, Disk.OpenMode.READ_ONLY);
        try {
            final SegmentScan scan = new SegmentScan(disk);
            scan.holesBelow = Long.MAX_VALUE;
            scan.run(file, 0, base, true, (batch, position) -> {});
            return scan.nextOffset;
        } finally {
            file.close();
        }
    }

    private static boolean isLeftover(final String name) {
        return name.endsWith(LogFiles.DELETED) || name.endsWith(LogFiles.CLEANED) || name.endsWith(LogFiles.TMP);
    }

    private static boolean isOrphanIndex(final String name, final TreeSet<String> names) {
        for (final String suffix : INDEXES) {
            final long offset = LogFiles.offsetOf(name, suffix);
            if (offset >= 0) {
                return !names.contains(LogFiles.name(offset, LogFiles.LOG));
            }
        }
        return false;
    }

    private void remove(final String name) {
        disk.unlink(directory + '/' + name);
        changed = true;
    }
}
