package io.millrace.engine.core;

import io.millrace.engine.log.LogCompletion;
import io.millrace.engine.partition.Partition;
import io.millrace.engine.partition.Partitions;
import io.millrace.engine.port.DiskStatus;

/** A core's orderly end: logs closed, then their positions written into the node's checkpoints. */
final class CoreClosing {
    private final Partitions partitions;
    private final CheckpointReporter checkpoints;
    private final LogCompletion closed;
    private int worst = DiskStatus.OK;
    private int missing = 1;

    CoreClosing(final Partitions partitions, final CheckpointReporter checkpoints, final LogCompletion closed) {
        this.partitions = partitions;
        this.checkpoints = checkpoints;
        this.closed = closed;
    }

    void begin() {
        partitions.close(diskStatus -> {
            worst = diskStatus;
            // A log that could not be closed keeps the recovery point it had; the next start validates from there.
            for (int i = 0; i < partitions.count(); i++) {
                final Partition partition = partitions.at(i);
                if (partition.isOpen()) {
                    missing++;
                    checkpoints.add(partition, durable -> ended());
                }
            }
            ended();
        });
    }

    private void ended() {
        if (--missing == 0) {
            closed.onComplete(worst);
        }
    }
}
