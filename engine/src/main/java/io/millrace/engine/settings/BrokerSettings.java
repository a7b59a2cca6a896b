package io.millrace.engine.settings;

import static io.millrace.engine.settings.SettingType.BOOLEAN;
import static io.millrace.engine.settings.SettingType.INT;
import static io.millrace.engine.settings.SettingType.LIST;
import static io.millrace.engine.settings.SettingType.LONG;
import static io.millrace.engine.settings.SettingType.STRING;

import java.util.Collection;

/** Every setting of a broker that has an effect, with Kafka's names and defaults where Kafka has them. */
public final class BrokerSettings {
    private static final SettingTable TABLE = new SettingTable();

    // Identity and place

    public static final Setting NODE_ID =
            add(Setting.broker("node.id", INT, "1", "Id of this node in metadata; broker.id is an alias.")
                    .check(ValueCheck.atLeast(0)));
    public static final Setting BROKER_ID =
            add(Setting.broker("broker.id", INT, "-1", "Alias of node.id; -1 leaves it to node.id.")
                    .check(ValueCheck.atLeast(-1)));
    public static final Setting BROKER_RACK =
            add(Setting.broker("broker.rack", STRING, null, "Rack that metadata shows for this node."));
    public static final Setting LOG_DIRS =
            add(Setting.broker("log.dirs", LIST, null, "The data directory (exactly one for now); wins over log.dir."));
    public static final Setting LOG_DIR = add(Setting.broker("log.dir", LIST, "data", "The data directory."));

    // Listeners

    public static final Setting LISTENERS = add(Setting.broker(
            "listeners",
            LIST,
            "PLAINTEXT://127.0.0.1:9092",
            "Where to listen, as NAME://host:port. In core mode the cores take port, port+1, …"));
    public static final Setting ADVERTISED_LISTENERS = add(Setting.broker(
            "advertised.listeners",
            LIST,
            null,
            "What clients are told to connect to, per listener name; unset: what listeners says, with the host name in"
                    + " place of 0.0.0.0."));
    public static final Setting LISTENER_SECURITY_PROTOCOL_MAP = add(Setting.broker(
            "listener.security.protocol.map",
            LIST,
            "PLAINTEXT:PLAINTEXT",
            "Security protocol by listener name. Only PLAINTEXT is served so far."));
    public static final Setting INTER_BROKER_LISTENER_NAME = add(Setting.broker(
            "inter.broker.listener.name",
            STRING,
            null,
            "Listener that other nodes would use; must be one of listeners."));
    public static final Setting LISTENER_ADVERTISE = Setting.broker(
                    "listener.name.<name>.advertise",
                    STRING,
                    "node",
                    "node: one port, requests go to the owning core through the ring. core: every core is a broker of"
                            + " its own with its own port, clients reach the owning core directly.")
            .check(ValueCheck.oneOf("node", "core"));

    // Sockets and requests

