package io.millrace.tools.inspect;

import io.millrace.engine.log.PartitionDirectory;
import io.millrace.engine.log.PartitionMetadata;
import io.millrace.engine.metadata.MetadataDamageException;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.MetadataListener;
import io.millrace.engine.metadata.MetadataScan;
import io.millrace.engine.metadata.MetadataStateMachine;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.agrona.DirectBuffer;

/**
 * The metadata of a directory of Millrace, replayed as a start does it, and against the partitions that lie beside it.
 * The log is read before the snapshot that replaces it: beside a broker that goes on, both then fit.
 */
final class MetadataInspection {
    private static final int BYTES_MAX = 1 << 30;

    private final Totals totals;
    private final MetadataRows rows;
    private final MetadataImage image = new MetadataImage(0, Settings.defaults());
    private final MetadataStateMachine machine = new MetadataStateMachine(image);
    private final Set<String> deletedIds = new HashSet<>();
    private final Set<String> deletedNames = new HashSet<>();
    private Path snapshotFile;
    private Path logFile;
    /** Whose rows are shown, or null. */
    private Path shown;
    /** What the image cannot take is told once; what follows it cannot be taken either. */
    private boolean isBroken;

    private boolean isUnfinished;

    MetadataInspection(final Options options, final Report report, final Totals totals) {
        this.totals = totals;
        this.rows = new MetadataRows(options, report);
        machine.listener(new MetadataListener() {
            @Override
            public void onTopicDeleted(final TopicImage topic) {
                deletedIds.add(Values.topicId(topic.idHigh(), topic.idLow()));
                deletedNames.add(topic.name());
            }
        });
    }

    static boolean isMetadata(final Path file) {
        final String name = PartitionFiles.nameOf(file);
        return name.equals(MetadataScan.LOG_FILE) || name.equals(MetadataScan.SNAPSHOT_FILE);
    }

    /** One of the two files, in the light of the other. */
    void show(final Path file) {
        shown = file;
        final boolean isLog = PartitionFiles.nameOf(file).equals(MetadataScan.LOG_FILE);
        snapshotFile = file.resolveSibling(MetadataScan.SNAPSHOT_FILE);
        logFile = file.resolveSibling(MetadataScan.LOG_FILE);
        replay(isLog ? FileWindow.readAll(file, BYTES_MAX) : null);
    }

    /** Everything that a start looks at before the partitions' own files. */
    void verify(final Path directory) {
        snapshotFile = directory.resolve(MetadataScan.SNAPSHOT_FILE);
        logFile = directory.resolve(MetadataScan.LOG_FILE);
        if (!DataDirectory.isOfMillrace(directory)) {
            return;
        }
        if (!Files.exists(logFile)) {
            totals.accept(Finding.damage(logFile, Finding.WHOLE_FILE, "is missing, without it no broker starts here"));
            return;
        }
        final Map<String, Path> partitions = livePartitions(directory);
        final Map<String, PartitionMetadata> ids = new TreeMap<>();
        partitions.forEach((name, path) -> ids.put(name, idOf(path)));
        final byte[] log = FileWindow.readAll(logFile, BYTES_MAX);
        replay(log);
        if (isBroken) {
            return;
        }
        partitions.forEach((name, path) -> judge(path, PartitionDirectory.parse(name), ids.get(name)));
        checkThatAllAreThere(directory, partitions.keySet(), log.length);
    }

    private static Map<String, Path> livePartitions(final Path directory) {
        final Map<String, Path> partitions = new TreeMap<>();
        for (final Path path : DataDirectory.partitions(directory)) {
            final PartitionDirectory name = PartitionDirectory.parse(PartitionFiles.nameOf(path));
            if (name != null && name.state() == PartitionDirectory.State.LIVE) {
                partitions.put(PartitionFiles.nameOf(path), path);
            }
        }
        return partitions;
    }

    private static PartitionMetadata idOf(final Path partition) {
        final Path file = partition.resolve(PartitionFiles.METADATA);
        return Files.exists(file)
                ? PartitionMetadata.parse(
                        new String(FileWindow.readAll(file, PartitionFiles.METADATA_BYTES_MAX), StandardCharsets.UTF_8))
                : null;
    }

    /** @param log the log's bytes, or null to look at the snapshot alone */
    private void replay(final byte[] log) {
        final MetadataScan scan = new MetadataScan(new Replay());
        Path file = snapshotFile;
        try {
            if (Files.exists(snapshotFile)) {
                scan.snapshot(FileWindow.readAll(snapshotFile, BYTES_MAX));
            }
            file = logFile;
            if (log != null) {
                final int end = scan.log(log);
                if (end < log.length) {
                    isUnfinished = true;
                    totals.accept(Finding.torn(
                            logFile,
                            end,
                            (log.length - end) + " bytes of an unfinished write behind entry " + scan.lastIndex()));
                }
            }
        } catch (final MetadataDamageException e) {
            damage(file, e.position(), e.what());
        }
    }

