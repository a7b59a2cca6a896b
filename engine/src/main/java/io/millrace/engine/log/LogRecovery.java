package io.millrace.engine.log;

/** Opens existing logs at start, checking and repairing what an unclean stop may have left. May block. */
public final class LogRecovery {
    private final BlockingDisk disk;
    private final LogContext context;

    public LogRecovery(final BlockingDisk disk, final LogContext context) {
        this.disk = disk;
        this.context = context;
    }

    /**
     * @param recoveryPoint from the checkpoint, 0 if there is none
     * @param startOffset from the checkpoint, 0 if there is none
     * @param clean whether the last stop was orderly
     * @param acksFollowPageCache whether the log's acks promise no more than that the kernel has the bytes
     * @param tail what journals hold of it
     * @throws DiskException if the disk fails
     */
    public RecoveredLog open(
            final String directory,
            final LogConfig config,
            final LogProducers producers,
            final long recoveryPoint,
            final long startOffset,
            final boolean clean,
            final boolean acksFollowPageCache,
            final JournalTail tail,
            final long nowMs) {
        return new LogLoad(
                        disk,
                        context,
                        directory,
                        config,
                        producers,
                        recoveryPoint,
                        startOffset,
                        clean,
                        acksFollowPageCache,
                        tail,
                        nowMs)
                .run();
    }

    /** As the other, for acks that promise the medium, and without a journal. */
    public RecoveredLog open(
            final String directory,
            final LogConfig config,
            final LogProducers producers,
            final long recoveryPoint,
            final long startOffset,
            final boolean clean,
            final long nowMs) {
        return open(directory, config, producers, recoveryPoint, startOffset, clean, false, JournalTail.NONE, nowMs);
    }

    /** An opened log and what was found on the way. */
    public record RecoveredLog(Log log, RecoveryReport report) {}
}
