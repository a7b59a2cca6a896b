package io.millrace.tools.it.compat;

import java.util.List;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.CopartitionGroup;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.KeyValue;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TaskIds;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TaskOffset;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TopicInfo;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Topology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.message.StreamsGroupTopologyDescriptionUpdateRequestData;
import org.apache.kafka.common.message.StreamsGroupTopologyDescriptionUpdateRequestData.TopologyDescription;

/** Streams groups (KIP-1071): a member with a topology of two parts, and what is wrong with requests. */
final class StreamsScripts {
    private static final String MEMBER = "BBBBBBBBBBBBBBBBBBBBBB";
    private static final short COMMIT_VERSION = 9;
    private static final String FEATURE = "streams.version";
    private static final short BEATS = 1;
    private static final short FIND_VERSION = 4;

    private StreamsScripts() {}

    private static String name(final Twins twins, final String of) {
        return "streams-" + of + "-v" + twins.version();
    }

    /** Words are told apart in the first part and counted in the second. */
    private static Topology topology(final String source, final String group) {
        return new Topology()
                .setEpoch(0)
                .setSubtopologies(List.of(
                        new Subtopology()
                                .setSubtopologyId("0")
                                .setSourceTopics(List.of(source))
                                .setRepartitionSinkTopics(List.of(group + "-words")),
                        new Subtopology()
                                .setSubtopologyId("1")
                                .setRepartitionSourceTopics(List.of(topic(group + "-words")))
                                .setStateChangelogTopics(List.of(topic(group + "-counts")))));
    }

    private static TopicInfo topic(final String name) {
        return new TopicInfo().setName(name);
    }

    private static Topology only(final Subtopology part) {
        return new Topology().setSubtopologies(List.of(part.setSubtopologyId("0")));
    }

    private static StreamsGroupHeartbeatRequestData join(final String group, final String source) {
        return beat(group, 0)
                .setRebalanceTimeoutMs(30_000)
                .setTopology(topology(source, group))
                .setActiveTasks(List.of())
                .setStandbyTasks(List.of())
                .setWarmupTasks(List.of())
                .setProcessId("process")
                .setClientTags(List.of());
    }

    private static StreamsGroupHeartbeatRequestData beat(final String group, final int epoch) {
        return new StreamsGroupHeartbeatRequestData()
                .setGroupId(group)
                .setMemberId(MEMBER)
                .setMemberEpoch(epoch);
    }

    static void refusals(final Twins twins) {
        GroupScripts.awaitCoordinators(twins);
        final String source = name(twins, "source");
        final String group = name(twins, "refused");
        twins.topic(source, 2);
        twins.ask("no group", party -> join("", source));
        twins.ask("no member", party -> join(group, source).setMemberId(" "));
        twins.ask("an empty instance", party -> join(group, source).setInstanceId(""));
        twins.ask("an empty rack", party -> join(group, source).setRackId(""));
        twins.ask("no rebalance timeout", party -> join(group, source).setRebalanceTimeoutMs(-1));
        twins.ask("tasks at once", party -> join(group, source).setActiveTasks(tasks("0", 0)));
        twins.ask("standbys at once", party -> join(group, source).setStandbyTasks(tasks("0", 0)));
        twins.ask("warmups at once", party -> join(group, source).setWarmupTasks(tasks("0", 0)));
        twins.ask("no tasks", party -> join(group, source).setActiveTasks(null));
        twins.ask("no topology", party -> join(group, source).setTopology(null));
        twins.ask("a topology later", party -> beat(group, 1).setTopology(topology(source, group)));
        twins.ask("some tasks", party -> beat(group, 1).setActiveTasks(List.of()));
        twins.ask("epoch -3", party -> beat(group, -3));
        twins.ask("epoch -2 of no instance", party -> beat(group, -2));
        twins.ask("epoch -2", party -> beat(group, -2).setInstanceId("one"));
        twins.ask("leaves nothing", party -> beat(group, -1));
        twins.ask("an unknown member", party -> beat(group, 5));
        twins.ask("an instance", party -> join(group, source).setInstanceId("one"));
        twins.ask(
                "an internal topic",
                party -> join(group, source).setTopology(only(sources("__consumer_offsets", "__transaction_state"))));
        twins.ask("a bad name", party -> join(group, source).setTopology(only(sources("a b", "ok", "a/b"))));
        twins.ask(
                "a pattern",
                party -> join(group, source).setTopology(only(new Subtopology().setSourceTopicRegex(List.of("a.*")))));
        twins.ask(
                "a changelog with partitions",
                party -> join(group, source)
                        .setTopology(only(sources(source)
                                .setStateChangelogTopics(List.of(topic("c").setPartitions(3))))));
        twins.ask("nothing to do", party -> join(name(twins, "nothing"), source).setTopology(new Topology()));
        // Whether its creation has failed by the first answer depends on the machine.
        twins.askUntilEqual(
                "a topic with a bad config",
                party -> join(name(twins, "odd"), source)
                        .setTopology(only(sources(source)
                                .setStateChangelogTopics(List.of(topic(name(twins, "odd") + "-c")
                                        .setTopicConfigs(List.of(new KeyValue()
                                                .setKey("cleanup.policy")
                                                .setValue("sometimes"))))))));
        twins.ask(
                "not partitioned alike",
                party -> join(name(twins, "unlike"), source).setTopology(unlike(twins, source)));
    }

