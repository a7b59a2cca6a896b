package io.millrace.engine.log;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskStatus;

/** Makes a new log's directory, its topic id and its first segment, and all three durable. */
final class LogCreation {
    private LogCreation() {}

    static Log create(
            final LogContext context,
            final String directory,
            final LogConfig config,
            final LogProducers producers,
            final PartitionMetadata metadata,
            final long nowMs,
            final LogCompletion completion) {
        final Segment first = Segment.empty(context.nextSegmentId(), 0, null, nowMs);
        final Log log = new Log(context, directory, config, producers, metadata, LogParts.of(first, 0));
        final DiskSequence sequence = new DiskSequence(context.disk());
        sequence.makeDirectory(directory)
                .replace(directory, directory + '/' + LogFiles.PARTITION_METADATA, metadata::encode)
                .open(LogFiles.path(directory, 0, LogFiles.LOG), Disk.OpenMode.CREATE_NEW)
                .call(() -> first.file(sequence.file()))
                .keepFile()
                .syncDirectory(directory)
                .syncDirectory("")
                .run(status -> {
                    if (status != DiskStatus.OK) {
                        log.goOffline(status);
                    }
                    completion.onComplete(status);
                });
        return log;
    }
}
