package io.millrace.tools.inspect;

import io.millrace.engine.log.CompactionMark;
import io.millrace.tools.inspect.SegmentScanner.TailRule;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the data directory around a partition says of it. Read before the partition's own files, so that beside a live
 * broker the files are never behind it.
 *
 * @param clean         whether the broker went down orderly, so that nothing may be torn
 * @param recoveryPoint below which everything was durable, or -1 if unknown
 * @param startOffset   the log's first offset as the checkpoint has it, or -1
 * @param highWatermark as the checkpoint has it, or -1
 * @param dense         whether offsets may have no gaps
 * @param holesBelow    below which offset they may have all the same, since the log was compacted
 */
record PartitionContext(
        boolean clean, long recoveryPoint, long startOffset, long highWatermark, boolean dense, long holesBelow) {
    static PartitionContext of(final PartitionFiles partition, final boolean denseWanted) {
        final Path parent = partition.directory().toAbsolutePath().normalize().getParent();
        if (parent == null) {
            return new PartitionContext(false, -1, -1, -1, denseWanted, 0);
        }
        final String key = partition.topicPartition();
        return new PartitionContext(
                Files.exists(parent.resolve(DataDirectory.CLEAN_SHUTDOWN)),
                CheckpointFile.offsetOf(parent.resolve(DataDirectory.RECOVERY_POINTS), key),
                CheckpointFile.offsetOf(parent.resolve(DataDirectory.START_OFFSETS), key),
                CheckpointFile.offsetOf(parent.resolve(DataDirectory.HIGH_WATERMARKS), key),
                denseWanted || Files.exists(parent.resolve(DataDirectory.MILLRACE_METADATA)),
                holesBelow(partition.directory().resolve(CompactionMark.NAME)));
    }

    private static long holesBelow(final Path mark) {
        if (!Files.exists(mark)) {
            return 0;
        }
        final byte[] bytes = FileWindow.readAll(mark, 1 << 16);
        return CompactionMark.decode(bytes, bytes.length).holesBelow();
    }

    /** Whether the offsets below may not have gaps. */
    boolean denseAt(final long offset) {
        return dense && offset > holesBelow;
    }

    TailRule tailOf(final boolean active) {
        return active && !clean ? new TailRule(true, recoveryPoint) : TailRule.NEVER;
    }
}
