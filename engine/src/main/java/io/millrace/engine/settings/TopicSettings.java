package io.millrace.engine.settings;

import static io.millrace.engine.settings.SettingType.BOOLEAN;
import static io.millrace.engine.settings.SettingType.DOUBLE;
import static io.millrace.engine.settings.SettingType.INT;
import static io.millrace.engine.settings.SettingType.LIST;
import static io.millrace.engine.settings.SettingType.LONG;
import static io.millrace.engine.settings.SettingType.STRING;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Every setting of a topic: those of Kafka 4.4, with a note where one has no effect yet, and ours. */
public final class TopicSettings {
    /** A broker setting that a topic setting falls back to, times a factor. */
    public record Synonym(Setting setting, long factor) {}

    private static final long MINUTE_MS = 60_000L;
    private static final long HOUR_MS = 60 * MINUTE_MS;
    private static final SettingTable TABLE = new SettingTable();
    private static final Map<String, List<Synonym>> SYNONYMS = new TreeMap<>();
    private static final Map<String, String> UNUSED_SYNONYMS = new TreeMap<>();

    public static final Setting CLEANUP_POLICY = add(Setting.topic(
                    "cleanup.policy",
                    LIST,
                    "delete",
                    "What happens to old records. delete: they go by age and size. compact: the last record of each key stays.")
            .check(ValueCheck.CLEANUP_POLICIES));
    public static final Setting COMPRESSION_TYPE = add(Setting.topic(
                    "compression.type",
                    STRING,
                    "producer",
                    "Codec of stored batches; producer: each as it was sent. Others are packed anew beside the cores.")
            .check(ValueCheck.CODECS));
    public static final Setting COMPRESSION_GZIP_LEVEL = add(Setting.topic(
                    "compression.gzip.level", INT, "-1", "Level at which the broker packs with gzip; -1: its default.")
            .check(ValueCheck.GZIP_LEVELS));
    public static final Setting COMPRESSION_LZ4_LEVEL =
            add(Setting.topic("compression.lz4.level", INT, "9", "Level at which the broker packs with lz4.")
                    .check(ValueCheck.between(1, 17)));
    public static final Setting COMPRESSION_ZSTD_LEVEL =
            add(Setting.topic("compression.zstd.level", INT, "3", "Level at which the broker packs with zstd.")
                    .check(ValueCheck.between(-131072, 22)));
    public static final Setting DELETE_RETENTION_MS = add(Setting.topic(
                    "delete.retention.ms",
                    LONG,
                    "86400000",
                    "How long a compacted topic keeps tombstones, and markers of transactions without data.")
            .check(ValueCheck.atLeast(0)));
    public static final Setting FILE_DELETE_DELAY_MS = add(Setting.topic(
                    "file.delete.delay.ms",
                    LONG,
                    "60000",
                    "Kafka's; accepted without effect: removed files stay readable as long as they are read.")
            .check(ValueCheck.atLeast(0))
            .asUnused());
    public static final Setting FLUSH_MESSAGES = add(Setting.topic(
                    "flush.messages",
                    LONG,
                    "9223372036854775807",
                    "Kafka's; accepted without effect: millrace.durability decides.")
            .check(ValueCheck.atLeast(1))
            .asUnused());
    public static final Setting FLUSH_MS = add(Setting.topic(
                    "flush.ms",
                    LONG,
                    "9223372036854775807",
                    "Kafka's; accepted without effect: millrace.durability decides.")
            .check(ValueCheck.atLeast(0))
            .asUnused());
    public static final Setting INDEX_INTERVAL_BYTES =
            add(Setting.topic("index.interval.bytes", INT, "4096", "Log bytes between two index entries.")
                    .check(ValueCheck.atLeast(0)));
    public static final Setting INTERNAL_SEGMENT_BYTES = add(Setting.topic(
                    "internal.segment.bytes",
                    INT,
                    null,
                    "Segment size below Kafka's minimum, for tests; wins over segment.bytes.")
            .check(ValueCheck.atLeast(1)));
    public static final Setting MAX_COMPACTION_LAG_MS = add(Setting.topic(
                    "max.compaction.lag.ms",
                    LONG,
                    "9223372036854775807",
                    "Age of a segment's first record at which it is compacted, however little of the log is dirty.")
            .check(ValueCheck.atLeast(1)));
    public static final Setting MAX_DECOMPRESSED_MESSAGE_BYTES = add(Setting.topic(
                    "max.decompressed.message.bytes",
                    INT,
                    "2147483639",
                    "Largest record of a compressed batch, where the broker looks into it on its way in.")
            .check(ValueCheck.between(1, 2147483639)));
    public static final Setting MAX_MESSAGE_BYTES =
            add(Setting.topic("max.message.bytes", INT, "1048588", "Largest record batch, as stored.")
                    .check(ValueCheck.atLeast(0)));
    public static final Setting MESSAGE_TIMESTAMP_AFTER_MAX_MS = add(Setting.topic(
                    "message.timestamp.after.max.ms",
                    LONG,
                    "3600000",
                    "How far a record's timestamp may lie ahead of the broker's clock.")
            .check(ValueCheck.atLeast(0)));
    public static final Setting MESSAGE_TIMESTAMP_BEFORE_MAX_MS = add(Setting.topic(
                    "message.timestamp.before.max.ms",
                    LONG,
                    "9223372036854775807",
                    "How far a record's timestamp may lie behind the broker's clock.")
            .check(ValueCheck.atLeast(0)));
    public static final Setting MESSAGE_TIMESTAMP_TYPE = add(Setting.topic(
                    "message.timestamp.type",
                    STRING,
                    "CreateTime",
                    "Whose clock stamps records: the producer's or the broker's.")
            .check(ValueCheck.oneOf("CreateTime", "LogAppendTime")));
    public static final Setting MIN_CLEANABLE_DIRTY_RATIO = add(Setting.topic(
                    "min.cleanable.dirty.ratio",
                    DOUBLE,
                    "0.5",
                    "Share of a log's bytes not compacted yet above which it is compacted.")
            .check(ValueCheck.between(0, 1)));
    public static final Setting MIN_COMPACTION_LAG_MS =
            add(Setting.topic("min.compaction.lag.ms", LONG, "0", "Segments with younger records are not compacted.")
                    .check(ValueCheck.atLeast(0)));
    public static final Setting MIN_INSYNC_REPLICAS = add(Setting.topic(
                    "min.insync.replicas",
                    INT,
                    "1",
                    "Replicas that must have a batch before acks=all is answered; never more than there are.")
            .check(ValueCheck.atLeast(1)));
    public static final Setting PREALLOCATE = add(Setting.topic(
                    "preallocate",
                    BOOLEAN,
                    "false",
                    "Kafka's; accepted without effect: space is always reserved ahead, without changing a file's length.")
            .asUnused());
    public static final Setting RETENTION_BYTES = add(Setting.topic(
            "retention.bytes", LONG, "-1", "Size of a partition above which its oldest segments go; -1: no bound."));
    public static final Setting RETENTION_MS =
            add(Setting.topic("retention.ms", LONG, "604800000", "Age at which records may go; -1: never.")
                    .check(ValueCheck.atLeast(-1)));
    public static final Setting SEGMENT_BYTES =
            add(Setting.topic("segment.bytes", INT, "1073741824", "Size at which a segment is rolled.")
                    .check(ValueCheck.atLeast(1048576)));
    public static final Setting SEGMENT_INDEX_BYTES = add(Setting.topic(
                    "segment.index.bytes", INT, "10485760", "Size of an offset index at which its segment is rolled.")
            .check(ValueCheck.atLeast(4)));
    public static final Setting SEGMENT_JITTER_MS =
            add(Setting.topic("segment.jitter.ms", LONG, "0", "Most that is randomly taken off the roll age.")
                    .check(ValueCheck.atLeast(0)));
    public static final Setting SEGMENT_MS =
            add(Setting.topic("segment.ms", LONG, "604800000", "Age at which a segment is rolled.")
                    .check(ValueCheck.atLeast(1)));
    public static final Setting UNCLEAN_LEADER_ELECTION_ENABLE = add(Setting.topic(
                    "unclean.leader.election.enable",
                    BOOLEAN,
                    "false",
                    "Whether a replica that lacks records may lead; without effect as long as a partition has one replica.")
            .asUnused());
    public static final Setting DURABILITY = add(Setting.topic(
                    "millrace.durability",
                    STRING,
                    "fsync",
                    "What an ack promises. fsync: the bytes are on the disk. os: they are in the page cache.")
            .check(ValueCheck.oneOf("fsync", "os")));
    public static final Setting RECORD_VALIDATION = add(Setting.topic(
                    "record.validation",
                    STRING,
                    "headers",
                    "headers: look at the header of a compressed batch, its codec and its CRC. full: at its records too.")
            .check(ValueCheck.oneOf("headers", "full")));

