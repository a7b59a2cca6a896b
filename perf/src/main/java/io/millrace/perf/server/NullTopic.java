package io.millrace.perf.server;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.kafka.common.Uuid;

/** A topic of the null broker: next offsets, and for topics that are read, the newest batches. */
final class NullTopic {
    private static final int KEPT = 512;

    private record Kept(long nextOffset, ByteBuffer batches) {}

    final String name;
    final Uuid id;
    private final long[] nextOffsets;
    private final List<Deque<Kept>> kept = new ArrayList<>();
    private boolean read;

    NullTopic(final String name, final int partitions) {
        this.name = name;
        this.id = new Uuid(name.hashCode() | 1L << 40, partitions);
        this.nextOffsets = new long[partitions];
        for (int i = 0; i < partitions; i++) {
            kept.add(new ArrayDeque<>());
        }
    }

    int partitions() {
        return nextOffsets.length;
    }

    long endOffset(final int partition) {
        return nextOffsets[partition];
    }

    /** Takes one batch; returns its base offset. */
    long append(final int partition, final ByteBuffer batch, final int records) {
        final long baseOffset = nextOffsets[partition];
        nextOffsets[partition] += records;
        if (read) {
            final ByteBuffer copy = ByteBuffer.allocate(batch.remaining()).put(batch.duplicate());
            copy.putLong(0, baseOffset);
            kept.get(partition).add(new Kept(baseOffset + records, copy.flip()));
            if (kept.get(partition).size() > KEPT) {
                kept.get(partition).remove();
            }
        }
        return baseOffset;
    }

    /** All that is kept at and behind an offset, or null if that is nothing. */
    ByteBuffer read(final int partition, final long offset) {
        read = true;
        int bytes = 0;
        for (final Kept batch : kept.get(partition)) {
            bytes += batch.nextOffset > offset ? batch.batches.remaining() : 0;
        }
        if (bytes == 0) {
            return null;
        }
        final ByteBuffer all = ByteBuffer.allocate(bytes);
        for (final Kept batch : kept.get(partition)) {
            if (batch.nextOffset > offset) {
                all.put(batch.batches.duplicate());
            }
        }
        return all.flip();
    }
}
