package io.millrace.engine.core;

import io.millrace.engine.journal.Journals;
import io.millrace.engine.log.BlockingDisk;
import io.millrace.engine.log.CheckpointException;
import io.millrace.engine.log.Checkpoints;
import io.millrace.engine.log.DiskException;
import io.millrace.engine.log.JournalTail;
import io.millrace.engine.log.LogFiles;
import io.millrace.engine.log.PartitionDirectory;
import io.millrace.engine.log.PartitionMetadata;
import io.millrace.engine.metadata.FileMetadataLog;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.metadata.MetadataController;
import io.millrace.engine.metadata.MetadataDamageException;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.MetadataListener;
import io.millrace.engine.metadata.MetadataSnapshot;
import io.millrace.engine.metadata.MetadataStateMachine;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.Entropy;
import io.millrace.engine.port.MetadataLogHandler;
import io.millrace.engine.settings.Settings;
import io.millrace.engine.status.PlantedBug;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/**
 * Brings a data directory up, blocking, before any core runs: the metadata is replayed, partitions of cores that are
 * gone find new owners, directories that no topic claims are set aside. The result is shared by the node's cores, which
 * only read it. Used through core 0's disk.
 */
public final class NodeBoot {
    private static final int REMAP_POLL_LIMIT = 64;

    /** Ids are random: two that differ by no more than one character of a file are the same one. */
    private static final int ID_BITS_TURNED_MAX = 6;

    private final int nodeId;
    private final int coreCount;
    private final Settings settings;
    private final BlockingDisk disk;
    private final Entropy entropy;
    private final MetadataStateMachine machine;
    private final TreeSet<String> deletedTopicIds = new TreeSet<>();
    private final TreeSet<String> deletedTopicNames = new TreeSet<>();
    private final TreeMap<String, PartitionDirectory> directories = new TreeMap<>();
    private final List<String> findings = new ArrayList<>();
    private final List<String> leftovers = new ArrayList<>();
    private boolean clean;
    private Map<String, Long> recoveryPoints;
    private Map<String, Long> cleanedOffsets;
    private Map<String, Long> startOffsets;
    private FileMetadataLog log;
    private MetadataController controller;
    private Journals journals;
    /** Whose directories are set aside. */
    private final List<PartitionMetadata> strays = new ArrayList<>();
    /** Names of directories that this start took out of the way: what checkpoints say of them may be the topic's. */
    private final TreeSet<String> setAside = new TreeSet<>();

    /** @param settings as given at start, without dynamic ones */
    public NodeBoot(
            final int nodeId,
            final int coreCount,
            final Settings settings,
            final Disk coreZeroDisk,
            final Entropy entropy) {
        this.nodeId = nodeId;
        this.coreCount = coreCount;
        this.settings = settings;
        this.disk = new BlockingDisk(coreZeroDisk);
        this.entropy = entropy;
        this.machine = new MetadataStateMachine(new MetadataImage(nodeId, settings));
    }

    /**
     * Reads everything and repairs what a crash left half done.
     *
     * @throws io.millrace.engine.metadata.MetadataDamageException if committed metadata cannot be read
     * @throws io.millrace.engine.log.CheckpointException if a file that says where logs start, or to where they were
     *     durable, is not sound
     * @throws io.millrace.engine.log.DiskException if the disk fails
     */
    public NodeBoot run() {
        clean = Checkpoints.isCleanShutdown(disk);
        recoveryPoints = read(
                Checkpoints.RECOVERY_POINTS,
                "every log is then checked from its start, and what only this file knows to have been durable may pass"
                        + " for the unfinished end of a log");
        cleanedOffsets = readCleaned();
        startOffsets = read(
                Checkpoints.LOG_STARTS,
                "each log then starts with its first segment, and deleted records that still lie there come back");
        machine.listener(new MetadataListener() {
            @Override
            public void onTopicDeleted(final TopicImage topic) {
                deletedTopicIds.add(topic.idHigh() + ":" + topic.idLow());
                deletedTopicNames.add(topic.name());
            }
        });
        log = FileMetadataLog.open(disk.disk(), new Replay());
        findings.addAll(log.reports());
        machine.listener(null);
        if (!PlantedBug.MOVE_EPOCH_TWICE.isPlanted()) {
            machine.passReservedEpochs();
        }
        if (clean) {
            Journals.forget(disk);
        }
        Checkpoints.clearCleanShutdown(disk);
        controller = new MetadataController(machine.image(), log, entropy.stream("metadata"));
        remap();
        sortDirectories();
        forgetDeleted();
        journals = Journals.read(disk, coreCount);
        findings.addAll(journals.findings());
        // Not by whether metadata knows the topic: what was deleted long ago it does not know either.
        strays.forEach(stray -> journals.keep(stray.topicIdHigh(), stray.topicIdLow()));
        return this;
    }

