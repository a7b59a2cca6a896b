package io.millrace.engine.log;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Sorts a partition directory's names at start: what is a log, a snapshot, or a leftover that may go. */
final class DirectoryTidy {
    private static final List<String> INDEXES = List.of(LogFiles.INDEX, LogFiles.TIME_INDEX, LogFiles.TXN_INDEX);

    private final BlockingDisk disk;
    private final String directory;
    private final RecoveryReport report;
    private final ArrayList<Long> logs = new ArrayList<>();
    private final ArrayList<Long> snapshots = new ArrayList<>();
    private final TreeSet<Long> aborted = new TreeSet<>();
    private boolean changed;

    DirectoryTidy(final BlockingDisk disk, final String directory, final RecoveryReport report) {
        this.disk = disk;
        this.directory = directory;
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

    /** A cleaner had swapped a segment in and was interrupted: the swap counts once its predecessor is gone. */
    private boolean finishSwaps(final TreeSet<String> names) {
        boolean found = false;
        for (final String name : names) {
            if (name.endsWith(LogFiles.SWAP)) {
                found = true;
                final String target = name.substring(0, name.length() - LogFiles.SWAP.length());
                if (names.contains(target) || LogFiles.offsetOf(target, LogFiles.LOG) < 0) {
                    remove(name);
                } else {
                    disk.rename(directory + '/' + name, directory + '/' + target);
                    report.add(name + " was left by an interrupted cleaning: renamed to " + target);
                    changed = true;
                }
            }
        }
        return found;
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
