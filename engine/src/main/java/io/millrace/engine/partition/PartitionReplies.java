package io.millrace.engine.partition;

/** Where finished work of a core's partitions goes. Each task belongs to the partitions again after the call. */
public interface PartitionReplies {
    void onAppended(AppendTask task);

    void onRead(ReadTask task);

    void onQueried(QueryTask task);

    /** Something can be read, or the watch was cancelled. */
    void onWatchDue(Watch watch);

    /**
     * Asks for the partition's positions to be made durable in the checkpoint files.
     *
     * @param done told once they are; may be null
     */
    void checkpoint(Partition partition, CheckpointDone done);

    /** Whether something that was asked of the partition's checkpoints is under way. */
    boolean isReporting(Partition partition);

    /** Runs the action once nothing that was asked of the partition's checkpoints is under way, perhaps at once. */
    void whenReported(Partition partition, Runnable action);

    /** Hears that a checkpoint is durable, or that it failed. */
    @FunctionalInterface
    interface CheckpointDone {
        void onCheckpoint(boolean durable);
    }
}
