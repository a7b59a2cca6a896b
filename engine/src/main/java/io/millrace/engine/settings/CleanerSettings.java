package io.millrace.engine.settings;

import static io.millrace.engine.settings.SettingType.BOOLEAN;
import static io.millrace.engine.settings.SettingType.DOUBLE;
import static io.millrace.engine.settings.SettingType.INT;
import static io.millrace.engine.settings.SettingType.LONG;

import java.util.List;

/** Settings of compaction, under Kafka's names and with its defaults. Entered into the brokers' table. */
public final class CleanerSettings {
    private static final String AT_NEXT_START = " A change takes effect at the next start.";
    private static final String FROM_THE_NEXT = " A change is heeded from the next compaction on.";

    public static final Setting DELETE_RETENTION_MS = Setting.broker(
                    "log.cleaner.delete.retention.ms",
                    LONG,
                    "86400000",
                    "How long a compacted topic keeps tombstones, and markers of transactions without data.")
            .check(ValueCheck.atLeast(0))
            .asDynamic();
    public static final Setting MIN_CLEANABLE_RATIO = Setting.broker(
                    "log.cleaner.min.cleanable.ratio",
                    DOUBLE,
                    "0.5",
                    "Share of a log's bytes not compacted yet above which it is compacted.")
            .check(ValueCheck.between(0, 1))
            .asDynamic();
    public static final Setting MIN_COMPACTION_LAG_MS = Setting.broker(
                    "log.cleaner.min.compaction.lag.ms", LONG, "0", "Segments with younger records are not compacted.")
            .check(ValueCheck.atLeast(0))
            .asDynamic();
    public static final Setting MAX_COMPACTION_LAG_MS = Setting.broker(
                    "log.cleaner.max.compaction.lag.ms",
                    LONG,
                    "9223372036854775807",
                    "Age of a segment's first record at which it is compacted, however little of the log is dirty.")
            .check(ValueCheck.atLeast(1))
            .asDynamic();

    public static final Setting ENABLE =
            Setting.broker("log.cleaner.enable", BOOLEAN, "true", "Whether compacted topics are compacted.");
    public static final Setting BACKOFF_MS = Setting.broker(
                    "log.cleaner.backoff.ms",
                    LONG,
                    "15000",
                    "How long a core that found nothing to compact waits before it looks again." + FROM_THE_NEXT)
            .check(ValueCheck.atLeast(0))
            .asDynamic();
    public static final Setting DEDUPE_BUFFER_SIZE = Setting.broker(
                    "log.cleaner.dedupe.buffer.size",
                    LONG,
                    "134217728",
                    "Memory for keys while a log is compacted, of all cores together; taken when it is needed. At least"
                            + " 1 MB a core."
                            + FROM_THE_NEXT)
            .check(ValueCheck.atLeast(1))
            .asDynamic();
    public static final Setting LOAD_FACTOR = Setting.broker(
                    "log.cleaner.io.buffer.load.factor",
                    DOUBLE,
                    "0.9",
                    "How full of keys that memory may get." + FROM_THE_NEXT)
            .check(ValueCheck.between(0, 1))
            .asDynamic();
    public static final Setting IO_MAX_BYTES_PER_SECOND = Setting.broker(
                    "log.cleaner.io.max.bytes.per.second",
                    DOUBLE,
                    "1.7976931348623157E308",
                    "Bytes that compactions may read and write in a second, on all cores together. A change is heeded at"
                            + " once.")
            .check(ValueCheck.atLeast(1))
            .asDynamic();
    private static final Setting IO_BUFFER_SIZE = Setting.broker(
                    "log.cleaner.io.buffer.size",
                    INT,
                    "524288",
                    "Kafka's; accepted without effect: a compaction reads 256 KB at a time, or one larger batch.")
            .check(ValueCheck.atLeast(0))
            .asUnused()
            .asDynamic();
    public static final Setting THREADS = Setting.broker(
                    "log.cleaner.threads",
                    INT,
                    "1",
                    "Threads that look into batches for the compactions of all cores; at least one." + AT_NEXT_START)
            .check(ValueCheck.atLeast(0))
            .asDynamic();

    private CleanerSettings() {}

    static void addTo(final SettingTable table) {
        List.of(
                        ENABLE,
                        BACKOFF_MS,
                        DEDUPE_BUFFER_SIZE,
                        LOAD_FACTOR,
                        IO_MAX_BYTES_PER_SECOND,
                        IO_BUFFER_SIZE,
                        THREADS,
                        DELETE_RETENTION_MS,
                        MIN_CLEANABLE_RATIO,
                        MIN_COMPACTION_LAG_MS,
                        MAX_COMPACTION_LAG_MS)
                .forEach(table::add);
    }
}