    public static final Setting SOCKET_SEND_BUFFER_BYTES = add(Setting.broker(
                    "socket.send.buffer.bytes",
                    INT,
                    "102400",
                    "SO_SNDBUF of client connections; -1: the system chooses and adapts it. A small one makes large"
                            + " fetches cheaper, since what waits in it is still in the processor's caches when it is"
                            + " taken; a large one is for clients far away.")
            .check(ValueCheck.atLeast(-1)));
    public static final Setting SOCKET_RECEIVE_BUFFER_BYTES = add(Setting.broker(
                    "socket.receive.buffer.bytes",
                    INT,
                    "-1",
                    "SO_RCVBUF of client connections; -1 (Kafka: 102400): the system chooses and adapts it.")
            .check(ValueCheck.atLeast(-1)));
    public static final Setting SOCKET_LISTEN_BACKLOG_SIZE = add(Setting.broker(
                    "socket.listen.backlog.size", INT, "1024", "Connections that may wait to be accepted (Kafka: 50).")
            .check(ValueCheck.atLeast(1)));
    public static final Setting SOCKET_REQUEST_MAX_BYTES = add(Setting.broker(
                    "socket.request.max.bytes",
                    INT,
                    "104857600",
                    "Largest request; a longer one closes its connection.")
            .check(ValueCheck.atLeast(1)));
    public static final Setting CONNECTIONS_MAX_IDLE_MS = add(Setting.broker(
            "connections.max.idle.ms",
            LONG,
            "600000",
            "A connection silent for this long is closed; negative: never."));
    public static final Setting MAX_CONNECTIONS = add(Setting.broker(
                    "max.connections",
                    INT,
                    "2147483647",
                    "Connections of this node at any time, and with listener.name.NAME. in front those of one"
                            + " listener; one more is closed at once (Kafka: waits), and none that is open when it is"
                            + " lowered (Kafka: idle ones). Of several listeners the one"
                            + " for other nodes is held only to its own limit.")
            .check(ValueCheck.atLeast(0))
            .asDynamic());
    public static final Setting MAX_CONNECTION_CREATION_RATE = add(Setting.broker(
                    "max.connection.creation.rate",
                    INT,
                    "2147483647",
                    "Connections that are accepted in a second, and with listener.name.NAME. in front those of one"
                            + " listener; others wait in the backlog for their turn. Where fewer came lately, so many more"
                            + " are accepted at once, for quota.window.num - 1 windows at most. 0 counts as 1. Of several"
                            + " listeners the one for other nodes is held only to its own rate.")
            .check(ValueCheck.atLeast(0))
            .asDynamic());
    public static final Setting MAX_CONNECTIONS_PER_IP =
            add(Setting.broker("max.connections.per.ip", INT, "2147483647", "Connections from one address at any time.")
                    .check(ValueCheck.atLeast(0))
                    .asDynamic());
    public static final Setting MAX_CONNECTIONS_PER_IP_OVERRIDES = add(Setting.broker(
                    "max.connections.per.ip.overrides",
                    STRING,
                    "",
                    "The same for single addresses, as in 10.0.0.1:100,10.0.0.2:200. Names of hosts are not looked up.")
            .check(ValueCheck.that("address:count,...", ConnectionLimits::isWellFormed))
            .asDynamic());
    public static final Setting FETCH_MAX_BYTES = add(Setting.broker(
                    "fetch.max.bytes", INT, "57671680", "Most bytes of one fetch response, whatever the client asks.")
            .check(ValueCheck.atLeast(1024)));
    public static final Setting FETCH_SESSION_SLOTS = add(Setting.broker(
                    "max.incremental.fetch.session.cache.slots",
                    INT,
                    "1000",
                    "Incremental fetch sessions kept by this node.")
            .check(ValueCheck.atLeast(0)));
    public static final Setting MAX_REQUEST_PARTITION_SIZE_LIMIT = add(Setting.broker(
                    "max.request.partition.size.limit",
                    INT,
                    "2000",
                    "Most partitions in one DescribeTopicPartitions answer.")
            .check(ValueCheck.atLeast(1)));

    // Topics

    public static final Setting NUM_PARTITIONS =
            add(Setting.broker("num.partitions", INT, "1", "Partitions of a topic whose creator does not say.")
                    .check(ValueCheck.atLeast(1)));
    public static final Setting DEFAULT_REPLICATION_FACTOR = add(Setting.broker(
                    "default.replication.factor", INT, "1", "Replication factor of a topic whose creator does not say.")
            .check(ValueCheck.between(1, Short.MAX_VALUE)));
    public static final Setting AUTO_CREATE_TOPICS_ENABLE = add(Setting.broker(
            "auto.create.topics.enable",
            BOOLEAN,
            "true",
            "Create a topic when a client that allows it asks for its metadata."));
    public static final Setting DELETE_TOPIC_ENABLE =
            add(Setting.broker("delete.topic.enable", BOOLEAN, "true", "Whether topics can be deleted."));

