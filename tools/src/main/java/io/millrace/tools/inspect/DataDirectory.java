package io.millrace.tools.inspect;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A directory of partitions, as a broker's {@code --data-dir} or Apache Kafka's {@code log.dirs} names it. */
final class DataDirectory {
    static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";
    static final String RECOVERY_POINTS = "recovery-point-offset-checkpoint";
    static final String START_OFFSETS = "log-start-offset-checkpoint";
    static final String HIGH_WATERMARKS = "replication-offset-checkpoint";
    static final String MILLRACE_METADATA = "millrace-metadata.log";

    private DataDirectory() {}

    /** The partitions' directories in it. */
    static List<Path> partitions(final Path directory) {
        return PartitionFiles.list(directory).stream()
                .filter(path -> Files.isDirectory(path) && PartitionFiles.isPartitionName(PartitionFiles.nameOf(path)))
                .toList();
    }

    static boolean is(final Path directory) {
        return Files.exists(directory.resolve("meta.properties"))
                || Files.exists(directory.resolve(MILLRACE_METADATA))
                || partitions(directory).stream().anyMatch(path -> new PartitionFiles(path).isPartition());
    }
}