    private void damage(final Path file, final long position, final String what) {
        if (!isBroken) {
            isBroken = true;
            totals.accept(Finding.damage(file, position, what));
        }
    }

    private void judge(final Path path, final PartitionDirectory directory, final PartitionMetadata id) {
        final Path file = path.resolve(PartitionFiles.METADATA);
        final TopicImage topic = image.topic(directory.topic());
        if (id == null) {
            if (Files.exists(file) && PartitionFiles.wrongTopicId(file) == null) {
                totals.accept(Finding.damage(file, 0, "is not whole: two lines, a version and a topic id"));
            }
            return;
        }
        final String found = Values.topicId(id.topicIdHigh(), id.topicIdLow());
        if (deletedIds.contains(found)) {
            totals.accept(Finding.note(path, "is of a deleted topic: the next start removes it"));
        } else if (topic == null && isUnfinished) {
            damage(
                    logFile,
                    Finding.WHOLE_FILE,
                    PartitionFiles.nameOf(path)
                            + " belongs to no topic that the metadata knows, so that its end was not"
                            + " torn by a crash, but destroyed");
        } else if (topic == null) {
            totals.accept(Finding.note(path, "the metadata knows no such topic: the next start sets it aside"));
        } else if (id.topicIdHigh() != topic.idHigh() || id.topicIdLow() != topic.idLow()) {
            totals.accept(Finding.damage(
                    file,
                    0,
                    "topic id is " + found + ", the metadata says " + Values.topicId(topic.idHigh(), topic.idLow())));
        } else if (directory.partition() >= topic.partitionCount()) {
            totals.accept(Finding.damage(
                    path,
                    Finding.WHOLE_FILE,
                    "the metadata knows " + topic.partitionCount() + " partitions of the topic"));
        }
    }

    /** A partition that reached an offset must have its directory. */
    private void checkThatAllAreThere(final Path directory, final Set<String> there, final int logLength) {
        final Path recoveryPoints = directory.resolve(DataDirectory.RECOVERY_POINTS);
        for (int i = 0; i < image.topicCount(); i++) {
            final TopicImage topic = image.topicAt(i);
            for (int p = 0; p < topic.partitionCount(); p++) {
                final String name = PartitionDirectory.nameOf(topic.name(), p);
                if (there.contains(name) || deletedNames.contains(topic.name())) {
                    continue;
                }
                final long reached = CheckpointFile.offsetOf(recoveryPoints, topic.name() + ' ' + p);
                // If the log went on, the topic may have been deleted meanwhile.
                if (reached > 0
                        && !Files.exists(directory.resolve(name))
                        && logFile.toFile().length() == logLength) {
                    totals.accept(Finding.damage(
                            directory.resolve(name),
                            Finding.WHOLE_FILE,
                            "is missing, but was durable up to " + reached));
                }
            }
        }
    }

    /** Brings the image up, and shows what the user asked for. */
    private final class Replay implements MetadataScan.Visitor {
        private long position;
        private long stableIndex;

        @Override
        public void onSnapshot(final long index, final DirectBuffer state, final int offset, final int length) {
            attempt(snapshotFile, 0, "the snapshot", () -> machine.load(index, state, offset, length));
            if (snapshotFile.equals(shown) && !isBroken) {
                rows.show(snapshotFile, 0, index, index, state, offset, length);
            }
        }

        @Override
        public void onFrame(
                final int at,
                final long index,
                final long stable,
                final DirectBuffer entry,
                final int offset,
                final int length) {
            position = at;
            stableIndex = stable;
            if (logFile.equals(shown) && (length == 0 || index <= image.version())) {
                rows.show(logFile, at, index, stable, entry, offset, length);
            }
        }

        @Override
        public void onEntry(final long index, final DirectBuffer entry, final int offset, final int length) {
            attempt(logFile, position, "entry " + index, () -> machine.apply(index, entry, offset, length));
            if (logFile.equals(shown) && !isBroken) {
                rows.show(logFile, position, index, stableIndex, entry, offset, length);
            }
        }

        private void attempt(final Path file, final long at, final String what, final Runnable change) {
            if (isBroken) {
                return;
            }
            try {
                change.run();
            } catch (final RuntimeException misfit) {
                damage(file, at, what + " does not fit what is before it: " + misfit.getMessage());
            }
        }
    }
}