    public static final Setting DEAD_LETTERS = add(Setting.topic(
            "errors.deadletterqueue.group.enable",
            BOOLEAN,
            "false",
            "Share groups may use the topic for records that they could not work off."));

    static {
        follow(CLEANUP_POLICY, BrokerSettings.LOG_CLEANUP_POLICY);
        follow(COMPRESSION_TYPE, BrokerSettings.COMPRESSION_TYPE);
        follow(COMPRESSION_GZIP_LEVEL, BrokerSettings.COMPRESSION_GZIP_LEVEL);
        follow(COMPRESSION_LZ4_LEVEL, BrokerSettings.COMPRESSION_LZ4_LEVEL);
        follow(COMPRESSION_ZSTD_LEVEL, BrokerSettings.COMPRESSION_ZSTD_LEVEL);
        follow(MAX_DECOMPRESSED_MESSAGE_BYTES, BrokerSettings.MAX_DECOMPRESSED_MESSAGE_BYTES);
        follow(DELETE_RETENTION_MS, CleanerSettings.DELETE_RETENTION_MS);
        follow(FILE_DELETE_DELAY_MS, BrokerSettings.LOG_SEGMENT_DELETE_DELAY_MS);
        follow(FLUSH_MESSAGES, BrokerSettings.LOG_FLUSH_INTERVAL_MESSAGES);
        follow(FLUSH_MS, BrokerSettings.LOG_FLUSH_INTERVAL_MS, BrokerSettings.LOG_FLUSH_SCHEDULER_INTERVAL_MS);
        follow(INDEX_INTERVAL_BYTES, BrokerSettings.LOG_INDEX_INTERVAL_BYTES);
        follow(MAX_COMPACTION_LAG_MS, CleanerSettings.MAX_COMPACTION_LAG_MS);
        follow(MAX_MESSAGE_BYTES, BrokerSettings.MESSAGE_MAX_BYTES);
        follow(MESSAGE_TIMESTAMP_AFTER_MAX_MS, BrokerSettings.MESSAGE_TIMESTAMP_AFTER_MAX_MS);
        follow(MESSAGE_TIMESTAMP_BEFORE_MAX_MS, BrokerSettings.MESSAGE_TIMESTAMP_BEFORE_MAX_MS);
        follow(MESSAGE_TIMESTAMP_TYPE, BrokerSettings.MESSAGE_TIMESTAMP_TYPE);
        follow(MIN_CLEANABLE_DIRTY_RATIO, CleanerSettings.MIN_CLEANABLE_RATIO);
        follow(MIN_COMPACTION_LAG_MS, CleanerSettings.MIN_COMPACTION_LAG_MS);
        follow(MIN_INSYNC_REPLICAS, BrokerSettings.MIN_INSYNC_REPLICAS);
        follow(PREALLOCATE, BrokerSettings.LOG_PREALLOCATE);
        follow(RETENTION_BYTES, BrokerSettings.LOG_RETENTION_BYTES);
        follow(
                RETENTION_MS,
                BrokerSettings.LOG_RETENTION_MS,
                BrokerSettings.LOG_RETENTION_MINUTES,
                BrokerSettings.LOG_RETENTION_HOURS);
        follow(SEGMENT_BYTES, BrokerSettings.LOG_SEGMENT_BYTES);
        follow(SEGMENT_INDEX_BYTES, BrokerSettings.LOG_INDEX_SIZE_MAX_BYTES);
        follow(SEGMENT_JITTER_MS, BrokerSettings.LOG_ROLL_JITTER_MS, BrokerSettings.LOG_ROLL_JITTER_HOURS);
        follow(SEGMENT_MS, BrokerSettings.LOG_ROLL_MS, BrokerSettings.LOG_ROLL_HOURS);
        follow(UNCLEAN_LEADER_ELECTION_ENABLE, BrokerSettings.UNCLEAN_LEADER_ELECTION_ENABLE);
        follow(DURABILITY, BrokerSettings.DURABILITY);
        unusedFollow("local.retention.bytes", "log.local.retention.bytes");
        unusedFollow("local.retention.ms", "log.local.retention.ms");
        unusedFollow("remote.copy.lag.bytes", "log.remote.copy.lag.bytes");
        unusedFollow("remote.copy.lag.ms", "log.remote.copy.lag.ms");
        addUnused("follower.replication.throttled.replicas", LIST, "", ValueCheck.REPLICAS);
        addUnused("leader.replication.throttled.replicas", LIST, "", ValueCheck.REPLICAS);
        addUnused("local.retention.bytes", LONG, "-2", ValueCheck.atLeast(-2));
        addUnused("local.retention.ms", LONG, "-2", ValueCheck.atLeast(-2));
        addUnused("remote.copy.lag.bytes", LONG, "-1", ValueCheck.atLeast(-1));
        addUnused("remote.copy.lag.ms", LONG, "0", ValueCheck.atLeast(-1));
        addUnused("remote.log.copy.disable", BOOLEAN, "false", ValueCheck.NONE);
        addUnused("remote.log.delete.on.disable", BOOLEAN, "false", ValueCheck.NONE);
        addUnused("remote.storage.enable", BOOLEAN, "false", ValueCheck.NONE);
    }