    private static Subtopology sources(final String... topics) {
        return new Subtopology().setSourceTopics(List.of(topics));
    }

    private static Topology unlike(final Twins twins, final String source) {
        return only(sources(source)
                .setRepartitionSourceTopics(
                        List.of(topic(name(twins, "unlike") + "-r").setPartitions(5)))
                .setCopartitionGroups(List.of(new CopartitionGroup()
                        .setSourceTopics(List.of((short) 0))
                        .setRepartitionSourceTopics(List.of((short) 0)))));
    }

    private static List<TaskIds> tasks(final String part, final Integer... partitions) {
        return List.of(new TaskIds().setSubtopologyId(part).setPartitions(List.of(partitions)));
    }

    static void membership(final Twins twins) {
        GroupScripts.awaitCoordinators(twins);
        final String source = name(twins, "input");
        final String group = name(twins, "app");
        twins.ask("joins before its source is there", party -> join(group, source));
        twins.topic(source, 2);
        twins.ask("leaves", party -> beat(group, -1));
        twins.ask("joins", party -> join(group, source));
        twins.learn(
                "epoch of " + group,
                twins.version(),
                StreamsGroupHeartbeatResponseData.class,
                party -> join(group, source),
                beat -> beat.activeTasks() == null || beat.activeTasks().isEmpty() ? 0 : beat.memberEpoch());
        twins.ask("has its tasks", party -> join(group, source));
        twins.ask("stays", party -> stay(party, group));
        twins.ask(
                "reports its tasks",
                party -> stay(party, group)
                        .setActiveTasks(List.of(
                                new TaskIds().setSubtopologyId("0").setPartitions(List.of(0, 1)),
                                new TaskIds().setSubtopologyId("1").setPartitions(List.of(0, 1))))
                        .setStandbyTasks(List.of())
                        .setWarmupTasks(List.of())
                        .setTaskOffsets(
                                List.of(new TaskOffset().setSubtopologyId("1").setOffset(3)))
                        .setTaskEndOffsets(
                                List.of(new TaskOffset().setSubtopologyId("1").setOffset(4))));
        twins.ask("with a wrong epoch", party -> beat(group, 99));
        twins.ask(
                "another topology",
                party -> join(group, source).setTopology(topology(source, group).setEpoch(1)));
        twins.ask(
                "of another kind",
                (short) 1,
                party -> new ConsumerGroupHeartbeatRequestData()
                        .setGroupId(group)
                        .setMemberId(MEMBER)
                        .setRebalanceTimeoutMs(1000)
                        .setSubscribedTopicNames(List.of(source))
                        .setTopicPartitions(List.of()));
        twins.ask("of the oldest kind", (short) 6, party -> new DescribeGroupsRequestData().setGroups(List.of(group)));
        twins.ask("commits", COMMIT_VERSION, party -> commit(group, source, party));
        twins.ask("delete while it has members", (short) 2, party -> delete(group));
        twins.ask("asks all to stop", party -> stay(party, group).setShutdownApplication(true));
        twins.ask("leaves in the end", party -> beat(group, -1));
        twins.ask("delete", (short) 2, party -> delete(group));
    }

    private static StreamsGroupHeartbeatRequestData stay(final Party party, final String group) {
        return beat(group, (int) party.number("epoch of " + group));
    }

    private static DeleteGroupsRequestData delete(final String group) {
        return new DeleteGroupsRequestData().setGroupsNames(List.of(group));
    }

