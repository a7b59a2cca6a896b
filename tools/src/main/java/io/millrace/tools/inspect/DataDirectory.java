package io.millrace.tools.inspect;

import io.millrace.engine.journal.JournalFormat;
import io.millrace.engine.metadata.MetadataScan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A directory of partitions, as a broker's {@code --data-dir} or Apache Kafka's {@code log.dirs} names it. */
final class DataDirectory {
    static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";
    static final String RECOVERY_POINTS = "recovery-point-offset-checkpoint";
    static final String START_OFFSETS = "log-start-offset-checkpoint";
    static final String HIGH_WATERMARKS = "replication-offset-checkpoint";
    static final String CLEANED = "cleaner-offset-checkpoint";
    static final String PROPERTIES = "meta.properties";
    static final String MILLRACE_METADATA = MetadataScan.LOG_FILE;

    private DataDirectory() {}

    /** The partitions' directories in it. */
    static List<Path> partitions(final Path directory) {
        return PartitionFiles.list(directory).stream()
                .filter(path -> Files.isDirectory(path) && PartitionFiles.isPartitionName(PartitionFiles.nameOf(path)))
                .toList();
    }

    /** Whether it has anything that Apache Kafka would not have written. */
    static boolean isOfMillrace(final Path directory) {
        return PartitionFiles.list(directory).stream()
                .map(PartitionFiles::nameOf)
                .anyMatch(name -> name.equals(MILLRACE_METADATA)
                        || name.equals(MetadataScan.SNAPSHOT_FILE)
                        || JournalFormat.isJournal(name));
    }

    static boolean is(final Path directory) {
        return Files.exists(directory.resolve(PROPERTIES))
                || Files.exists(directory.resolve(MILLRACE_METADATA))
                || partitions(directory).stream().anyMatch(path -> new PartitionFiles(path).isPartition());
    }
}
