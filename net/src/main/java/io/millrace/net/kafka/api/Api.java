package io.millrace.net.kafka.api;

import java.util.List;
import java.util.stream.Stream;

/**
 * All that is served: protocol key, versions, and the version from which requests and answers are flexible (KIP-482).
 * An API is advertised only where a handler is registered for it. Produce 0 to 2 are nominal: clients of old want to
 * see them, and a request in them closes the connection.
 */
public enum Api {
    PRODUCE(0, 0, 13, 9),
    FETCH(1, 4, 18, 12),
    LIST_OFFSETS(2, 1, 11, 6),
    METADATA(3, 0, 13, 9),
    OFFSET_COMMIT(8, 2, 10, 8),
    OFFSET_FETCH(9, 1, 10, 6),
    FIND_COORDINATOR(10, 0, 6, 3),
    JOIN_GROUP(11, 0, 9, 6),
    HEARTBEAT(12, 0, 4, 4),
    LEAVE_GROUP(13, 0, 5, 4),
    SYNC_GROUP(14, 0, 5, 4),
    DESCRIBE_GROUPS(15, 0, 6, 5),
    LIST_GROUPS(16, 0, 5, 3),
    API_VERSIONS(18, 0, 5, 3),
    CREATE_TOPICS(19, 2, 7, 5),
    DELETE_TOPICS(20, 1, 6, 4),
    DELETE_RECORDS(21, 0, 2, 2),
    INIT_PRODUCER_ID(22, 0, 5, 2),
    OFFSET_FOR_LEADER_EPOCH(23, 2, 4, 4),
    ADD_PARTITIONS_TO_TXN(24, 0, 5, 3),
    ADD_OFFSETS_TO_TXN(25, 0, 4, 3),
    END_TXN(26, 0, 5, 3),
    WRITE_TXN_MARKERS(27, 1, 2, 1),
    TXN_OFFSET_COMMIT(28, 0, 6, 3),
    DESCRIBE_ACLS(29, 1, 3, 2),
    CREATE_ACLS(30, 1, 3, 2),
    DELETE_ACLS(31, 1, 3, 2),
    DESCRIBE_CONFIGS(32, 1, 4, 4),
    ALTER_CONFIGS(33, 0, 2, 2),
    ALTER_REPLICA_LOG_DIRS(34, 1, 2, 2),
    DESCRIBE_LOG_DIRS(35, 1, 5, 2),
    CREATE_PARTITIONS(37, 0, 3, 2),
    CREATE_DELEGATION_TOKEN(38, 1, 3, 2),
    RENEW_DELEGATION_TOKEN(39, 1, 2, 2),
    EXPIRE_DELEGATION_TOKEN(40, 1, 2, 2),
    DESCRIBE_DELEGATION_TOKEN(41, 1, 3, 2),
    DELETE_GROUPS(42, 0, 3, 2),
    ELECT_LEADERS(43, 0, 2, 2),
    INCREMENTAL_ALTER_CONFIGS(44, 0, 1, 1),
    ALTER_PARTITION_REASSIGNMENTS(45, 0, 1, 0),
    LIST_PARTITION_REASSIGNMENTS(46, 0, 0, 0),
    OFFSET_DELETE(47, 0, 0, Short.MAX_VALUE),
    DESCRIBE_CLIENT_QUOTAS(48, 0, 1, 1),
    ALTER_CLIENT_QUOTAS(49, 0, 1, 1),
    DESCRIBE_USER_SCRAM_CREDENTIALS(50, 0, 0, 0),
    ALTER_USER_SCRAM_CREDENTIALS(51, 0, 0, 0),
    DESCRIBE_QUORUM(55, 0, 2, 0),
    UPDATE_FEATURES(57, 0, 2, 0),
    DESCRIBE_CLUSTER(60, 0, 2, 0),
    DESCRIBE_PRODUCERS(61, 0, 0, 0),
    UNREGISTER_BROKER(64, 0, 0, 0),
    DESCRIBE_TRANSACTIONS(65, 0, 0, 0),
    LIST_TRANSACTIONS(66, 0, 2, 0),
    CONSUMER_GROUP_HEARTBEAT(68, 0, 1, 0),
    CONSUMER_GROUP_DESCRIBE(69, 0, 1, 0),
    LIST_CONFIG_RESOURCES(74, 0, 1, 0),
    DESCRIBE_TOPIC_PARTITIONS(75, 0, 0, 0),
    SHARE_GROUP_HEARTBEAT(76, 1, 1, 0),
    SHARE_GROUP_DESCRIBE(77, 1, 1, 0),
    SHARE_FETCH(78, 1, 2, 0),
    SHARE_ACKNOWLEDGE(79, 1, 2, 0),
    ADD_RAFT_VOTER(80, 0, 1, 0),
    REMOVE_RAFT_VOTER(81, 0, 0, 0),
    INITIALIZE_SHARE_GROUP_STATE(83, 0, 0, 0),
    READ_SHARE_GROUP_STATE(84, 0, 0, 0),
    WRITE_SHARE_GROUP_STATE(85, 0, 1, 0),
    DELETE_SHARE_GROUP_STATE(86, 0, 0, 0),
    READ_SHARE_GROUP_STATE_SUMMARY(87, 0, 1, 0),
    STREAMS_GROUP_HEARTBEAT(88, 0, 1, 0),
    STREAMS_GROUP_DESCRIBE(89, 0, 1, 0),
    DESCRIBE_SHARE_GROUP_OFFSETS(90, 0, 1, 0),
    ALTER_SHARE_GROUP_OFFSETS(91, 0, 0, 0),
    DELETE_SHARE_GROUP_OFFSETS(92, 0, 0, 0),
    STREAMS_GROUP_TOPOLOGY_DESCRIPTION_UPDATE(93, 0, 0, 0),
    UNREGISTER_CONTROLLER(94, 0, 0, 0);

    private static final Api[] BY_KEY = new Api[95];

    static {
        for (final Api api : values()) {
            BY_KEY[api.key] = api;
        }
    }

    private final short key;
    private final short versionMin;
    private final short versionMax;
    private final short flexibleSince;

    Api(final int key, final int versionMin, final int versionMax, final int flexibleSince) {
        this.key = (short) key;
        this.versionMin = (short) versionMin;
        this.versionMax = (short) versionMax;
        this.flexibleSince = (short) flexibleSince;
    }

    /** How many of the first are worth a closer look at where their time goes. */
    public static final int SPLIT = 2;

    /** Names in the order of the numbers by which requests are counted. */
    public static List<String> names() {
        return Stream.of(values()).map(Api::name).toList();
    }

    /** The API of that key, or null if it is not in the table. */
    public static Api of(final int key) {
        return key >= 0 && key < BY_KEY.length ? BY_KEY[key] : null;
    }

    public short key() {
        return key;
    }

    public short versionMin() {
        return versionMin;
    }

    public short versionMax() {
        return versionMax;
    }

    public boolean serves(final int version) {
        return version >= versionMin && version <= versionMax;
    }

    /** Whether bodies of this version end in tagged fields and have compact strings. */
    public boolean isFlexible(final int version) {
        return version >= flexibleSince;
    }

    /** Whether the answer's header ends in tagged fields. ApiVersions never does: its reader knows no version yet. */
    public boolean hasTaggedReplyHeader(final int version) {
        return this != API_VERSIONS && isFlexible(version);
    }
}
