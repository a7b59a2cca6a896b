package io.millrace.engine.core;

import io.millrace.codec.core.AppendRequestDecoder;
import io.millrace.codec.core.QueryRequestDecoder;
import io.millrace.codec.core.ReadRequestDecoder;
import io.millrace.codec.core.WatchCancelDecoder;
import io.millrace.codec.core.WatchRequestDecoder;
import io.millrace.engine.partition.AppendTask;
import io.millrace.engine.partition.Partition;
import io.millrace.engine.partition.PartitionQuery;
import io.millrace.engine.partition.Partitions;
import io.millrace.engine.partition.QueryTask;
import io.millrace.engine.partition.ReadTask;
import io.millrace.engine.partition.Watch;
import org.agrona.DirectBuffer;

/** Takes the messages about partitions apart and hands them to this core's {@link Partitions}. */
final class PartitionAdapter {
    private final AppendRequestDecoder append = new AppendRequestDecoder();
    private final ReadRequestDecoder read = new ReadRequestDecoder();
    private final WatchRequestDecoder watch = new WatchRequestDecoder();
    private final WatchCancelDecoder cancel = new WatchCancelDecoder();
    private final QueryRequestDecoder query = new QueryRequestDecoder();
    private final Partitions partitions;
    private final CycleClock clock;

    PartitionAdapter(final Partitions partitions, final MessageRoutes routes, final CycleClock clock) {
        this.clock = clock;
        this.partitions = partitions;
        partitions.watches().onKeptReads((from, message, length) -> read(from, message, 0));
        routes.add(AppendRequestDecoder.TEMPLATE_ID, this::onAppend);
        routes.add(ReadRequestDecoder.TEMPLATE_ID, this::onRead);
        routes.add(WatchRequestDecoder.TEMPLATE_ID, this::onWatch);
        routes.add(WatchCancelDecoder.TEMPLATE_ID, this::onCancel);
        routes.add(QueryRequestDecoder.TEMPLATE_ID, this::onQuery);
    }

    private void onAppend(final int from, final DirectBuffer buffer, final int offset, final int length) {
        append.wrap(buffer, offset, AppendRequestDecoder.BLOCK_LENGTH, AppendRequestDecoder.SCHEMA_VERSION);
        final long correlation = append.correlation();
        final AppendRequestDecoder.PartsDecoder parts = append.parts();
        final AppendTask task = partitions.beginAppend(from, correlation, parts.count());
        task.beganNs(clock.lastNs());
        for (int part = 0; parts.hasNext(); part++) {
            parts.next();
            partitions.append(
                    task,
                    part,
                    parts.partitionKey(),
                    parts.ownerEpoch(),
                    parts.address(),
                    parts.length(),
                    parts.flags(),
                    parts.guard());
        }
        partitions.endOfParts(task);
    }

    private void onRead(final int from, final DirectBuffer buffer, final int offset, final int length) {
        if (!keeps(from, buffer, offset, length)) {
            read(from, buffer, offset);
        }
    }

    /** Keeps a read that is willing to wait, if it would find nothing now. */
    private boolean keeps(final int from, final DirectBuffer buffer, final int offset, final int length) {
        read.wrap(buffer, offset, ReadRequestDecoder.BLOCK_LENGTH, ReadRequestDecoder.SCHEMA_VERSION);
        if (read.waits() == 0) {
            return false;
        }
        final boolean committed = read.committed() != 0;
        for (final ReadRequestDecoder.PartsDecoder part : read.parts()) {
            final Partition partition = partitions.partition(part.partitionKey());
            if (partition == null
                    || !partition.findsNothing(
                            part.ownerEpoch(),
                            part.clientEpoch(),
                            part.lastFetchedEpoch(),
                            part.fetchOffset(),
                            committed)) {
                return false;
            }
        }
        final Watch kept = partitions.watches().keep(from, read.correlation(), committed, buffer, offset, length);
        for (final ReadRequestDecoder.PartsDecoder part : read.sbeRewind().parts()) {
            partitions
                    .watches()
                    .watch(kept, partitions.partition(part.partitionKey()), part.ownerEpoch(), part.fetchOffset());
        }
        return true;
    }

    private void read(final int from, final DirectBuffer buffer, final int offset) {
        read.wrap(buffer, offset, ReadRequestDecoder.BLOCK_LENGTH, ReadRequestDecoder.SCHEMA_VERSION);
        final long correlation = read.correlation();
        final boolean committed = read.committed() != 0;
        final ReadRequestDecoder.PartsDecoder parts = read.parts();
        final ReadTask task = partitions.beginRead(from, correlation, parts.count(), committed);
        task.beganNs(clock.lastNs());
        for (int part = 0; parts.hasNext(); part++) {
            parts.next();
            partitions.read(
                    task,
                    part,
                    parts.partitionKey(),
                    parts.ownerEpoch(),
                    parts.clientEpoch(),
                    parts.lastFetchedEpoch(),
                    parts.fetchOffset(),
                    parts.bytesMax());
        }
        partitions.endOfParts(task);
    }

    private void onWatch(final int from, final DirectBuffer buffer, final int offset, final int length) {
        watch.wrap(buffer, offset, WatchRequestDecoder.BLOCK_LENGTH, WatchRequestDecoder.SCHEMA_VERSION);
        final boolean committed = watch.committed() != 0;
        final Watch begun = partitions.watches().begin(from, watch.correlation(), watch.bytesMin(), committed);
        final WatchRequestDecoder.PartsDecoder parts = watch.parts();
        while (parts.hasNext()) {
            parts.next();
            partitions
                    .watches()
                    .watch(
                            begun,
                            partitions.partition(parts.partitionKey()),
                            parts.ownerEpoch(),
                            parts.highWatermark());
        }
    }

    private void onCancel(final int from, final DirectBuffer buffer, final int offset, final int length) {
        cancel.wrap(buffer, offset, WatchCancelDecoder.BLOCK_LENGTH, WatchCancelDecoder.SCHEMA_VERSION);
        partitions.watches().cancel(from, cancel.correlation());
    }

    private void onQuery(final int from, final DirectBuffer buffer, final int offset, final int length) {
        query.wrap(buffer, offset, QueryRequestDecoder.BLOCK_LENGTH, QueryRequestDecoder.SCHEMA_VERSION);
        final long correlation = query.correlation();
        final PartitionQuery kind = PartitionQuery.of(query.kind());
        final QueryRequestDecoder.PartsDecoder parts = query.parts();
        final QueryTask task = partitions.beginQuery(from, correlation, parts.count(), kind);
        for (int part = 0; parts.hasNext(); part++) {
            parts.next();
            partitions.query(
                    task, part, parts.partitionKey(), parts.ownerEpoch(), parts.clientEpoch(), parts.argument());
        }
        partitions.endOfParts(task);
    }
}