    /**
     * All cores have opened their partitions, and none has taken anything yet: the last life's journals go. Were they
     * kept, the next crash could bring back what this start has cut. What they prove of damaged partitions is written
     * down before, for their segments do not say it.
     *
     * @param own a disk of the calling thread
     * @return those kept under another name, since they are damaged, or for the sake of damaged partitions
     */
    public List<String> recovered(final Disk own) {
        final BlockingDisk blocking = new BlockingDisk(own);
        final boolean[] changed = {false};
        journals.forEachDamaged((topicIdHigh, topicIdLow, partition, provenOffset) -> {
            final String name = directoryOf(topicIdHigh, topicIdLow, partition);
            if (name != null && recoveryPoints.getOrDefault(name, 0L) < provenOffset) {
                recoveryPoints.put(name, provenOffset);
                changed[0] = true;
            }
        });
        if (changed[0]) {
            Checkpoints.replace(blocking, Checkpoints.RECOVERY_POINTS, recoveryPoints);
        }
        return journals.remove(blocking);
    }

    /** The directory that was there at the start, or null. */
    private String directoryOf(final long topicIdHigh, final long topicIdLow, final int partition) {
        final MetadataImage image = machine.image();
        for (int i = 0; i < image.topicCount(); i++) {
            final TopicImage topic = image.topicAt(i);
            if (topic.idHigh() == topicIdHigh && topic.idLow() == topicIdLow) {
                final String name = PartitionDirectory.nameOf(topic.name(), partition);
                return hasDirectory(name) ? name : null;
            }
        }
        return null;
    }

    /** The end of an orderly stop: every log is closed and every position written down, on every core. */
    public static void markOrderlyStop(final BlockingDisk disk) {
        Checkpoints.markCleanShutdown(disk);
        try {
            Journals.forget(disk);
        } catch (final DiskException stay) {
            // They do no harm: with the mark, the next start does not read them.
        }
    }

    /** What the last life's journals hold of a partition. */
    JournalTail journalTail(final TopicImage topic, final int partition) {
        return journals.tailOf(topic.idHigh(), topic.idLow(), partition);
    }

    /**
     * The crash came after a deletion was committed, and before the positions were out of the checkpoint files: a topic
     * that gets the same name must not meet them. While cores run, a name gets its directory again only after that.
     */
    private void forgetDeleted() {
        boolean changed = false;
        for (final String name : union(recoveryPoints, startOffsets, cleanedOffsets)) {
            final PartitionDirectory directory = PartitionDirectory.parse(name);
            final TopicImage topic = directory == null ? null : machine.image().topic(directory.topic());
            final boolean claimed = topic != null && directory.partition() < topic.partitionCount();
            final boolean isPredecessors = claimed
                    && !directories.containsKey(name)
                    && !setAside.contains(name)
                    && deletedTopicNames.contains(topic.name());
            if (!claimed || isPredecessors) {
                final Long recoveryPoint = recoveryPoints.remove(name);
                startOffsets.remove(name);
                cleanedOffsets.remove(name);
                changed = true;
                if (claimed && recoveryPoint != null && recoveryPoint > 0) {
                    findings.add(name + " has no directory: what the checkpoint says of it, that it reached offset "
                            + recoveryPoint + ", is taken for that of a deleted topic of the same name");
                }
            }
        }
        if (changed) {
            Checkpoints.replace(disk, Checkpoints.RECOVERY_POINTS, recoveryPoints);
            Checkpoints.replace(disk, Checkpoints.LOG_STARTS, startOffsets);
            Checkpoints.replace(disk, Checkpoints.CLEANED, cleanedOffsets);
        }
    }

