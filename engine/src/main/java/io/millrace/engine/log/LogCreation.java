package io.millrace.engine.log;

import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskStatus;

/** Makes a new log's directory, its topic id and its first segment, and all three durable. */
public final class LogCreation {
    private LogCreation() {}

    /**
     * Makes an empty log in a directory that does not exist. The log may be used once the completion has said OK; by
     * then the directory, its first segment and its topic id survive a power loss.
     */
    public static Log create(
            final LogContext context,
            final String directory,
            final LogConfig config,
            final LogProducers producers,
            final long topicIdHigh,
            final long topicIdLow,
            final long nowMs,
            final LogCompletion completion) {
        final PartitionMetadata metadata = new PartitionMetadata(topicIdHigh, topicIdLow);
        final Segment first = Segment.empty(context.indexMemory(), context.nextSegmentId(), 0, null, nowMs);
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
                        undo(context, directory, status, completion);
                    } else {
                        completion.onComplete(status);
                    }
                });
        return log;
    }

    /** Takes away what was made, as far as that goes, so that another attempt meets nothing. */
    private static void undo(
            final LogContext context, final String directory, final int status, final LogCompletion completion) {
        if (status != DiskStatus.NO_SPACE) {
            completion.onComplete(status);
            return;
        }
        final String metadata = directory + '/' + LogFiles.PARTITION_METADATA;
        new DiskSequence(context.disk())
                .unlink(metadata + LogFiles.TMP)
                .unlink(LogFiles.path(directory, 0, LogFiles.LOG))
                .unlink(metadata)
                .unlink(directory)
                .run(ignored -> completion.onComplete(status));
    }
}
