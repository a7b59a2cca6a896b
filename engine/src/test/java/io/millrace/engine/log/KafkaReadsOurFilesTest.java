package io.millrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.os.DiskCompanion;
import io.millrace.engine.os.OsDisk;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.storage.internals.checkpoint.LeaderEpochCheckpointFile;
import org.apache.kafka.storage.internals.checkpoint.OffsetCheckpointFile;
import org.apache.kafka.storage.internals.checkpoint.PartitionMetadataFile;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.OffsetIndex;
import org.apache.kafka.storage.internals.log.OffsetPosition;
import org.apache.kafka.storage.internals.log.TimeIndex;
import org.apache.kafka.storage.internals.log.TimestampOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Apache Kafka's own classes read what a log leaves on the disk. */
class KafkaReadsOurFilesTest {
    @TempDir
    Path root;

    private DiskCompanion companion;
    private LogBench bench;

    @BeforeEach
    void open() {
        companion = new DiskCompanion(root);
        bench = LogBench.on(new OsDisk(companion, () -> {})).config(LogContract.SMALL);
    }

    @AfterEach
    void close() {
        companion.close();
    }

    @Test
    void shouldLeaveSegmentsAndIndexesThatAgree() throws Exception {
        bench.create().appendMany(120);
        bench.log.applyRetention(bench.nowMs, bench.log.endOffset());
        bench.settle();
        assertThat(assertIndexes()).as("live").isGreaterThan(8);
        assertThat(bench.close()).isZero();
        assertThat(assertIndexes()).as("closed").isGreaterThan(8);
    }

    private int assertIndexes() throws Exception {
        int entries = 0;
        long nextOffset = 0;
        for (final Segment segment : bench.log.segments) {
            final File log = file(segment.baseOffset, LogFiles.LOG);
            final TreeMap<Integer, Long> lastOffsets = new TreeMap<>();
            final TreeMap<Long, Long> timestamps = new TreeMap<>();
            try (FileRecords records = FileRecords.open(log, false)) {
                int position = 0;
                for (final RecordBatch batch : records.batches()) {
                    batch.ensureValid();
                    assertThat(batch.baseOffset()).isEqualTo(nextOffset);
                    nextOffset = batch.nextOffset();
                    lastOffsets.put(position, batch.lastOffset());
                    timestamps.put(batch.lastOffset(), batch.maxTimestamp());
                    position += batch.sizeInBytes();
                }
                assertThat((long) position).isEqualTo(Files.size(log.toPath()));
            }
            final File index = file(segment.baseOffset, LogFiles.INDEX);
            if (index.exists()) {
                entries += assertIndexes(segment.baseOffset, index, lastOffsets, timestamps);
            }
        }
        assertThat(nextOffset).isEqualTo(bench.log.endOffset());
        return entries;
    }

    private int assertIndexes(
            final long baseOffset,
            final File index,
            final TreeMap<Integer, Long> lastOffsets,
            final TreeMap<Long, Long> timestamps)
            throws Exception {
        final OffsetIndex offsets = new OffsetIndex(index, baseOffset, -1, false);
        offsets.sanityCheck();
        for (int i = 0; i < offsets.entries(); i++) {
            final OffsetPosition entry = offsets.entry(i);
            assertThat(lastOffsets).containsEntry(entry.position(), entry.offset());
        }
        final TimeIndex times = new TimeIndex(file(baseOffset, LogFiles.TIME_INDEX), baseOffset, -1, false);
        times.sanityCheck();
        for (int i = 0; i < times.entries(); i++) {
            final TimestampOffset entry = times.entry(i);
            assertThat(timestamps).containsEntry(entry.offset(), entry.timestamp());
        }
        final int count = offsets.entries();
        offsets.close();
        times.close();
        return count;
    }

    @Test
    void shouldLeaveSmallFilesInKafkasFormats() throws Exception {
        bench.create();
        bench.epoch = 3;
        bench.appendMany(2);
        bench.epoch = 5;
        bench.appendMany(2);
        final LogDirFailureChannel failures = new LogDirFailureChannel(1);
        final File directory = root.resolve(LogBench.DIRECTORY).toFile();
        assertThat(new LeaderEpochCheckpointFile(LeaderEpochCheckpointFile.newFile(directory), failures).read())
                .extracting(entry -> entry.epoch() + "@" + entry.startOffset())
                .containsExactly("3@0", "5@3");
        assertThat(new PartitionMetadataFile(new File(directory, LogFiles.PARTITION_METADATA), failures)
                        .read()
                        .topicId())
                .isEqualTo(new Uuid(LogBench.ID_HIGH, LogBench.ID_LOW));
    }

    @Test
    void shouldExchangeCheckpointsWithKafka() throws Exception {
        final TreeMap<String, Long> offsets = new TreeMap<>();
        offsets.put("with-dash-7-0", 12L);
        offsets.put("a.b_c-11", Long.MAX_VALUE);
        final int[] ended = {LogBench.UNANSWERED};
        new Checkpoints(bench.context).write(Checkpoints.RECOVERY_POINTS, offsets, status -> ended[0] = status);
        bench.until(() -> ended[0] != LogBench.UNANSWERED);
        final File file = root.resolve(Checkpoints.RECOVERY_POINTS).toFile();
        final OffsetCheckpointFile kafka = new OffsetCheckpointFile(file, new LogDirFailureChannel(1));
        final TreeMap<String, Long> read = new TreeMap<>();
        kafka.read().forEach((partition, offset) -> read.put(partition.toString(), offset));
        assertThat(read).isEqualTo(offsets);
        kafka.write(kafka.read());
        final BlockingDisk disk = new BlockingDisk(bench.disk);
        assertThat(Checkpoints.read(disk, Checkpoints.RECOVERY_POINTS)).isEqualTo(offsets);

        assertThat(Checkpoints.isCleanShutdown(disk)).isFalse();
        Checkpoints.markCleanShutdown(disk);
        assertThat(Checkpoints.isCleanShutdown(disk)).isTrue();
        Checkpoints.clearCleanShutdown(disk);
        assertThat(Checkpoints.isCleanShutdown(disk)).isFalse();
    }

    private File file(final long baseOffset, final String suffix) {
        return root.resolve(LogFiles.path(LogBench.DIRECTORY, baseOffset, suffix))
                .toFile();
    }
}
