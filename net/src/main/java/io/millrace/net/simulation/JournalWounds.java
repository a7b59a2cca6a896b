package io.millrace.net.simulation;

import io.millrace.codec.journal.JournalBlockDecoder;
import io.millrace.codec.journal.JournalRecordDecoder;
import io.millrace.engine.journal.JournalFormat;
import io.millrace.engine.journal.JournalScan;
import io.millrace.engine.log.Checkpoints;
import io.millrace.engine.log.LogFiles;
import io.millrace.engine.log.PartitionMetadata;
import io.millrace.engine.sim.SimDamage;
import io.millrace.engine.sim.SimDiskImage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.TopicPartition;

/**
 * Of which batches the disk has damaged the journal's copy: only these may be missing where segments lack them. A start
 * has to tell of every bit that turned in a round that is still needed, whether anybody misses it or not, unless it was
 * the last round's.
 */
final class JournalWounds {
    /** A record in a block that was struck. */
    private record Wound(
            TopicPartition partition,
            long baseOffset,
            String file,
            long generation,
            long sequence,
            int atStart,
            boolean isUnread) {}

    /** A bit that has turned where a checksum covers it. */
    private record Strike(String file, long position, int bit, long generation, long sequence, int atStart) {
        boolean isAt(final SimDamage damage) {
            return file.equals(damage.path()) && position == damage.position() && bit == damage.bit();
        }
    }

    private final SimDiskImage image;
    private final JournalScan scan = new JournalScan();
    private final List<Wound> wounds = new ArrayList<>();
    private final List<Strike> strikes = new ArrayList<>();
    private final TreeSet<String> struck = new TreeSet<>();
    /** What the journals' heads proved to be durable when the start under way began, by core. */
    private final TreeMap<Integer, Long> durable = new TreeMap<>();

    /** Which rounds were still needed then. */
    private final TreeMap<Integer, Long> oldest = new TreeMap<>();

    private final List<String> told = new ArrayList<>();
    private int starts;
    private boolean isStarting;
    private boolean isRead;
    /** The start finds journals that nobody needs any more, and does not look into them. */
    private boolean isRemoving;

    JournalWounds(final SimDiskImage image) {
        this.image = image;
    }

    /** A bit has just turned; returns whether it lies in a block that held something. */
    boolean add(final SimDamage damage) {
        if (!JournalFormat.isJournal(damage.path()) || !image.exists(damage.path())) {
            return false;
        }
        struck.add(damage.path());
        final byte[] bytes = image.durableContents(damage.path());
        bytes[(int) damage.position()] ^= (byte) (1 << damage.bit());
        final Struck visitor = new Struck(damage);
        scan(bytes, visitor);
        // A bit that turns twice is sound again.
        if (!strikes.removeIf(strike -> strike.isAt(damage)) && visitor.isCovered) {
            strikes.add(new Strike(
                    damage.path(),
                    damage.position(),
                    damage.bit(),
                    visitor.generation,
                    visitor.sequence,
                    isStarting ? starts : 0));
        }
        return visitor.any;
    }

    private void scan(final byte[] bytes, final JournalScan.Visitor visitor) {
        final UnsafeBuffer file = new UnsafeBuffer(bytes);
        scan.run(
                (position, target, length) -> {
                    target.putBytes(0, file, (int) position, length);
                    return length;
                },
                bytes.length,
                visitor);
    }

    /** A start is about to look at what is there: a file that was used again since it was struck is a new one. */
    void onStart() {
        starts++;
        isStarting = true;
        isRead = false;
        told.clear();
        durable.clear();
        oldest.clear();
        final TreeMap<String, TreeSet<Long>> generations = new TreeMap<>();
        for (final String path : image.paths()) {
            if (JournalFormat.isJournal(path)) {
                final TreeSet<Long> seen = new TreeSet<>();
                scan(image.contents(path), new Heads(JournalFormat.coreOf(path), seen));
                generations.put(path, seen);
            }
        }
        wounds.removeIf(wound -> {
            final TreeSet<Long> seen = generations.get(wound.file);
            return seen == null || (!seen.isEmpty() && !seen.contains(wound.generation));
        });
        strikes.removeIf(strike ->
                !generations.getOrDefault(strike.file, new TreeSet<>()).contains(strike.generation));
        isRemoving = image.exists(Checkpoints.CLEAN_SHUTDOWN) || image.exists(JournalFormat.REPLAYED);
    }

    /** The process is gone, perhaps while it was starting. */
    void onEnd() {
        isStarting = false;
    }