    // Storage; most are also the defaults of topics

    public static final Setting LOG_SEGMENT_BYTES =
            add(Setting.broker("log.segment.bytes", INT, "1073741824", "Size at which a segment is rolled.")
                    .check(ValueCheck.atLeast(1048576))
                    .asDynamic());
    public static final Setting LOG_ROLL_MS =
            add(Setting.broker("log.roll.ms", LONG, null, "Age at which a segment is rolled; unset: log.roll.hours.")
                    .check(ValueCheck.requiresAtLeast(1))
                    .asDynamic());
    public static final Setting LOG_ROLL_HOURS =
            add(Setting.broker("log.roll.hours", INT, "168", "Age at which a segment is rolled.")
                    .check(ValueCheck.atLeast(1)));
    public static final Setting LOG_ROLL_JITTER_MS = add(Setting.broker(
                    "log.roll.jitter.ms",
                    LONG,
                    null,
                    "Most that is randomly taken off the roll age; unset: log.roll.jitter.hours.")
            .check(ValueCheck.requiresAtLeast(0))
            .asDynamic());
    public static final Setting LOG_ROLL_JITTER_HOURS =
            add(Setting.broker("log.roll.jitter.hours", INT, "0", "Most that is randomly taken off the roll age.")
                    .check(ValueCheck.atLeast(0)));
    public static final Setting LOG_RETENTION_MS = add(Setting.broker(
                    "log.retention.ms",
                    LONG,
                    null,
                    "Age at which records may go; -1: never; unset: log.retention.minutes.")
            .check(ValueCheck.NOT_ZERO)
            .asDynamic());
    public static final Setting LOG_RETENTION_MINUTES = add(Setting.broker(
                    "log.retention.minutes",
                    INT,
                    null,
                    "Age at which records may go; -1: never; unset: log.retention.hours.")
            .check(ValueCheck.NOT_ZERO));
    public static final Setting LOG_RETENTION_HOURS =
            add(Setting.broker("log.retention.hours", INT, "168", "Age at which records may go; -1: never.")
                    .check(ValueCheck.NOT_ZERO));
    public static final Setting LOG_RETENTION_BYTES = add(Setting.broker(
                    "log.retention.bytes",
                    LONG,
                    "-1",
                    "Size of a partition above which its oldest segments go; -1: no bound.")
            .asDynamic());
    public static final Setting LOG_RETENTION_CHECK_INTERVAL_MS =
            add(Setting.broker("log.retention.check.interval.ms", LONG, "300000", "How often retention is looked at.")
                    .check(ValueCheck.atLeast(1)));
    public static final Setting LOG_CLEANUP_POLICY = add(Setting.broker(
                    "log.cleanup.policy",
                    LIST,
                    "delete",
                    "What happens to old records. delete: they go by age and size. compact: the last record of each key stays.")
            .check(ValueCheck.CLEANUP_POLICIES)
            .asDynamic());
    public static final Setting LOG_INDEX_SIZE_MAX_BYTES = add(Setting.broker(
                    "log.index.size.max.bytes",
                    INT,
                    "10485760",
                    "Size of an offset index at which its segment is rolled.")
            .check(ValueCheck.atLeast(4))
            .asDynamic());
    public static final Setting LOG_INDEX_INTERVAL_BYTES =
            add(Setting.broker("log.index.interval.bytes", INT, "4096", "Log bytes between two index entries.")
                    .check(ValueCheck.atLeast(0))
                    .asDynamic());
    public static final Setting LOG_FLUSH_INTERVAL_MESSAGES = add(Setting.broker(
                    "log.flush.interval.messages",
                    LONG,
                    "9223372036854775807",
                    "Kafka's; accepted without effect: millrace.durability decides.")
            .check(ValueCheck.atLeast(1))
            .asDynamic()
            .asUnused());
    public static final Setting LOG_FLUSH_INTERVAL_MS = add(Setting.broker(
                    "log.flush.interval.ms",
                    LONG,
                    null,
                    "Kafka's; accepted without effect: millrace.durability decides.")
            .asUnused()
            .asDynamic());
    public static final Setting LOG_FLUSH_SCHEDULER_INTERVAL_MS = add(Setting.broker(
                    "log.flush.scheduler.interval.ms",
                    LONG,
                    "9223372036854775807",
                    "Kafka's; accepted without effect: millrace.durability decides.")
            .asUnused());
    public static final Setting LOG_SEGMENT_DELETE_DELAY_MS =
            add(Setting.broker("log.segment.delete.delay.ms", LONG, "60000", "Fallback of file.delete.delay.ms.")
                    .check(ValueCheck.atLeast(0))
                    .asDynamic()
                    .asUnused());
    public static final Setting LOG_PREALLOCATE = add(Setting.broker(
                    "log.preallocate",
                    BOOLEAN,
                    "false",
                    "Kafka's; accepted without effect: space is always reserved ahead, without changing a file's length.")
            .asDynamic()
            .asUnused());
    public static final Setting MESSAGE_MAX_BYTES =
            add(Setting.broker("message.max.bytes", INT, "1048588", "Largest record batch, as stored.")
                    .check(ValueCheck.atLeast(0))
                    .asDynamic());
    public static final Setting MESSAGE_TIMESTAMP_TYPE = add(Setting.broker(
                    "log.message.timestamp.type",
                    STRING,
                    "CreateTime",
                    "Whose clock stamps records: the producer's or the broker's.")
            .check(ValueCheck.oneOf("CreateTime", "LogAppendTime"))
            .asDynamic());
    public static final Setting MESSAGE_TIMESTAMP_BEFORE_MAX_MS = add(Setting.broker(
                    "log.message.timestamp.before.max.ms",
                    LONG,
                    "9223372036854775807",
                    "How far a record's timestamp may lie behind the broker's clock.")
            .check(ValueCheck.atLeast(0))
            .asDynamic());
    public static final Setting MESSAGE_TIMESTAMP_AFTER_MAX_MS = add(Setting.broker(
                    "log.message.timestamp.after.max.ms",
                    LONG,
                    "3600000",
                    "How far a record's timestamp may lie ahead of the broker's clock.")
            .check(ValueCheck.atLeast(0))
            .asDynamic());
    public static final Setting COMPRESSION_TYPE = add(Setting.broker(
                    "compression.type",
                    STRING,
                    "producer",
                    "Codec of stored batches; producer: each as it was sent. Others are packed anew beside the cores.")
            .check(ValueCheck.CODECS)
            .asDynamic());
    public static final Setting COMPRESSION_GZIP_LEVEL = add(Setting.broker(
                    "compression.gzip.level", INT, "-1", "Level at which the broker packs with gzip; -1: its default.")
            .check(ValueCheck.GZIP_LEVELS)
            .asDynamic());
    public static final Setting COMPRESSION_LZ4_LEVEL =
            add(Setting.broker("compression.lz4.level", INT, "9", "Level at which the broker packs with lz4.")
                    .check(ValueCheck.between(1, 17))
                    .asDynamic());
    public static final Setting COMPRESSION_ZSTD_LEVEL =
            add(Setting.broker("compression.zstd.level", INT, "3", "Level at which the broker packs with zstd.")
                    .check(ValueCheck.between(-131072, 22))
                    .asDynamic());
    public static final Setting MAX_DECOMPRESSED_MESSAGE_BYTES = add(Setting.broker(
                    "max.decompressed.message.bytes",
                    INT,
                    "2147483639",
                    "Largest record of a compressed batch, where the broker looks into it on its way in.")
            .check(ValueCheck.between(1, 2147483639))
            .asDynamic());
    public static final Setting MIN_INSYNC_REPLICAS = add(Setting.broker(
                    "min.insync.replicas",
                    INT,
                    "1",
                    "Replicas that must have a batch before acks=all is answered; never more than there are.")
            .check(ValueCheck.atLeast(1))
            .asDynamic());
    public static final Setting UNCLEAN_LEADER_ELECTION_ENABLE = add(Setting.broker(
                    "unclean.leader.election.enable",
                    BOOLEAN,
                    "false",
                    "Whether a replica that lacks records may lead.")
            .asDynamic()
            .asUnused());
    public static final Setting LOG_FLUSH_OFFSET_CHECKPOINT_INTERVAL_MS = add(Setting.broker(
                    "log.flush.offset.checkpoint.interval.ms",
                    INT,
                    "60000",
                    "Kafka's; accepted without effect: millrace.checkpoint.interval.ms takes its place.")
            .check(ValueCheck.atLeast(0))
            .asUnused());
    public static final Setting LOG_FLUSH_START_OFFSET_CHECKPOINT_INTERVAL_MS = add(Setting.broker(
                    "log.flush.start.offset.checkpoint.interval.ms",
                    INT,
                    "60000",
                    "Kafka's; accepted without effect: millrace.checkpoint.interval.ms takes its place.")
            .check(ValueCheck.atLeast(0))
            .asUnused());
    public static final Setting PRODUCER_ID_EXPIRATION_MS = add(Setting.broker(
                    "producer.id.expiration.ms", INT, "86400000", "A producer silent for this long is forgotten.")
            .check(ValueCheck.atLeast(1))
            .asDynamic());