    private TopicSettings() {}

    private static Setting add(final Setting setting) {
        return TABLE.add(setting);
    }

    private static void addUnused(
            final String name, final SettingType type, final String defaultText, final ValueCheck check) {
        add(Setting.topic(name, type, defaultText, "Kafka's; accepted, without effect so far.")
                .check(check)
                .asUnused());
    }

    private static void unusedFollow(final String topic, final String broker) {
        UNUSED_SYNONYMS.put(topic, broker);
    }

    /** The first broker setting keeps the topic's unit, later ones have a unit in their name. */
    private static void follow(final Setting topic, final Setting... broker) {
        SYNONYMS.put(
                topic.name(),
                List.of(broker).stream()
                        .map(setting -> new Synonym(setting, factorOf(setting)))
                        .toList());
    }

    private static long factorOf(final Setting setting) {
        return switch (setting.unit()) {
            case "minutes" -> MINUTE_MS;
            case "hours" -> HOUR_MS;
            default -> 1;
        };
    }

    /** In the order of their names. */
    public static Collection<Setting> all() {
        return TABLE.all();
    }

    /** Returns null for a name that no topic has. */
    public static Setting find(final String name) {
        return TABLE.find(name);
    }

    /** Broker settings whose values a topic without an override takes, strongest first; may be empty. */
    public static List<Synonym> synonyms(final Setting topicSetting) {
        return SYNONYMS.getOrDefault(topicSetting.name(), List.of());
    }

    /** The names that Kafka gives those broker settings, also of what has no effect here; may be empty. */
    public static List<String> synonymNames(final Setting topicSetting) {
        final String unused = UNUSED_SYNONYMS.get(topicSetting.name());
        return unused != null
                ? List.of(unused)
                : synonyms(topicSetting).stream()
                        .map(synonym -> synonym.setting().name())
                        .toList();
    }
}
