package io.millrace.engine.partition;

import io.millrace.engine.log.LogHandover;
import io.millrace.engine.producer.ProducerTable;

/**
 * A partition on its way from one core to another: its log, its producers with their open transactions, and what the
 * checkpoint files say of it. Whoever made it touches none of that any more, unless the partition stays after all.
 */
public record PartitionHandover(
        LogHandover log,
        ProducerTable producers,
        long checkpointedRecoveryPoint,
        long checkpointedStart,
        long checkpointedCleaned,
        long durableStart) {}
