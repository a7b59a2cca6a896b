package io.millrace.engine.replication;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.log.AppendResult;
import io.millrace.engine.log.BlockingDisk;
import io.millrace.engine.log.Checkpoints;
import io.millrace.engine.log.Log;
import io.millrace.engine.log.LogContext;
import io.millrace.engine.log.LogListener;
import io.millrace.engine.log.LogRecovery;
import io.millrace.engine.log.PartitionDirectory;
import io.millrace.engine.log.PartitionMetadata;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.producer.ProducerTable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One copied partition on a disk of its own: opened or begun when the leader's facts are known, appended to, synced, cut
 * back, begun anew. Owned by one thread; only opening blocks.
 */
public final class FollowerLog implements LogListener {
    private static final long CHECKPOINT_INTERVAL_NS = 5_000_000_000L;
    private static final long PRODUCER_EXPIRATION_MS = 24L * 3600 * 1000;
    private static final int POLL_LIMIT = 64;
    private static final long NONE = -1;

    private final LogContext context;
    private final BlockingDisk disk;
    private final String directory;
    private final Crc32c crc32c = new Crc32c();

    private Log log;
    private FeedFacts facts;
    private List<String> findings = List.of();
    private String failure;
    private ProducerTable producers;
    private final Checkpoints checkpoints;
    private Map<String, Long> recoveryPoints;
    private Map<String, Long> logStarts;
    private boolean checkpointing;
    private long lastCheckpointNs;

    /** Where the log is to be cut, or begun anew; else -1. */
    private long cutOffset = NONE;

    private boolean cutting;
    private long resetOffset = NONE;

    public FollowerLog(final LogContext context, final String topic, final int partition) {
        this.context = context;
        disk = new BlockingDisk(context.disk());
        checkpoints = new Checkpoints(context);
        directory = PartitionDirectory.nameOf(topic, partition);
    }

    /** Delivers completions, makes what was appended stable, notes where recovery may begin. */
    public int doWork(final long nowNs, final long nowMs) {
        int work = context.disk().poll(POLL_LIMIT) + context.leases().drain(POLL_LIMIT);
        if (failure != null) {
            throw new FollowerException(failure);
        }
        if (resetOffset != NONE) {
            work += reset(nowMs);
        } else if (cutOffset != NONE) {
            work += cut();
        } else if (log != null) {
            work += log.isDirty() && !log.isSyncing() && log.sync() ? 1 : 0;
            if (nowNs - lastCheckpointNs > CHECKPOINT_INTERVAL_NS) {
                lastCheckpointNs = nowNs;
                checkpoint();
            }
        }
        return work;
    }

    /** Whether the log may be appended to and cut now. */
    public boolean isReady() {
        return log != null && cutOffset == NONE && resetOffset == NONE;
    }

    public boolean isOpen() {
        return log != null;
    }

    /** The log itself, for readers of the copy; null until it is open. */
    public Log log() {
        return log;
    }

    /** What recovery found. */
    public List<String> findings() {
        return findings;
    }

    /**
     * Opens the copy, or begins it where the leader's log begins. May block.
     *
     * @throws FollowerException if what lies there is no copy of this topic, or damaged
     */
    void open(final FeedFacts wanted, final long nowMs) {
        if (log != null) {
            if (facts.topicIdHigh() != wanted.topicIdHigh() || facts.topicIdLow() != wanted.topicIdLow()) {
                throw new FollowerException(directory + ": the topic was deleted and made anew at its broker");
            }
            facts = wanted;
            log.updateConfig(wanted.config());
            return;
        }
        if (resetOffset != NONE) {
            // An empty one is about to take the old one's place.
            return;
        }
        facts = wanted;
        recoveryPoints = new TreeMap<>(Checkpoints.read(disk, Checkpoints.RECOVERY_POINTS));
        logStarts = new TreeMap<>(Checkpoints.read(disk, Checkpoints.LOG_STARTS));
        final PartitionMetadata metadata = PartitionMetadata.read(disk, directory);
        if (metadata == null) {
            if (!disk.list(directory).isEmpty() && !PartitionMetadata.isUnused(disk, directory)) {
                throw new FollowerException(directory + ": holds batches, but no topic id; not a copy of ours");
            }
            begin(wanted.logStartOffset(), nowMs);
        } else if (metadata.topicIdHigh() != wanted.topicIdHigh() || metadata.topicIdLow() != wanted.topicIdLow()) {
            throw new FollowerException(
                    directory + ": is a copy of another topic of this name; move it away or name another --data-dir");
        } else {
            load(recoveryPoints.getOrDefault(directory, 0L), logStarts.getOrDefault(directory, 0L), nowMs);
        }
    }

    private void begin(final long startOffset, final long nowMs) {
        disk.makeDirectory(directory);
        disk.replace(
                directory,
                directory + "/partition.metadata",
                new PartitionMetadata(facts.topicIdHigh(), facts.topicIdLow()).encode());
        disk.syncDirectory("");
        load(0, startOffset, nowMs);
    }

    private void load(final long recoveryPoint, final long startOffset, final long nowMs) {
        producers = new ProducerTable(PRODUCER_EXPIRATION_MS, crc32c, nowMs);
        final LogRecovery.RecoveredLog recovered = new LogRecovery(disk, context)
                .open(
                        directory,
                        facts.config(),
                        new ReplicaProducers(producers),
                        recoveryPoint,
                        startOffset,
                        false,
                        nowMs);
        findings = recovered.report().findings();
        if (recovered.report().isDamaged()) {
            throw new FollowerException(directory + ": the copy is damaged (" + String.join("; ", findings)
                    + "); move it away to have it copied anew");
        }
        log = recovered.log();
        log.listener(this);
    }