    @SafeVarargs
    private static TreeSet<String> union(final Map<String, Long>... maps) {
        final TreeSet<String> names = new TreeSet<>();
        for (final Map<String, Long> map : maps) {
            names.addAll(map.keySet());
        }
        return names;
    }

    private final class Replay implements MetadataLogHandler {
        @Override
        public void onSnapshot(final long index, final DirectBuffer state, final int offset, final int length) {
            machine.load(index, state, offset, length);
        }

        @Override
        public void onEntry(final long index, final DirectBuffer entry, final int offset, final int length) {
            machine.apply(index, entry, offset, length);
        }

        @Override
        public void onUnfinishedEnd() {
            checkThatNoPartitionIsCut();
        }

        @Override
        public void onRefused(final long fromIndex) {
            throw new DiskException(
                    "the metadata log cannot be written, so the partitions cannot be given to " + coreCount
                            + " cores: free space on the disk, or start with as many cores as before",
                    DiskStatus.NO_SPACE);
        }
    }

    /** Gives partitions of cores that are gone to cores that are there, through the log. */
    private void remap() {
        final ExpandableArrayBuffer command = new ExpandableArrayBuffer(64);
        final int length = MetadataCommands.remap(command, 0, coreCount);
        final long awaitIndex = controller.execute(command, 0, length).awaitIndex();
        final Replay replay = new Replay();
        while (machine.image().version() < awaitIndex) {
            if (log.poll(replay, REMAP_POLL_LIMIT) == 0) {
                disk.disk().await();
                disk.disk().poll(REMAP_POLL_LIMIT);
            }
        }
        if (machine.image().coreCount(nodeId) != coreCount) {
            throw new IllegalStateException("remapping to " + coreCount + " cores was refused by the metadata log");
        }
    }

    /** Sets directories aside whose topic is not known; removes those of topics that were deleted. */
    private void sortDirectories() {
        for (final String name : disk.list("")) {
            final PartitionDirectory directory = PartitionDirectory.parse(name);
            if (directory == null) {
                continue;
            }
            switch (directory.state()) {
                case DELETED -> leftovers.add(name);
                case STRAY -> {
                    findings.add(name + " was set aside at an earlier start and is still there");
                    addStray(PartitionMetadata.read(disk, name));
                }
                case LIVE -> sortLive(name, directory);
            }
        }
        if (!leftovers.isEmpty()) {
            disk.syncDirectory("");
        }
        for (final String name : leftovers) {
            PartitionMetadata.removeTree(disk, name);
        }
    }

    private void sortLive(final String name, final PartitionDirectory directory) {
        final PartitionMetadata id = PartitionMetadata.read(disk, name);
        final TopicImage topic = machine.image().topic(directory.topic());
        if (isClaimed(topic, directory, id)) {
            directories.put(name, directory);
            return;
        }
        if (isDamagedId(topic, directory, id, name)) {
            // Only this directory can hold what the metadata says is there: what lies in it is judged by recovery.
            new PartitionMetadata(topic.idHigh(), topic.idLow()).write(disk, name);
            directories.put(name, directory);
            findings.add(name + ": " + LogFiles.PARTITION_METADATA
                    + (id == null ? " held no topic id that can be read" : " held a topic id with a few wrong bits")
                    + ": written anew from the metadata");
            return;
        }
        final long high = entropy.nextLong();
        final long low = entropy.nextLong();
        if (id == null && PartitionMetadata.isUnused(disk, name)) {
            // A crash came between making the directory and its topic id: nothing was ever written into it.
            final String deleted = PartitionDirectory.deletedNameOf(name, high, low);
            disk.rename(name, deleted);
            leftovers.add(deleted);
        } else if (id != null && isDeleted(id)) {
            final String deleted = PartitionDirectory.deletedNameOf(name, high, low);
            disk.rename(name, deleted);
            leftovers.add(deleted);
        } else {
            final String stray = PartitionDirectory.strayNameOf(name, high, low);
            disk.rename(name, stray);
            disk.syncDirectory("");
            setAside.add(name);
            addStray(id);
            findings.add(
                    name + (id == null ? " has no topic id" : " carries a topic id that the metadata does not know")
                            + ": set aside as " + stray + ", nothing was deleted");
        }
    }

