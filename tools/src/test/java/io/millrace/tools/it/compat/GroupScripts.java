package io.millrace.tools.it.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.ApiMessage;

/** Groups asked for what is odd: unknown ones, members that are none, offsets of nothing. */
final class GroupScripts {
    private static final short FIND_VERSION = 4;
    private static final short COMMIT_VERSION = 9;
    private static final short COMMIT_BY_ID_SINCE = 10;
    private static final short FETCH_GROUPS_SINCE = 8;
    private static final short FETCH_BY_ID_SINCE = 10;

    private static final int INTERVAL_MS = 7_000;

    private GroupScripts() {}

    /** Waits until the internal topic is there and its coordinators answer. */
    static void awaitCoordinators(final Twins twins) {
        twins.learn(
                "coordinator",
                FIND_VERSION,
                FindCoordinatorResponseData.class,
                party -> new FindCoordinatorRequestData().setKeyType((byte) 0).setCoordinatorKeys(List.of("any")),
                found -> found.coordinators().get(0).nodeId());
        twins.askUntilEqual("all loaded", (short) 0, party -> new HeartbeatRequestData().setGroupId("all-loaded"));
    }

    static void findCoordinator(final Twins twins) {
        awaitCoordinators(twins);
        for (final byte type : new byte[] {0, 3, 9, -1}) {
            twins.ask("type " + type, party -> find(twins.version(), type, "g"));
        }
        twins.ask("a share partition without a topic", party -> find(twins.version(), (byte) 2, "g"));
        twins.ask("a share partition of no topic", party -> find(twins.version(), (byte) 2, "g:x:0"));
        twins.ask("an empty key", party -> find(twins.version(), (byte) 0, ""));
        if (twins.version() >= FIND_VERSION) {
            twins.ask(
                    "two",
                    party -> new FindCoordinatorRequestData()
                            .setKeyType((byte) 0)
                            .setCoordinatorKeys(List.of("a", "b")));
            twins.ask("none", party -> new FindCoordinatorRequestData().setKeyType((byte) 0));
        }
    }

    private static ApiMessage find(final short version, final byte type, final String key) {
        final FindCoordinatorRequestData request = new FindCoordinatorRequestData().setKeyType(type);
        return version >= FIND_VERSION ? request.setCoordinatorKeys(List.of(key)) : request.setKey(key);
    }

    static void joinGroup(final Twins twins) {
        awaitCoordinators(twins);
        twins.ask("no group", party -> join("", "", 10_000));
        twins.ask("too short a session", party -> join("g", "", 1));
        twins.ask("too long a session", party -> join("g", "", 3_600_000));
        twins.ask("an unknown member", party -> join("g", "nobody", 10_000));
        twins.ask("no protocols", party -> join("g", "nobody", 10_000).setProtocols(protocols()));
        twins.ask("no protocol type", party -> join("g", "nobody", 10_000).setProtocolType(""));
        twins.ask(
                "an unknown static member", party -> join("g", "nobody", 10_000).setGroupInstanceId("one"));
    }

    private static JoinGroupRequestData join(final String group, final String member, final int sessionMs) {
        return new JoinGroupRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setSessionTimeoutMs(sessionMs)
                .setRebalanceTimeoutMs(10_000)
                .setProtocolType("consumer")
                .setProtocols(protocols("range"));
    }

    private static JoinGroupRequestData.JoinGroupRequestProtocolCollection protocols(final String... names) {
        final var protocols = new JoinGroupRequestData.JoinGroupRequestProtocolCollection();
        for (final String name : names) {
            protocols.add(
                    new JoinGroupRequestProtocol().setName(name).setMetadata("m".getBytes(StandardCharsets.UTF_8)));
        }
        return protocols;
    }

    static void membership(final Twins twins) {
        awaitCoordinators(twins);
        twins.ask("sync", (short) Math.min(5, twins.version()), party -> sync("g", "consumer", "range"));
        twins.ask("sync without a type", (short) 5, party -> sync("g", null, null));
        twins.ask("sync without a group", (short) 5, party -> sync("", "consumer", "range"));
        final short heartbeat = (short) Math.min(4, twins.version());
        twins.ask(
                "heartbeat",
                heartbeat,
                party -> new HeartbeatRequestData().setGroupId("g").setMemberId("nobody"));
        twins.ask("heartbeat of none", heartbeat, party -> new HeartbeatRequestData().setGroupId(""));
        twins.ask("leave", party -> leave(twins.version(), "g", "nobody"));
        twins.ask("leave none", party -> leave(twins.version(), "", "nobody"));
    }

