package io.millrace.net.simulation;

import io.millrace.codec.journal.JournalBlockDecoder;
import io.millrace.codec.journal.JournalRecordDecoder;
import io.millrace.engine.journal.JournalFormat;
import io.millrace.engine.journal.JournalScan;
import io.millrace.engine.log.LogFiles;
import io.millrace.engine.log.PartitionMetadata;
import io.millrace.engine.sim.SimDamage;
import io.millrace.engine.sim.SimDiskImage;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.TopicPartition;

/** Of which batches the disk has damaged the journal's copy: only these may be missing where segments lack them. */
final class JournalWounds {
    private final SimDiskImage image;
    private final JournalScan scan = new JournalScan();
    private final Map<TopicPartition, TreeSet<Long>> baseOffsets = new HashMap<>();

    JournalWounds(final SimDiskImage image) {
        this.image = image;
    }

    /** A bit has just turned; returns whether it lies in a block that held something. */
    boolean add(final SimDamage damage) {
        if (!JournalFormat.isJournal(damage.path()) || !image.exists(damage.path())) {
            return false;
        }
        final byte[] bytes = image.durableContents(damage.path());
        bytes[(int) damage.position()] ^= (byte) (1 << damage.bit());
        final Struck struck = new Struck(damage.position());
        final UnsafeBuffer file = new UnsafeBuffer(bytes);
        scan.run(
                (position, target, length) -> {
                    target.putBytes(0, file, (int) position, length);
                    return length;
                },
                bytes.length,
                struck);
        return struck.any;
    }

    boolean isWounded(final TopicPartition partition) {
        return baseOffsets.containsKey(partition);
    }

    /** Whether a copy of the batch that begins there was damaged. */
    boolean isWounded(final TopicPartition partition, final long baseOffset) {
        return isWounded(partition) && baseOffsets.get(partition).contains(baseOffset);
    }

    private TopicPartition partitionOf(final JournalRecordDecoder record) {
        for (final String path : image.paths()) {
            if (path.endsWith('/' + LogFiles.PARTITION_METADATA)) {
                final TopicPartition partition = Wounds.partitionOf(path);
                final PartitionMetadata id =
                        PartitionMetadata.parse(new String(image.contents(path), StandardCharsets.UTF_8));
                if (partition != null
                        && id != null
                        && partition.partition() == record.partition()
                        && id.topicIdHigh() == record.topicIdHigh()
                        && id.topicIdLow() == record.topicIdLow()) {
                    return partition;
                }
            }
        }
        return null;
    }

    /** Every record of the block that was struck: a damaged head hides where the next one begins. */
    private final class Struck implements JournalScan.Visitor {
        private final long position;
        private boolean inBlock;
        private boolean any;

        Struck(final long position) {
            this.position = position;
        }

        @Override
        public void onBlock(final long at, final JournalBlockDecoder block) {
            inBlock = at <= position && position < at + block.usedBytes();
        }

        @Override
        public void onRecord(final long at, final JournalRecordDecoder record, final boolean batchIsSound) {
            final TopicPartition partition = inBlock ? partitionOf(record) : null;
            if (partition != null) {
                any = true;
                baseOffsets.computeIfAbsent(partition, key -> new TreeSet<>()).add(record.baseRecordOffset());
            }
        }

        @Override
        public void onUnsound(final long at, final String what, final boolean inside, final boolean hasRecords) {
            // What was damaged before was told before.
        }
    }
}
