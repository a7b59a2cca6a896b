package io.millrace.engine.replication;

import io.millrace.engine.batch.AbortedSink;
import io.millrace.engine.log.LogProducers;
import io.millrace.engine.producer.ProducerTable;
import io.millrace.engine.status.PlantedBug;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;

/**
 * Shows a replica's producers to its log, which undoes, replays and snapshots them with its batches: on a leader, which
 * judges by them, and on a follower, which only keeps book.
 */
public record ReplicaProducers(ProducerTable table) implements LogProducers {
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
    public DirectBuffer encodeSnapshot() {
        return table.encodeSnapshot();
    }

    @Override
    public boolean loadSnapshot(final DirectBuffer bytes, final int offset, final int length, final long nowMs) {
        return !PlantedBug.PRODUCERS_FORGOTTEN.isPlanted() && table.loadSnapshot(bytes, offset, length, nowMs);
    }
}