    /** What the start has said; damage of a journal must have been done. */
    void onFindings(final List<String> findings) {
        isRead = true;
        told.addAll(findings);
        for (final String finding : findings) {
            if (finding.startsWith("DAMAGE in millrace-journal.") || finding.startsWith("DAMAGE: the journal")) {
                if (struck.stream().noneMatch(finding::contains)
                        && (struck.isEmpty() || !finding.contains(" lacks "))) {
                    throw new ViolationException("damage of a journal where none was done: " + finding);
                }
            }
        }
        if (!isRemoving) {
            strikes.forEach(this::demand);
        }
    }

    private void demand(final Strike strike) {
        final int core = JournalFormat.coreOf(strike.file);
        if (strike.atStart != starts
                && strike.sequence >= oldest.getOrDefault(core, 0L)
                && strike.sequence <= durable.getOrDefault(core, 0L)
                && told.stream().noneMatch(each -> each.startsWith("DAMAGE in " + strike.file + ' '))) {
            throw new ViolationException("round " + strike.sequence + " in " + strike.file + " is damaged at byte "
                    + strike.position + ", and nobody says so: " + told);
        }
    }

    /** All is recovered, and the journals are gone. */
    void onRecovered() {
        isStarting = false;
        wounds.clear();
        strikes.clear();
        struck.clear();
    }

    boolean isStruckWhileRead() {
        return wounds.stream().anyMatch(wound -> wound.atStart == starts);
    }

    boolean isWounded(final TopicPartition partition) {
        return wounds.stream().anyMatch(wound -> wound.partition.equals(partition));
    }

    /** Whether a copy of the batch that begins there was damaged; then the start has said so, where it could know. */
    boolean isWounded(final TopicPartition partition, final long baseOffset, final boolean isReported) {
        boolean any = false;
        for (final Wound wound : wounds) {
            final boolean isOfThisStart = wound.atStart == starts;
            // What is struck after it was read, while the start goes on, makes the start fail.
            if (wound.partition.equals(partition)
                    && wound.baseOffset == baseOffset
                    && (!isOfThisStart || wound.isUnread)) {
                any = true;
                final boolean isSaid = isReported
                        || isOfThisStart // and just before it was read, or just after
                        || told.stream().anyMatch(each -> each.startsWith("DAMAGE in " + wound.file + ' '));
                if (!isSaid && wound.sequence <= durable.getOrDefault(JournalFormat.coreOf(wound.file), 0L)) {
                    throw new ViolationException(partition + " ends at offset " + baseOffset + ", whose copy in round "
                            + wound.sequence + " in " + wound.file + " was damaged, and nobody says so: " + told);
                }
            }
        }
        return any;
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
    private final class Struck extends Heads {
        private final SimDamage damage;
        private boolean inBlock;
        private long generation;
        private long sequence;
        private boolean isCovered;
        private boolean any;

        Struck(final SimDamage damage) {
            super(JournalFormat.coreOf(damage.path()), new TreeSet<>());
            this.damage = damage;
        }

        @Override
        public void onBlock(final long at, final JournalBlockDecoder block) {
            inBlock = isIn(at, at + block.usedBytes());
            if (inBlock) {
                generation = block.generation();
                sequence = block.sequence();
                isCovered = isIn(at, at + JournalFormat.BLOCK_HEAD_BYTES);
            }
        }

        private boolean isIn(final long from, final long to) {
            return from <= damage.position() && damage.position() < to;
        }

        @Override
        public void onRecord(
                final long at, final long ofBlock, final JournalRecordDecoder record, final boolean batchIsSound) {
            isCovered |= isIn(at - JournalFormat.RECORD_HEAD_BYTES, at + record.batchBytes());
            final TopicPartition partition = inBlock ? partitionOf(record) : null;
            if (partition != null) {
                any = true;
                wounds.add(new Wound(
                        partition,
                        record.baseRecordOffset(),
                        damage.path(),
                        generation,
                        ofBlock,
                        isStarting ? starts : 0,
                        !isRead));
            }
        }
    }

    /** What the heads say, and no more: what was damaged before was told before. */
    private class Heads implements JournalScan.Visitor {
        private final int core;
        private final TreeSet<Long> generations;

        Heads(final int core, final TreeSet<Long> generations) {
            this.core = core;
            this.generations = generations;
        }

        @Override
        public void onBlock(final long at, final JournalBlockDecoder block) {
            generations.add(block.generation());
            durable.merge(core, Math.max(block.durableSequence(), block.sequence() - 1), Math::max);
            oldest.merge(core, block.oldestSequence(), Math::max);
        }

        @Override
        public void onRecord(
                final long at, final long sequence, final JournalRecordDecoder record, final boolean batchIsSound) {
            // Heads alone count here.
        }

        @Override
        public void onUnsound(final long at, final String what) {
            // Recovery has to say so.
        }

        @Override
        public void onGap(final JournalScan.Gap gap) {
            // As above.
        }

        @Override
        public void onOtherVersion(final int version) {
            throw new ViolationException("there is but one version here, and not " + version);
        }
    }
}