    private void addStray(final PartitionMetadata id) {
        if (id != null) {
            strays.add(id);
        }
    }

    /** A partition gets its directory after it was committed: if one is unknown, its entry was no unfinished write. */
    private void checkThatNoPartitionIsCut() {
        for (final String name : disk.list("")) {
            final PartitionDirectory directory = PartitionDirectory.parse(name);
            if (directory == null || directory.state() != PartitionDirectory.State.LIVE) {
                continue;
            }
            final PartitionMetadata id = PartitionMetadata.read(disk, name);
            final TopicImage topic = machine.image().topic(directory.topic());
            if (id != null
                    && !isClaimed(topic, directory, id)
                    && !isDamagedId(topic, directory, id, name)
                    && !isDeleted(id)) {
                throw new MetadataDamageException(
                        name + " belongs to no partition that the metadata knows, so that what"
                                + " looks like an unfinished write at the end of the metadata log is damage; nothing was"
                                + " changed. If the directory was put there by hand, move it away");
            }
        }
    }

    private static boolean isClaimed(
            final TopicImage topic, final PartitionDirectory directory, final PartitionMetadata id) {
        return topic != null
                && id != null
                && directory.partition() < topic.partitionCount()
                && id.topicIdHigh() == topic.idHigh()
                && id.topicIdLow() == topic.idLow();
    }

    /** Whether the directory is the topic's, though its topic id went bad. */
    private boolean isDamagedId(
            final TopicImage topic, final PartitionDirectory directory, final PartitionMetadata id, final String name) {
        if (topic == null || directory.partition() >= topic.partitionCount()) {
            return false;
        }
        if (id == null) {
            // It may be that of a deleted topic of the same name.
            return !deletedTopicNames.contains(topic.name()) && !PartitionMetadata.isUnused(disk, name);
        }
        return Long.bitCount(id.topicIdHigh() ^ topic.idHigh()) + Long.bitCount(id.topicIdLow() ^ topic.idLow())
                <= ID_BITS_TURNED_MAX;
    }

    private boolean isDeleted(final PartitionMetadata id) {
        return deletedTopicIds.contains(id.topicIdHigh() + ":" + id.topicIdLow());
    }

    /** A core's own copy of the metadata as of now. */
    MetadataStateMachine newMachine() {
        final MetadataSnapshot snapshot = new MetadataSnapshot();
        final int length = snapshot.encode(machine.image());
        final MetadataStateMachine copy = new MetadataStateMachine(new MetadataImage(nodeId, settings));
        copy.load(machine.image().version(), snapshot.buffer(), 0, length);
        return copy;
    }

    /** Core 0's own state; used by core 0 alone once cores run. */
    MetadataStateMachine machine() {
        return machine;
    }

    MetadataController controller() {
        return controller;
    }

    FileMetadataLog log() {
        return log;
    }

    boolean hasDirectory(final String name) {
        return directories.containsKey(name);
    }

    /** How far compactions came costs nothing but time to find out again: a file that is not sound is none. */
    private Map<String, Long> readCleaned() {
        try {
            return Checkpoints.read(disk, Checkpoints.CLEANED);
        } catch (final CheckpointException unsound) {
            findings.add(unsound.getMessage() + "; compactions begin at the start of each log");
            return new TreeMap<>();
        }
    }

    /** What nothing else says must not be guessed. */
    private Map<String, Long> read(final String file, final String otherwise) {
        try {
            return Checkpoints.read(disk, file);
        } catch (final CheckpointException unsound) {
            throw new CheckpointException(unsound.getMessage() + ". Mend the line; or remove the file: " + otherwise);
        }
    }

    Map<String, Long> cleanedOffsets() {
        return cleanedOffsets;
    }

    Map<String, Long> recoveryPoints() {
        return recoveryPoints;
    }

    Map<String, Long> startOffsets() {
        return startOffsets;
    }

    public Settings settings() {
        return settings;
    }

    /** The metadata as replayed; for reading before the cores run. */
    public MetadataImage image() {
        return machine.image();
    }

    /** Whether the last stop was orderly. */
    public boolean isClean() {
        return clean;
    }

    /** What people should know; empty after a clean start. */
    public List<String> findings() {
        return findings;
    }
}
