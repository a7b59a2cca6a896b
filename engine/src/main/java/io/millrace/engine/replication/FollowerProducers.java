package io.millrace.engine.replication;

import io.millrace.engine.log.LogProducers;
import io.millrace.engine.producer.ProducerTable;
import org.agrona.DirectBuffer;

/** Producers as the leader's batches tell of them: the leader has judged, the follower only keeps book. */
record FollowerProducers(ProducerTable table) implements LogProducers {
    @Override
    public void clear() {
        table.clear();
    }

    @Override
    public void replay(final DirectBuffer batch, final int offset, final int length) {
        table.replay(batch, offset, length);
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
    public DirectBuffer encodeSnapshot() {
        return table.encodeSnapshot();
    }

    @Override
    public boolean loadSnapshot(final DirectBuffer bytes, final int offset, final int length, final long nowMs) {
        return table.loadSnapshot(bytes, offset, length, nowMs);
    }
}
