package io.millrace.engine.log;

import java.util.Map;

/**
 * The small files in a data directory that say where its logs stand, in Kafka's formats: offset checkpoints, the mark
 * of a clean shutdown and {@code meta.properties}. Read blocking at start; offsets are written asynchronously, so that
 * the old or the new file is there after any crash.
 */
public final class Checkpoints {
    public static final String RECOVERY_POINTS = "recovery-point-offset-checkpoint";
    public static final String LOG_STARTS = "log-start-offset-checkpoint";
    public static final String HIGH_WATERMARKS = "replication-offset-checkpoint";
    public static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";
    public static final String META_PROPERTIES = "meta.properties";

    private final LogContext context;

    public Checkpoints(final LogContext context) {
        this.context = context;
    }

    /**
     * Offsets by partition directory name ({@code topic-partition}); empty if there is no file.
     *
     * @throws CheckpointException if the file is not sound; what it says must not be guessed
     */
    public static Map<String, Long> read(final BlockingDisk disk, final String file) {
        throw new UnsupportedOperationException();
    }

    /** Replaces the file; at most one write of one file may be under way. */
    public void write(final String file, final Map<String, Long> offsets, final LogCompletion completion) {
        throw new UnsupportedOperationException();
    }

    /** Whether the last stop was orderly. Remove the mark before anything is written. */
    public static boolean isCleanShutdown(final BlockingDisk disk) {
        throw new UnsupportedOperationException();
    }

    public static void markCleanShutdown(final BlockingDisk disk) {
        throw new UnsupportedOperationException();
    }

    public static void clearCleanShutdown(final BlockingDisk disk) {
        throw new UnsupportedOperationException();
    }

    /** The properties, or null if there is no file. */
    public static Map<String, String> readMetaProperties(final BlockingDisk disk) {
        throw new UnsupportedOperationException();
    }

    public static void writeMetaProperties(final BlockingDisk disk, final Map<String, String> properties) {
        throw new UnsupportedOperationException();
    }
}
