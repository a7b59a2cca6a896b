package io.millrace.engine.partition;

import io.millrace.engine.log.CompactionRun;
import io.millrace.engine.log.CompactionSettings;
import io.millrace.engine.log.LogCompactor;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.settings.TopicConfig;
import java.util.List;
import java.util.Queue;
import java.util.function.Supplier;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;

/**
 * Compacts a core's partitions, one at a time, the one with the largest share of dirty bytes first, as Apache Kafka's
 * cleaner does. A few partitions are looked at in a duty cycle. Owned by the core's thread.
 */
final class PartitionCleaner {
    private static final int PARTITIONS_PER_CYCLE = 16;
    private static final long SETTINGS_EVERY_MS = 1_000;
    /** Further ones are told when there is room again. */
    private static final int TROUBLES_MAX = 64;

    private final Supplier<CompactionSettings> source;
    /** Those in force a moment ago. */
    private CompactionSettings settings;

    private long settingsDueMs;
    private long lookedMs;
    private boolean mayFindMore;
    private int next;
    private boolean looking;
    private Partition dirtiest;
    private LogCompactor.Dirt most;
    private Partition current;
    private final Queue<String> troubles = new OneToOneConcurrentArrayQueue<>(TROUBLES_MAX);

    /** @param source the settings in force */
    PartitionCleaner(final Supplier<CompactionSettings> source, final long nowMs) {
        this.source = source;
        settings = source.get();
        lookedMs = nowMs;
    }

    int doWork(final List<Partition> partitions, final long nowNs, final long nowMs) {
        if (nowMs >= settingsDueMs) {
            settingsDueMs = nowMs + SETTINGS_EVERY_MS;
            settings = source.get();
            if (current != null) {
                current.log().compactor().throttle(settings.bytesPerSecondMax());
            }
        }
        if (current != null) {
            if (!current.config().compacts() || current.isDeleted() || !settings.enabled()) {
                current.log().compactor().stop();
            }
            return current.log().compactor().doWork(nowNs);
        }
        if (!settings.enabled()) {
            return 0;
        }
        if (!looking) {
            if (!mayFindMore && nowMs - lookedMs < settings.backoffMs()) {
                return 0;
            }
            lookedMs = nowMs;
            mayFindMore = false;
            looking = true;
            next = 0;
            dirtiest = null;
            most = null;
        }
        int looked = 0;
        while (next < partitions.size() && looked++ < PARTITIONS_PER_CYCLE) {
            look(partitions.get(next++), nowMs);
        }
        looking = next < partitions.size();
        if (!looking && dirtiest != null) {
            begin(nowMs);
        }
        return looked;
    }

    boolean isBusy() {
        return current != null;
    }

    boolean mayPark() {
        return current == null ? !looking : current.log().compactor().mayPark();
    }

    /** What an operator should know; one other thread may take it out. */
    Queue<String> troubles() {
        return troubles;
    }

    private void look(final Partition partition, final long nowMs) {
        final TopicConfig config = partition.config();
        if (!config.compacts() || !partition.isOpen() || partition.isDeleted() || partition.isDeparting()) {
            return;
        }
        final LogCompactor.Dirt dirt = partition
                .log()
                .compactor()
                .dirt(
                        partition.highWatermark().lastStableOffset(),
                        config.minCompactionLagMs(),
                        config.maxCompactionLagMs(),
                        nowMs);
        if (dirt != null
                && (dirt.isOverdue() || dirt.ratio() > config.minCleanableRatio())
                && (most == null || dirt.ratio() > most.ratio())) {
            most = dirt;
            dirtiest = partition;
        }
    }

    private void begin(final long nowMs) {
        final Partition partition = dirtiest;
        final TopicConfig config = partition.config();
        dirtiest = null;
        if (!config.compacts() || partition.isDeleted() || partition.isDeparting()) {
            return;
        }
        current = partition;
        final CompactionRun run = CompactionRun.of(most, config.deleteRetentionMs(), settings, nowMs);
        partition.log().compactor().start(run, status -> {
            current = null;
            tellTrouble(partition.log().compactor());
            if (status == DiskStatus.OK) {
                // There may be more: the pause is for cores that find nothing.
                mayFindMore = true;
            }
        });
    }

    private void tellTrouble(final LogCompactor compactor) {
        final String trouble = compactor.untoldTrouble();
        if (trouble != null && troubles.offer(trouble)) {
            compactor.troubleTold();
        }
    }
}