    private static ApiMessage sync(final String group, final String type, final String name) {
        return new SyncGroupRequestData()
                .setGroupId(group)
                .setMemberId("nobody")
                .setProtocolType(type)
                .setProtocolName(name);
    }

    private static ApiMessage leave(final short version, final String group, final String member) {
        final LeaveGroupRequestData request = new LeaveGroupRequestData().setGroupId(group);
        return version < 3
                ? request.setMemberId(member)
                : request.setMembers(List.of(
                        new MemberIdentity().setMemberId(member),
                        new MemberIdentity().setMemberId("").setGroupInstanceId("one")));
    }

    static void offsetCommit(final Twins twins) {
        awaitCoordinators(twins);
        final String topic = "offset-commit-v" + twins.version();
        final String group = "commit-v" + twins.version();
        twins.topic(topic, 2);
        twins.ask("one", party -> commit(twins, party, group, topic, 0, "x"));
        twins.ask("partition 9", party -> commit(twins, party, group, topic, 9, null));
        twins.ask("unknown topic", party -> commit(twins, party, group, "nobody-made-this", 0, null));
        twins.ask("no group", party -> commit(twins, party, "", topic, 0, null));
        twins.ask("too much metadata", party -> commit(twins, party, group, topic, 0, "x".repeat(5_000)));
        twins.ask(
                "a member of none",
                party -> commit(twins, party, group, topic, 0, "").setMemberId("nobody"));
        twins.ask(
                "a generation of none",
                party -> commit(twins, party, group, topic, 0, "").setGenerationIdOrMemberEpoch(3));
        twins.ask(
                "a member of an unknown group",
                party -> commit(twins, party, group + "x", topic, 0, "")
                        .setMemberId("m")
                        .setGenerationIdOrMemberEpoch(3));
        twins.ask("nothing", party -> new OffsetCommitRequestData().setGroupId(group));
        twins.ask("a negative offset", party -> {
            final OffsetCommitRequestData request = commit(twins, party, group, topic, 0, "");
            request.topics().get(0).partitions().get(0).setCommittedOffset(-5);
            return request;
        });
    }

    private static OffsetCommitRequestData commit(
            final Twins twins,
            final Party party,
            final String group,
            final String topic,
            final int partition,
            final String metadata) {
        final OffsetCommitRequestTopic asked = new OffsetCommitRequestTopic()
                .setPartitions(new ArrayList<>(List.of(new OffsetCommitRequestPartition()
                        .setPartitionIndex(partition)
                        .setCommittedOffset(7)
                        .setCommittedMetadata(metadata))));
        if (twins.version() >= COMMIT_BY_ID_SINCE) {
            asked.setTopicId(party.topicId(topic));
        } else {
            asked.setName(topic);
        }
        return new OffsetCommitRequestData().setGroupId(group).setTopics(new ArrayList<>(List.of(asked)));
    }

    static void offsetFetch(final Twins twins) {
        awaitCoordinators(twins);
        final String topic = "offset-fetch-v" + twins.version();
        final String group = "fetch-v" + twins.version();
        twins.topic(topic, 2);
        twins.ask(
                "commit",
                COMMIT_VERSION,
                party -> new OffsetCommitRequestData()
                        .setGroupId(group)
                        .setTopics(List.of(new OffsetCommitRequestTopic()
                                .setName(topic)
                                .setPartitions(List.of(new OffsetCommitRequestPartition()
                                        .setPartitionIndex(1)
                                        .setCommittedOffset(11)
                                        .setCommittedMetadata("eleven"))))));
        for (final int partition : new int[] {0, 1, 9}) {
            twins.ask("partition " + partition, party -> fetch(twins, party, group, topic, partition));
        }
        twins.ask("unknown topic", party -> fetch(twins, party, group, "nobody-made-this", 0));
        twins.ask("unknown group", party -> fetch(twins, party, "nobody", topic, 1));
        twins.ask("empty group", party -> fetch(twins, party, "", topic, 1));
        twins.ask("all", party -> fetchAll(twins.version(), group));
        twins.ask("all of an unknown group", party -> fetchAll(twins.version(), "nobody"));
        if (twins.version() >= FETCH_GROUPS_SINCE) {
            twins.ask("no group", party -> new OffsetFetchRequestData());
            twins.ask(
                    "stable",
                    party -> ((OffsetFetchRequestData) fetchAll(twins.version(), group)).setRequireStable(true));
        }
    }