    // Ours

    public static final Setting DURABILITY = add(Setting.broker(
                    "millrace.durability",
                    STRING,
                    "fsync",
                    "What an ack promises. fsync: the bytes are on the disk. os: they are in the page cache.")
            .check(ValueCheck.oneOf("fsync", "os")));
    public static final Setting CORES = add(Setting.broker(
                    "millrace.cores",
                    STRING,
                    "all",
                    "Processors to run on: all it may use (one for each physical core, see millrace.cores.smt), a count, or"
                            + " a list such as 0,2-3. A count above the number of physical cores takes SMT siblings too.")
            .check(ValueCheck.that("all, a count or a list of processors such as 0,2-3", CoreList::isWellFormed)));
    public static final Setting CORES_SMT = add(Setting.broker(
            "millrace.cores.smt",
            BOOLEAN,
            "false",
            "Whether all processors means the SMT siblings of a physical core too, and not only its first thread."));
    public static final Setting IDLE = add(Setting.broker(
                    "millrace.idle",
                    STRING,
                    "park",
                    "What a core does without work: sleep until woken, or spin (bare metal).")
            .check(ValueCheck.oneOf("park", "spin")));
    public static final Setting CORE_SEARCH_US = add(Setting.broker(
                    "millrace.core.search.us",
                    INT,
                    "20",
                    "How long, in microseconds, a parked core looks on for work before it sleeps, as long as that often"
                            + " finds some; 0 to sleep at once.")
            .check(ValueCheck.between(0, 10_000)));
    public static final Setting CONNECTIONS_FOLLOW = add(Setting.broker(
            "millrace.connections.follow",
            BOOLEAN,
            "true",
            "Whether, on a listener with advertise=node, a quiet connection goes to the core that owns the partitions"
                    + " of nearly all its requests."));
    public static final Setting CORE_NICE = add(Setting.broker(
                    "millrace.core.nice",
                    INT,
                    "0",
                    "How nice a parked core is to others on its processor once woken, as in nice(1); 0 leaves it as it was"
                            + " started. Below 0 (if the system lets the broker) it answers sooner beside neighbours that"
                            + " compute, but fewer requests at a time: with clients on its processor it gets much less done.")
            .check(ValueCheck.between(-20, 19)));
    public static final Setting TRANSPORT = add(Setting.broker(
                    "millrace.transport",
                    STRING,
                    "nio",
                    "How cores talk to their sockets. nio: through the Java runtime's selector. io_uring (Linux from 6.1):"
                            + " a system call for each turn of a core's loop instead of two for each small request; where"
                            + " the system does not allow it, nio is used, and the log says why.")
            .check(ValueCheck.oneOf("nio", "io_uring")));
    public static final Setting CORE_MEMORY_BYTES = add(Setting.broker(
                    "millrace.core.memory.bytes",
                    LONG,
                    "268435456",
                    "Budget of one core for requests, responses and batches, claimed as bytes arrive.")
            .check(ValueCheck.atLeast(1048576)));
    public static final Setting JOURNAL_BYTES = add(Setting.broker(
                    "millrace.journal.bytes",
                    LONG,
                    "134217728",
                    "Size of each core's journal, which makes acks of millrace.durability=fsync cost the same however many"
                            + " partitions are written to. Made a quarter at a time, when it is wanted; 0: none, each"
                            + " partition's files are synced.")
            .check(ValueCheck.that("0, or at least 65536", value -> (long) value == 0 || (long) value >= 65536)));
    public static final Setting LOG_LEVEL =
            add(Setting.broker("millrace.log.level", STRING, "info", "How much the broker's own log tells.")
                    .check(ValueCheck.oneOf("error", "warn", "info", "debug", "trace")));
    public static final Setting RING_BYTES = add(Setting.broker(
                    "millrace.ring.bytes", INT, "1048576", "Size of each ring between two cores; a power of two.")
            .check(ValueCheck.that(
                    "a power of two of at least 65536",
                    value -> (int) value >= 65536 && Integer.bitCount((int) value) == 1)));

