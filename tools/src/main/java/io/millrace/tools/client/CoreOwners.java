package io.millrace.tools.client;

import io.millrace.engine.metadata.MetadataDamageException;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.MetadataScan;
import io.millrace.engine.metadata.MetadataStateMachine;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.settings.Settings;
import io.millrace.tools.stat.Figures;
import io.millrace.tools.stat.MarkReader;
import io.millrace.tools.stat.StatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;

/**
 * Which core owns which partition, by the metadata in a broker's data directory, and by the mark of a broker that runs there
 * for moves that are in effect and could not be written. Only reads: no listener for a whole node tells it.
 */
final class CoreOwners {
    private final MetadataImage image = new MetadataImage(0, Settings.defaults());
    private final Map<Long, Integer> ahead;
    private final List<String> unwritten = new ArrayList<>();

    /** @throws CommandFailure if there are no metadata that can be read */
    CoreOwners(final Path dataDirectory) {
        final Path logFile = dataDirectory.resolve(MetadataScan.LOG_FILE);
        final Path snapshotFile = dataDirectory.resolve(MetadataScan.SNAPSHOT_FILE);
        if (!Files.exists(logFile)) {
            throw new CommandFailure("no broker's data directory: there is no " + logFile + " (see --data-dir)");
        }
        ahead = ahead(dataDirectory);
        try {
            // Before the snapshot that replaces it: beside a broker that goes on, both then fit.
            final byte[] log = Files.readAllBytes(logFile);
            final MetadataScan scan = new MetadataScan(new Replay(new MetadataStateMachine(image)));
            if (Files.exists(snapshotFile)) {
                scan.snapshot(Files.readAllBytes(snapshotFile));
            }
            scan.log(log);
        } catch (final IOException unreadable) {
            throw new CommandFailure("cannot read " + dataDirectory + ": " + Failures.plain(unreadable), unreadable);
        } catch (final MetadataDamageException damage) {
            throw new CommandFailure(
                    "the metadata in " + dataDirectory + " are damaged (./run.sh inspect " + dataDirectory
                            + " --verify says where)",
                    damage);
        }
    }

    /** Looked up before the log is read, which knows better what is written meanwhile. */
    private static Map<Long, Integer> ahead(final Path dataDirectory) {
        final Map<Long, Integer> coreByKey = new HashMap<>();
        try {
            final MarkReader mark = MarkReader.open(dataDirectory);
            if (mark.isAlive()) {
                for (final Figures core : mark.snapshot().cores()) {
                    core.placementsAhead().forEach(each -> coreByKey.put(each.partitionKey(), each.core()));
                }
            }
        } catch (final StatException nobody) {
            // Then all that is in effect is in the log.
        }
        return coreByKey;
    }

    /** Partitions of the table whose moves are in effect and not in the log. */
    List<String> unwritten() {
        return unwritten;
    }

    /** Of these targets, or of all topics if there are none; by name, then by number. */
    Table table(final List<Target> targets) {
        final Table table = new Table("topic", "partition", "core");
        if (targets.isEmpty()) {
            final List<TopicImage> topics = new ArrayList<>();
            for (int i = 0; i < image.topicCount(); i++) {
                topics.add(image.topicAt(i));
            }
            topics.sort(Comparator.comparing(TopicImage::name));
            topics.forEach(topic -> add(table, topic, -1));
        }
        for (final Target target : targets) {
            final TopicImage topic = image.topic(target.topic());
            if (topic == null) {
                throw new CommandFailure("no topic " + target.topic() + " in this data directory");
            }
            if (target.partition() >= topic.partitionCount()) {
                throw new CommandFailure("no partition " + target.partition() + " of " + target.topic()
                        + ": expected 0 to " + (topic.partitionCount() - 1));
            }
            add(table, topic, target.partition());
        }
        return table;
    }

    private void add(final Table table, final TopicImage topic, final int only) {
        for (int i = 0; i < topic.partitionCount(); i++) {
            final PartitionImage partition = topic.partition(i);
            if (partition != null && (only < 0 || only == i)) {
                final Integer elsewhere = partition.mayBeElsewhere() ? ahead.get(partition.partitionKey()) : null;
                if (elsewhere != null) {
                    unwritten.add(topic.name() + '-' + i);
                }
                table.row(topic.name(), i, elsewhere == null ? partition.ownerCore() : elsewhere);
            }
        }
    }

    /** Takes in what is sound. */
    private record Replay(MetadataStateMachine machine) implements MetadataScan.Visitor {
        @Override
        public void onSnapshot(final long index, final DirectBuffer state, final int offset, final int length) {
            machine.load(index, state, offset, length);
        }

        @Override
        public void onEntry(final long index, final DirectBuffer entry, final int offset, final int length) {
            machine.apply(index, entry, offset, length);
        }
    }
}