    private static ApiMessage fetch(
            final Twins twins, final Party party, final String group, final String topic, final int partition) {
        final OffsetFetchRequestData request = new OffsetFetchRequestData();
        if (twins.version() < FETCH_GROUPS_SINCE) {
            return request.setGroupId(group)
                    .setTopics(List.of(
                            new OffsetFetchRequestTopic().setName(topic).setPartitionIndexes(List.of(partition))));
        }
        final OffsetFetchRequestTopics asked = new OffsetFetchRequestTopics().setPartitionIndexes(List.of(partition));
        if (twins.version() >= FETCH_BY_ID_SINCE) {
            asked.setTopicId(party.topicId(topic));
        } else {
            asked.setName(topic);
        }
        return request.setGroups(
                List.of(new OffsetFetchRequestGroup().setGroupId(group).setTopics(List.of(asked))));
    }

    private static ApiMessage fetchAll(final short version, final String group) {
        final OffsetFetchRequestData request = new OffsetFetchRequestData();
        return version < FETCH_GROUPS_SINCE
                ? request.setGroupId(group).setTopics(null)
                : request.setGroups(
                        List.of(new OffsetFetchRequestGroup().setGroupId(group).setTopics(null)));
    }

    static void offsetDelete(final Twins twins) {
        awaitCoordinators(twins);
        twins.topic("offset-delete", 1);
        twins.ask("unknown group", party -> delete("nobody", "offset-delete", 0));
        twins.ask("no group", party -> delete("", "offset-delete", 0));
        twins.ask(
                "commit",
                COMMIT_VERSION,
                party -> new OffsetCommitRequestData()
                        .setGroupId("delete-offsets")
                        .setTopics(List.of(new OffsetCommitRequestTopic()
                                .setName("offset-delete")
                                .setPartitions(List.of(new OffsetCommitRequestPartition().setCommittedOffset(1))))));
        twins.ask("unknown topic", party -> delete("delete-offsets", "nobody-made-this", 0));
        twins.ask("partition 4", party -> delete("delete-offsets", "offset-delete", 4));
        twins.ask("one", party -> delete("delete-offsets", "offset-delete", 0));
        twins.ask("again", party -> delete("delete-offsets", "offset-delete", 0));
    }

    private static ApiMessage delete(final String group, final String topic, final int partition) {
        final OffsetDeleteRequestData request = new OffsetDeleteRequestData().setGroupId(group);
        request.topics()
                .add(new OffsetDeleteRequestData.OffsetDeleteRequestTopic()
                        .setName(topic)
                        .setPartitions(List.of(new OffsetDeleteRequestPartition().setPartitionIndex(partition))));
        return request;
    }

    static void describeGroups(final Twins twins) {
        awaitCoordinators(twins);
        final DescribeGroupsRequestData request = new DescribeGroupsRequestData();
        twins.ask("unknown", party -> request.duplicate().setGroups(List.of("nobody")));
        twins.ask("empty name", party -> request.duplicate().setGroups(List.of("")));
        twins.ask("two", party -> request.duplicate().setGroups(List.of("nobody", "nobody")));
        twins.ask("none", party -> request.duplicate());
        twins.ask(
                "with operations",
                party -> request.duplicate().setGroups(List.of("nobody")).setIncludeAuthorizedOperations(true));
    }

    static void listGroups(final Twins twins) {
        awaitCoordinators(twins);
        twins.ask("in no such state", party -> new ListGroupsRequestData().setStatesFilter(List.of("Nonsense")));
        twins.ask("dead", party -> new ListGroupsRequestData().setStatesFilter(List.of("dead")));
        twins.ask("of no such type", party -> new ListGroupsRequestData().setTypesFilter(List.of("nonsense")));
        twins.ask("of streams", party -> new ListGroupsRequestData().setTypesFilter(List.of("streams")));
        twins.ask("of shares", party -> new ListGroupsRequestData().setTypesFilter(List.of("share")));
    }