    private static OffsetCommitRequestData commit(final String group, final String topic, final Party party) {
        return new OffsetCommitRequestData()
                .setGroupId(group)
                .setMemberId(MEMBER)
                .setGenerationIdOrMemberEpoch((int) party.number("epoch of " + group))
                .setTopics(List.of(new OffsetCommitRequestTopic()
                        .setName(topic)
                        .setPartitions(List.of(new OffsetCommitRequestPartition().setCommittedOffset(1)))));
    }

    /** A member of the group that has its tasks, of a topic with two partitions. */
    static void enter(final Party party, final String group, final String source) {
        party.ask(
                new FindCoordinatorRequestData().setKeyType((byte) 0).setCoordinatorKeys(List.of(group)), FIND_VERSION);
        for (int attempt = 0; attempt < 1000; attempt++) {
            final var beat = party.call(join(group, source), BEATS, StreamsGroupHeartbeatResponseData.class);
            if (beat.activeTasks() != null && !beat.activeTasks().isEmpty()) {
                party.remember("epoch of " + group, beat.memberEpoch());
                party.call(commit(group, source, party), COMMIT_VERSION, OffsetCommitResponseData.class);
                return;
            }
            Twins.pause();
        }
        throw new IllegalStateException(group + " got no tasks");
    }

    static void leave(final Party party, final String group) {
        party.call(beat(group, -1), BEATS, StreamsGroupHeartbeatResponseData.class);
    }

    static void describe(final Twins twins) {
        GroupScripts.awaitCoordinators(twins);
        twins.ask("unknown", party -> describe("nobody"));
        twins.ask("empty name", party -> describe(""));
        twins.ask("none", party -> new StreamsGroupDescribeRequestData());
        final String source = name(twins, "shown-input");
        final String group = name(twins, "shown");
        twins.ask("joins", BEATS, party -> join(group, source));
        twins.ask("without its source", party -> describe(group));
        twins.topic(source, 2);
        twins.learn(
                "shown",
                BEATS,
                StreamsGroupHeartbeatResponseData.class,
                party -> join(group, source),
                beat -> beat.activeTasks() == null || beat.activeTasks().isEmpty() ? 0 : beat.memberEpoch());
        twins.ask("with its tasks", party -> describe(group));
        twins.ask("with operations", party -> describe(group).setIncludeAuthorizedOperations(true));
        twins.ask("with a description", party -> describe(group).setIncludeTopologyDescription(true));
        twins.ask("leaves", BEATS, party -> beat(group, -1));
        twins.ask("empty", party -> describe(group));
    }

    private static StreamsGroupDescribeRequestData describe(final String group) {
        return new StreamsGroupDescribeRequestData().setGroupIds(List.of(group));
    }

    static void description(final Twins twins) {
        GroupScripts.awaitCoordinators(twins);
        twins.ask("of an unknown group", party -> update("nobody", MEMBER));
        twins.ask("of no group", party -> update("", MEMBER));
        twins.ask("of no member", party -> update("nobody", ""));
    }

    /** Where operators have switched them off; puts back what it changes. */
    static void unserved(final Twins twins) {
        GroupScripts.awaitCoordinators(twins);
        final String source = name(twins, "off-input");
        final String group = name(twins, "off");
        twins.topic(source, 2);
        twins.ask("joins while they are on", party -> join(group, source));
        FeatureScripts.put(twins, FEATURE, 0);
        twins.ask("stays", party -> beat(group, 1));
        twins.ask("joins", party -> join(group, source));
        twins.ask("no group", party -> join("", source));
        twins.ask("a bad name", party -> join(group, source).setTopology(only(sources("a b"))));
        for (short version = 0; version <= 1; version++) {
            twins.ask("describes " + version, version, party -> describe(group));
            twins.ask("describes nobody " + version, version, party -> describe(""));
        }
        twins.ask("a description", (short) 0, party -> update(group, MEMBER));
        twins.ask("a description of nobody", (short) 0, party -> update("", ""));
        twins.ask("as a classic group", (short) 6, party -> new DescribeGroupsRequestData().setGroups(List.of(group)));
        FeatureScripts.put(twins, FEATURE, 1);
        twins.ask("leaves when they are on again", party -> beat(group, -1));
    }

    private static StreamsGroupTopologyDescriptionUpdateRequestData update(final String group, final String member) {
        return new StreamsGroupTopologyDescriptionUpdateRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setTopologyDescription(new TopologyDescription());
    }
}
