package io.millrace.net.simulation;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.log.PartitionDirectory;
import io.millrace.engine.sim.SimDamage;
import io.millrace.engine.sim.SimDiskImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.TopicPartition;

/**
 * Which records the disk has damaged, so that only these may be missed, and who has noticed. Batches alone count here:
 * an index, or a producer snapshot, is made anew from them.
 */
final class Wounds {
    private static final String LOG = ".log";

    /** One batch with a bit that turned. */
    private static final class Wound {
        private final long baseOffset;
        private final long lastOffset;
        /** No checksum tells that the batch says it lies elsewhere; a hole in front of it or behind it might. */
        private final boolean moves;

        private boolean noticed;

        Wound(final long baseOffset, final long lastOffset, final boolean moves) {
            this.baseOffset = baseOffset;
            this.lastOffset = lastOffset;
            this.moves = moves;
        }
    }

    private final SimDiskImage image;
    private final Map<TopicPartition, List<Wound>> wounds = new HashMap<>();
    private final Map<TopicPartition, Long> readOnlyFrom = new HashMap<>();
    private final Map<TopicPartition, Boolean> cut = new HashMap<>();

    Wounds(final SimDiskImage image) {
        this.image = image;
    }

    /** Whether a file holds nothing that batches do not say, and is checked before it is believed. */
    static boolean isMadeAnew(final String path) {
        return path.endsWith(".snapshot") || path.endsWith(".index") || path.endsWith(".timeindex");
    }

    /** A bit has just turned; returns whether it lies in a batch. */
    boolean add(final SimDamage damage) {
        // Where a compaction has put another file in the place of one that was damaged, its bits are as they were.
        return add(damage, image.damage()) | (image.damage().size() > 1 && add(damage, List.of(damage)));
    }

    /** Whether what the node knows of its topics may be lost. */
    boolean isMetadataDamaged() {
        return image.damage().stream().anyMatch(damage -> damage.path().startsWith("millrace-metadata."));
    }

    private boolean add(final SimDamage damage, final List<SimDamage> all) {
        final TopicPartition partition = partitionOf(damage.path());
        if (partition == null || !damage.path().endsWith(LOG) || !image.exists(damage.path())) {
            return false;
        }
        final byte[] bytes = image.durableContents(damage.path());
        for (final SimDamage each : all) {
            if (each.path().equals(damage.path()) && each.position() < bytes.length) {
                bytes[(int) each.position()] ^= (byte) (1 << each.bit());
            }
        }
        final BatchFlyweight batch = new BatchFlyweight();
        final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        int at = 0;
        while (at + BatchFlyweight.HEADER_BYTES <= bytes.length) {
            batch.wrap(buffer, at, bytes.length - at);
            final int size = batch.sizeInBytes();
            if (size < BatchFlyweight.HEADER_BYTES || size > bytes.length - at) {
                return false;
            }
            if (damage.position() < at + size) {
                return add(partition, batch, (int) damage.position() - at);
            }
            at += size;
        }
        return false;
    }

    /** A leader epoch is part of no checksum, and of no record. */
    private boolean add(final TopicPartition partition, final BatchFlyweight batch, final int position) {
        if (position >= BatchFlyweight.LEADER_EPOCH_AT && position < BatchFlyweight.MAGIC_AT) {
            return false;
        }
        wounds.computeIfAbsent(partition, key -> new ArrayList<>())
                .add(new Wound(batch.baseOffset(), batch.lastOffset(), position < Long.BYTES));
        return true;
    }

    static TopicPartition partitionOf(final String path) {
        final int slash = path.indexOf('/');
        final PartitionDirectory directory = PartitionDirectory.parse(slash < 0 ? path : path.substring(0, slash));
        return directory == null || directory.state() != PartitionDirectory.State.LIVE
                ? null
                : new TopicPartition(directory.topic(), directory.partition());
    }

    /** Somebody met damage there; returns the first offset behind it, or -1 if nothing was damaged there. */
    long notice(final TopicPartition partition, final long offset) {
        long behind = -1;
        for (final Wound wound : wounds.getOrDefault(partition, List.of())) {
            if (wound.baseOffset <= offset && offset <= wound.lastOffset) {
                wound.noticed = true;
                behind = Math.max(behind, wound.lastOffset + 1);
            }
        }
        return behind;
    }

    /**
     * Somebody who reads a compacted topic met damage there, or behind the hole there; returns the first offset behind
     * it, or -1 if nothing was damaged there.
     */
    long noticeNext(final TopicPartition partition, final long offset) {
        Wound first = null;
        for (final Wound wound : wounds.getOrDefault(partition, List.of())) {
            if (wound.lastOffset >= offset && (first == null || wound.baseOffset < first.baseOffset)) {
                first = wound;
            }
        }
        if (first == null) {
            return -1;
        }
        first.noticed = true;
        return first.lastOffset + 1;
    }

    /** Whether a batch may lie where its offsets do not say. */
    boolean isMoved(final TopicPartition partition) {
        return wounds.getOrDefault(partition, List.of()).stream().anyMatch(wound -> wound.moves);
    }

    String describe(final TopicPartition partition) {
        return wounds.getOrDefault(partition, List.of()).stream()
                .map(wound -> wound.baseOffset + ".." + wound.lastOffset)
                .toList()
                .toString();
    }

    boolean isWounded(final TopicPartition partition) {
        return wounds.containsKey(partition);
    }

    boolean isWoundedBelow(final TopicPartition partition, final long offset) {
        return wounds.getOrDefault(partition, List.of()).stream().anyMatch(wound -> wound.baseOffset < offset);
    }

    /** The broker has said that the log is read-only up to there. */
    void onReadOnly(final TopicPartition partition, final long endOffset) {
        readOnlyFrom.put(partition, endOffset);
    }

    /** The broker has said that it took the damage for a torn end, and cut there. */
    void onCut(final TopicPartition partition) {
        cut.put(partition, true);
    }

    boolean isReadOnly(final TopicPartition partition) {
        return readOnlyFrom.containsKey(partition);
    }

    /** Whether clients may find the log shorter than it was. */
    boolean isShortened(final TopicPartition partition) {
        return readOnlyFrom.containsKey(partition) || cut.containsKey(partition);
    }

    long noticed() {
        return wounds.values().stream()
                .flatMap(List::stream)
                .filter(wound -> wound.noticed)
                .count();
    }
}