    static void deleteGroups(final Twins twins) {
        awaitCoordinators(twins);
        twins.ask("unknown", party -> new DeleteGroupsRequestData().setGroupsNames(List.of("nobody")));
        twins.ask("empty name", party -> new DeleteGroupsRequestData().setGroupsNames(List.of("")));
        twins.ask("none", party -> new DeleteGroupsRequestData());
    }

    static void consumerHeartbeat(final Twins twins) {
        awaitCoordinators(twins);
        twins.topic("heartbeat-v" + twins.version(), 1);
        final String topic = "heartbeat-v" + twins.version();
        twins.ask("no group", party -> beat(topic).setGroupId(""));
        twins.ask("no member", party -> beat(topic).setMemberId("").setMemberEpoch(1));
        twins.ask("an empty instance", party -> beat(topic).setInstanceId(""));
        twins.ask("an empty rack", party -> beat(topic).setRackId(""));
        twins.ask("no rebalance timeout", party -> beat(topic).setRebalanceTimeoutMs(-1));
        twins.ask("no partitions", party -> beat(topic).setTopicPartitions(null));
        twins.ask("no subscription", party -> beat(topic).setSubscribedTopicNames(null));
        twins.ask("epoch -3", party -> beat(topic).setMemberEpoch(-3));
        twins.ask("epoch -2", party -> beat(topic).setMemberEpoch(-2));
        twins.ask("leaves nothing", party -> beat(topic).setMemberEpoch(-1));
        twins.ask("an unknown member", party -> beat(topic).setMemberEpoch(5));
        twins.ask("an unknown assignor", party -> beat(topic).setServerAssignor("mine"));
        if (twins.version() > 0) {
            twins.ask("a bad pattern", party -> beat(topic).setSubscribedTopicRegex("["));
            twins.ask("joins", party -> beat(topic));
            twins.ask("joins again", party -> beat(topic));
            twins.ask("stays with a wrong epoch", party -> beat(topic).setMemberEpoch(9));
            twins.ask("leaves", party -> beat(topic).setMemberEpoch(-1));
            keepsToItsConfig(twins, topic);
        }
    }

    private static void keepsToItsConfig(final Twins twins, final String topic) {
        final String group = "configured-" + topic;
        twins.ask("an interval", (short) 1, party -> interval(group));
        // It takes effect a moment later.
        twins.learn(
                "interval",
                twins.version(),
                ConsumerGroupHeartbeatResponseData.class,
                party -> beat(topic).setGroupId(group),
                beat -> beat.heartbeatIntervalMs() == INTERVAL_MS ? INTERVAL_MS : 0);
        twins.each(party -> assertThat(party.number("interval")).isEqualTo(INTERVAL_MS));
        twins.ask("joins with it", party -> beat(topic).setGroupId(group));
        twins.ask("leaves with it", party -> beat(topic).setGroupId(group).setMemberEpoch(-1));
    }

    private static IncrementalAlterConfigsRequestData interval(final String group) {
        final var resource = new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                .setResourceType((byte) 32)
                .setResourceName(group);
        resource.configs()
                .add(new IncrementalAlterConfigsRequestData.AlterableConfig()
                        .setName("consumer.heartbeat.interval.ms")
                        .setValue(Integer.toString(INTERVAL_MS)));
        final IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        request.resources().add(resource);
        return request;
    }

    private static ConsumerGroupHeartbeatRequestData beat(final String topic) {
        return new ConsumerGroupHeartbeatRequestData()
                .setGroupId("beats-" + topic)
                .setMemberId("AAAAAAAAAAAAAAAAAAAAAA")
                .setMemberEpoch(0)
                .setRebalanceTimeoutMs(10_000)
                .setSubscribedTopicNames(List.of(topic))
                .setTopicPartitions(List.of());
    }

    static void describeConsumers(final Twins twins) {
        awaitCoordinators(twins);
        twins.ask("unknown", party -> new ConsumerGroupDescribeRequestData().setGroupIds(List.of("nobody")));
        twins.ask("empty name", party -> new ConsumerGroupDescribeRequestData().setGroupIds(List.of("")));
        twins.ask("none", party -> new ConsumerGroupDescribeRequestData());
    }
}
