package io.millrace.engine.partition;

import io.millrace.engine.batch.BatchValidator;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.journal.Journal;
import io.millrace.engine.log.LeaseTable;
import io.millrace.engine.log.LogCompletion;
import io.millrace.engine.log.LogConfig;
import io.millrace.engine.log.LogContext;
import io.millrace.engine.settings.TopicConfig;
import io.millrace.engine.status.Histogram;
import io.millrace.engine.status.Outcome;
import io.millrace.engine.status.Statistic.Unit;
import io.millrace.engine.status.Statistics;
import io.millrace.engine.status.Tally;
import java.util.ArrayDeque;

/** What all partitions of a core share: its logs' context, the sync round, the pools, and where answers go. */
final class PartitionContext {
    /** For ends that nobody waits for; what goes wrong there is told to the log's listener. */
    static final LogCompletion IGNORED = status -> {};

    private final LogContext logs;
    private final PartitionReplies replies;
    private final Journal journal;
    private final SyncRound syncRound;
    private final Histogram batchBytes;
    private final Histogram batchRecords;
    private final Tally retreats;
    private final Crc32c crc32c = new Crc32c();
    private final BatchValidator validator = new BatchValidator(crc32c);
    private final ArrayDeque<AppendTask> appendTasks = new ArrayDeque<>();
    private final ArrayDeque<ReadTask> readTasks = new ArrayDeque<>();
    private final ArrayDeque<QueryTask> queryTasks = new ArrayDeque<>();
    private final ArrayDeque<Watch> dueWatches = new ArrayDeque<>();
    private final Recodings recodings;
    private long nowMs;
    private int offlinePartitions;

    PartitionContext(
            final LogContext logs, final PartitionReplies replies, final Journal journal, final Statistics statistics) {
        this.journal = journal;
        syncRound = new SyncRound(journal, statistics);
        batchBytes = statistics.histogram("batch.bytes", Unit.BYTES);
        batchRecords = statistics.histogram("batch.records", Unit.COUNT);
        retreats = statistics.counter("moves.retreats", Unit.COUNT);
        this.logs = logs;
        recodings = new Recodings(logs.recodingLane(), logs.decompressor(), logs.compressor(), logs.recodingBytesMax());
        this.replies = replies;
    }

    AppendTask takeAppendTask() {
        return appendTasks.isEmpty() ? new AppendTask() : appendTasks.pollLast();
    }

    ReadTask takeReadTask() {
        return readTasks.isEmpty() ? new ReadTask() : readTasks.pollLast();
    }

    QueryTask takeQueryTask() {
        return queryTasks.isEmpty() ? new QueryTask() : queryTasks.pollLast();
    }

    void end(final AppendTask task, final int part, final Outcome outcome) {
        if (task.end(part, outcome)) {
            finish(task);
        }
    }

    void end(final ReadTask task, final int part, final Outcome outcome) {
        if (task.end(part, outcome)) {
            finish(task);
        }
    }

    void end(final QueryTask task, final int part, final Outcome outcome) {
        if (task.end(part, outcome)) {
            finish(task);
        }
    }

    void finish(final AppendTask task) {
        replies.onAppended(task);
        appendTasks.addLast(task);
    }

    void finish(final ReadTask task) {
        replies.onRead(task);
        readTasks.addLast(task);
    }

    void finish(final QueryTask task) {
        replies.onQueried(task);
        queryTasks.addLast(task);
    }

    /** Answered at the end of the duty cycle, so that one answer covers all that happened in it. */
    void watchDue(final Watch watch) {
        dueWatches.addLast(watch);
    }

    ArrayDeque<Watch> dueWatches() {
        return dueWatches;
    }

    void onOffline(final Partition partition, final int diskStatus) {
        offlinePartitions++;
        syncRound.onEnded(partition);
    }

    /** Topic settings as a log takes them. */
    LogConfig logConfig(final TopicConfig config) {
        return new LogConfig(
                config.segmentBytes(),
                config.rollMs(),
                config.segmentJitterMs(),
                config.segmentIndexBytes(),
                config.indexIntervalBytes(),
                config.deletes() ? config.retentionBytes() : -1,
                config.deletes() ? config.retentionMs() : -1);
    }

    /** A batch was appended. */
    void onBatch(final int bytes, final int records) {
        batchBytes.record(bytes);
        batchRecords.record(records);
    }

    /** How often a partition on its way off the core went on serving, since the disk took too long. */
    Tally retreats() {
        return retreats;
    }

    void now(final long ms) {
        nowMs = ms;
    }

    long nowMs() {
        return nowMs;
    }

    LogContext logs() {
        return logs;
    }

    LeaseTable leases() {
        return logs.leases();
    }

    PartitionReplies replies() {
        return replies;
    }

    Journal journal() {
        return journal;
    }

    SyncRound syncRound() {
        return syncRound;
    }

    Recodings recodings() {
        return recodings;
    }

    Crc32c crc32c() {
        return crc32c;
    }

    BatchValidator validator() {
        return validator;
    }

    int offlinePartitions() {
        return offlinePartitions;
    }
}