    public static final Setting CHECKPOINT_INTERVAL_MS = add(Setting.broker(
                    "millrace.checkpoint.interval.ms",
                    INT,
                    "1000",
                    "How often changed recovery points and log starts are written down; after a crash only what lies "
                            + "beyond them is validated. Takes the place of Kafka's two checkpoint intervals.")
            .check(ValueCheck.atLeast(1)));
    public static final Setting LEASES = add(Setting.broker(
                    "millrace.core.leases",
                    INT,
                    "4096",
                    "How many slices of segments each core may have lent to fetches at a time.")
            .check(ValueCheck.atLeast(16)));
    public static final Setting LEASE_BYTES_MIN = add(Setting.broker(
                    "millrace.core.lease.bytes.min",
                    INT,
                    "16384",
                    "Slices below this size are copied once their client is slow to read, so that slow clients do not "
                            + "keep all leases; larger ones stay lent.")
            .check(ValueCheck.atLeast(0)));
    public static final Setting SCRUB_BYTES_PER_SECOND = add(Setting.broker(
                    "millrace.scrub.bytes.per.second",
                    LONG,
                    "4194304",
                    "How fast closed segments are read in the background, on all cores together, to see whether they are"
                            + " still what was written; 0: not at all. A change is heeded at once.")
            .check(ValueCheck.atLeast(0))
            .asDynamic());
    public static final Setting SCRUB_PERIOD_MS = add(Setting.broker(
                    "millrace.scrub.period.ms",
                    LONG,
                    "604800000",
                    "How long after one such pass through all partitions began the next one does, at the earliest. A start"
                            + " begins one anew, at a partition of chance. A change is heeded at once.")
            .check(ValueCheck.atLeast(1))
            .asDynamic());

    static {
        CoordinatorSettings.addTo(TABLE);
        CleanerSettings.addTo(TABLE);
        QuotaSettings.addTo(TABLE);
    }

    private BrokerSettings() {}

    private static Setting add(final Setting setting) {
        return TABLE.add(setting);
    }

    public static Collection<Setting> all() {
        return TABLE.all();
    }

    /** Returns null for a name that has no effect here. */
    public static Setting find(final String name) {
        return TABLE.find(name);
    }
}
