package io.millrace.engine.replication;

import io.millrace.engine.batch.AbortedSink;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.log.LastRecords;
import io.millrace.engine.log.LogProducers;
import io.millrace.engine.producer.ProducerSnapshot;
import io.millrace.engine.producer.ProducerTable;
import io.millrace.engine.status.PlantedBug;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2LongHashMap;

/**
 * Shows a replica's producers to its log, which undoes, replays and snapshots them with its batches: on a leader, which
 * judges by them, and on a follower, which only keeps book.
 */
public record ReplicaProducers(ProducerTable table) implements LogProducers {
    private static final long UNKNOWN = Long.MIN_VALUE;

    @Override
    public void abortedTo(final AbortedSink sink) {
        table.abortedTo(sink);
    }

    @Override
    public LogProducers another() {
        return new ReplicaProducers(table.another());
    }

    @Override
    public void clear() {
        table.clear();
    }

    @Override
    public void replay(final DirectBuffer batch, final int offset, final int length) {
        if (!PlantedBug.PRODUCERS_FORGOTTEN.isPlanted()) {
            table.replay(batch, offset, length);
        }
    }

    @Override
    public void rollBackTo(final long offset) {
        table.rollBackTo(offset);
    }

    @Override
    public void settle(final long offset) {
        table.settle(offset);
    }

    @Override
    public Supplier<DirectBuffer> freezeSnapshot() {
        return table.freezeSnapshot();
    }

    @Override
    public Supplier<LastRecords> freezeLastRecords() {
        final Supplier<DirectBuffer> frozen = table.freezeSnapshot();
        return () -> lastRecords(frozen.get());
    }

    /** A producer without a batch is known by its last marker: Kafka keeps that of its epoch. */
    private static LastRecords lastRecords(final DirectBuffer encoded) {
        final Long2LongHashMap offsets = new Long2LongHashMap(UNKNOWN);
        final Long2LongHashMap epochs = new Long2LongHashMap(UNKNOWN);
        final ProducerSnapshot snapshot = new ProducerSnapshot(new Crc32c());
        if (!snapshot.wrap(encoded, 0, encoded.capacity())) {
            throw new IllegalStateException("a snapshot made just now is not sound");
        }
        while (snapshot.next()) {
            if (snapshot.lastOffset() >= 0) {
                offsets.put(snapshot.producerId(), snapshot.lastOffset());
            } else {
                epochs.put(snapshot.producerId(), snapshot.epoch());
            }
        }
        return batch -> offsets.get(batch.producerId()) == batch.lastOffset()
                || (batch.isControl() && epochs.get(batch.producerId()) == batch.producerEpoch());
    }

    @Override
    public DirectBuffer encodeSnapshot() {
        return table.encodeSnapshot();
    }

    @Override
    public boolean loadSnapshot(final DirectBuffer bytes, final int offset, final int length, final long nowMs) {
        return !PlantedBug.PRODUCERS_FORGOTTEN.isPlanted() && table.loadSnapshot(bytes, offset, length, nowMs);
    }
}
