package io.millrace.engine.core;

import io.millrace.codec.core.AppendReplyEncoder;
import io.millrace.codec.core.QueryReplyEncoder;
import io.millrace.codec.core.ReadReplyEncoder;
import io.millrace.codec.core.WatchReplyEncoder;
import io.millrace.engine.log.LogSlice;
import io.millrace.engine.partition.AppendTask;
import io.millrace.engine.partition.Partition;
import io.millrace.engine.partition.PartitionReplies;
import io.millrace.engine.partition.QueryTask;
import io.millrace.engine.partition.ReadTask;
import io.millrace.engine.partition.Watch;
import org.agrona.ExpandableDirectByteBuffer;

/** Turns the partitions' finished work into replies to the cores that asked. */
final class ReplyProxy implements PartitionReplies {
    private final ExpandableDirectByteBuffer buffer = new ExpandableDirectByteBuffer(4096);
    private final AppendReplyEncoder append = new AppendReplyEncoder();
    private final ReadReplyEncoder read = new ReadReplyEncoder();
    private final QueryReplyEncoder query = new QueryReplyEncoder();
    private final WatchReplyEncoder watch = new WatchReplyEncoder();
    private final CoreProxy[] proxies;
    private final CheckpointReporter checkpoints;
    private final CycleClock clock;

    ReplyProxy(final CoreProxy[] proxies, final CheckpointReporter checkpoints, final CycleClock clock) {
        this.clock = clock;
        this.proxies = proxies;
        this.checkpoints = checkpoints;
    }

    @Override
    public void onAppended(final AppendTask task) {
        append.wrap(buffer, 0).correlation(task.correlation()).tookNs(clock.readNs() - task.beganNs());
        final AppendReplyEncoder.PartsEncoder parts = append.partsCount(task.partCount());
        for (int i = 0; i < task.partCount(); i++) {
            parts.next()
                    .outcome(task.outcome(i).wire())
                    .baseRecordOffset(task.baseOffset(i))
                    .appendTimeMs(task.appendTimeMs(i))
                    .logStartOffset(task.logStartOffset(i))
                    .badRecord(task.badRecord(i));
        }
        proxies[task.from()].reply(AppendReplyEncoder.TEMPLATE_ID, buffer, append.limit());
    }

    @Override
    public void onRead(final ReadTask task) {
        read.wrap(buffer, 0).correlation(task.correlation()).tookNs(clock.readNs() - task.beganNs());
        final ReadReplyEncoder.PartsEncoder parts = read.partsCount(task.partCount());
        for (int i = 0; i < task.partCount(); i++) {
            final LogSlice slice = task.slice(i);
            parts.next()
                    .outcome(task.outcome(i).wire())
                    .leaseId(slice == null ? -1 : slice.id())
                    .length(slice == null ? 0 : slice.length())
                    .firstBatchBytes(slice == null ? 0 : slice.firstBatchBytes())
                    .highWatermark(task.highWatermark(i))
                    .lastStableOffset(task.lastStableOffset(i))
                    .logStartOffset(task.logStartOffset(i))
                    .divergingEpoch(task.divergingEpoch(i))
                    .divergingEndOffset(task.divergingEndOffset(i));
        }
        proxies[task.from()].reply(ReadReplyEncoder.TEMPLATE_ID, buffer, read.limit());
    }

    @Override
    public void onQueried(final QueryTask task) {
        query.wrap(buffer, 0).correlation(task.correlation());
        final QueryReplyEncoder.PartsEncoder parts = query.partsCount(task.partCount());
        for (int i = 0; i < task.partCount(); i++) {
            parts.next()
                    .outcome(task.outcome(i).wire())
                    .first(task.first(i))
                    .second(task.second(i))
                    .epoch(task.epoch(i));
        }
        proxies[task.from()].reply(QueryReplyEncoder.TEMPLATE_ID, buffer, query.limit());
    }

    @Override
    public void onWatchDue(final Watch due) {
        watch.wrap(buffer, 0).correlation(due.correlation());
        proxies[due.from()].reply(WatchReplyEncoder.TEMPLATE_ID, buffer, watch.limit());
    }

    @Override
    public boolean isReporting(final Partition partition) {
        return checkpoints.isReporting(partition);
    }

    @Override
    public void whenReported(final Partition partition, final Runnable action) {
        checkpoints.whenReported(partition, action);
    }

    @Override
    public void checkpoint(final Partition partition, final CheckpointDone done) {
        checkpoints.add(partition, done);
    }
}