    /**
     * Appends one whole batch with the leader's offsets; its memory is lent until the log has passed it. Nothing is lost
     * on the way, so offsets that are missing are missing at the leader, which has compacted its log: the first time up
     * to where it has committed, the copy has to know before.
     */
    AppendResult append(final BatchFlyweight batch, final long leaderHighWatermark, final long nowMs) {
        if (batch.magic() != BatchFlyweight.MAGIC_V2 || !batch.hasGoodCrc(crc32c)) {
            throw new FollowerException(directory + ": a batch arrived damaged: " + batch);
        }
        if (batch.baseOffset() < log.endOffset()) {
            throw new FollowerException(
                    directory + ": batch at offset " + batch.baseOffset() + " where " + log.endOffset() + " was due");
        }
        if (batch.baseOffset() > log.endOffset()
                && batch.baseOffset() > log.compactor().holesBelow()
                && !log.compactor().admitsHolesBelow(Math.max(batch.baseOffset(), leaderHighWatermark))) {
            return AppendResult.FULL;
        }
        final AppendResult result = log.append(
                batch.bytes(),
                0,
                batch.sizeInBytes(),
                batch.lastOffset(),
                batch.maxTimestamp(),
                batch.partitionLeaderEpoch(),
                nowMs);
        if (result == AppendResult.APPENDED) {
            producers.apply(batch, nowMs);
        }
        return result;
    }

    /** The leader's log begins later than it did. */
    void advanceStartTo(final long offset) {
        if (isReady() && offset > log.startOffset() && offset <= log.appendedOffset()) {
            log.advanceStartOffset(offset, log.appendedOffset());
        }
    }

    /** Cuts the copy back; waits for readers beyond. */
    void truncateTo(final long offset) {
        cutOffset = offset;
    }

    /** Throws the copy away and begins an empty one: nothing in it is in the leader's log any more. */
    void resetTo(final long offset) {
        resetOffset = offset;
        if (log != null) {
            log.delete(
                    renamed -> {
                        check("remove", renamed);
                        log = null;
                    },
                    removed -> {});
        }
    }

    /** The recovery point goes first, so that no crash finds it beyond the end. */
    private int cut() {
        if (cutting || checkpointing) {
            return 0;
        }
        if (recoveryPoints.getOrDefault(directory, 0L) > cutOffset) {
            write(Checkpoints.RECOVERY_POINTS, recoveryPoints, cutOffset);
            return 1;
        }
        cutting = true;
        log.truncateTo(cutOffset, status -> {
            check("cut", status);
            cutting = false;
            cutOffset = NONE;
        });
        return 1;
    }

    private int reset(final long nowMs) {
        if (log != null || checkpointing) {
            return 0;
        }
        if (recoveryPoints.getOrDefault(directory, 0L) > 0) {
            write(Checkpoints.RECOVERY_POINTS, recoveryPoints, 0);
            return 1;
        }
        if (logStarts.getOrDefault(directory, 0L) != resetOffset) {
            write(Checkpoints.LOG_STARTS, logStarts, resetOffset);
            return 1;
        }
        begin(resetOffset, nowMs);
        resetOffset = NONE;
        return 1;
    }

    private void checkpoint() {
        if (checkpointing) {
            return;
        }
        if (logStarts.getOrDefault(directory, 0L) != log.startOffset()) {
            write(Checkpoints.LOG_STARTS, logStarts, log.startOffset());
        } else if (recoveryPoints.getOrDefault(directory, 0L) != log.recoveryPoint()) {
            write(Checkpoints.RECOVERY_POINTS, recoveryPoints, log.recoveryPoint());
        }
    }

    private void write(final String file, final Map<String, Long> offsets, final long own) {
        checkpointing = true;
        offsets.put(directory, own);
        checkpoints.write(file, offsets, status -> {
            checkpointing = false;
            check("write " + file, status);
        });
    }

    /** Ends orderly. Blocks; afterwards a start has little to check. */
    public void close() {
        if (!isReady() || failure != null) {
            return;
        }
        final boolean[] closed = new boolean[1];
        final long startOffset = log.startOffset();
        final long endOffset = log.endOffset();
        log.close(status -> closed[0] = status == DiskStatus.OK);
        disk.drain();
        if (closed[0]) {
            logStarts.put(directory, startOffset);
            checkpoints.write(Checkpoints.LOG_STARTS, logStarts, status -> {});
            disk.drain();
            recoveryPoints.put(directory, endOffset);
            checkpoints.write(Checkpoints.RECOVERY_POINTS, recoveryPoints, status -> {});
            disk.drain();
        }
        log = null;
    }

    private void check(final String what, final int status) {
        if (status != DiskStatus.OK) {
            fail(what + ": " + DiskStatus.nameOf(status));
        }
    }

    private void fail(final String why) {
        if (failure == null) {
            failure = directory + ": " + why;
        }
    }

    @Override
    public void onAppended(final long appendedOffset) {
        producers.onCommitted(appendedOffset);
        // The session looks at the log's positions.
    }

    @Override
    public void onAppendable() {
        // The session tries again every cycle.
    }

    @Override
    public void onAppendFailed(final long fromOffset, final int diskStatus) {
        fail("writing at offset " + fromOffset + ": " + DiskStatus.nameOf(diskStatus));
    }

    @Override
    public void onResident() {
        // Readers of the copy look for themselves.
    }

    @Override
    public void onStable(final long stableOffset) {
        // The session looks at the log's positions.
    }

    @Override
    public void onOffline(final int diskStatus) {
        fail("the disk failed: " + DiskStatus.nameOf(diskStatus));
    }
}
