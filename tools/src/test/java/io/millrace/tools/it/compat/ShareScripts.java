package io.millrace.tools.it.compat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestPartition;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData.DeleteShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData.AcknowledgePartition;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData.AcknowledgeTopic;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareFetchRequestData.AcknowledgementBatch;
import org.apache.kafka.common.message.ShareFetchRequestData.FetchPartition;
import org.apache.kafka.common.message.ShareFetchRequestData.FetchTopic;
import org.apache.kafka.common.message.ShareGroupDescribeRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;

/** Share groups (KIP-932) asked for what is odd: nobody is a member for long, and nothing was handed out. */
final class ShareScripts {
    private static final int MOMENT_MS = 300;
    private static final String MEMBER = "CCCCCCCCCCCCCCCCCCCCCC";

    private ShareScripts() {}

    private static ShareGroupHeartbeatRequestData beat(final String topic, final int epoch) {
        return new ShareGroupHeartbeatRequestData()
                .setGroupId("shares-" + topic)
                .setMemberId(MEMBER)
                .setMemberEpoch(epoch)
                .setSubscribedTopicNames(epoch == 0 ? List.of(topic) : null);
    }

    static void heartbeat(final Twins twins) {
        GroupScripts.awaitCoordinators(twins);
        final String topic = "share-beats";
        twins.topic(topic, 1);
        twins.ask("no group", party -> beat(topic, 0).setGroupId(""));
        twins.ask("no member", party -> beat(topic, 0).setMemberId(""));
        twins.ask("a blank member", party -> beat(topic, 0).setMemberId(" "));
        twins.ask("a long member", party -> beat(topic, 0).setMemberId("m".repeat(37)));
        twins.ask("an empty rack", party -> beat(topic, 0).setRackId(""));
        twins.ask("no subscription", party -> beat(topic, 0).setSubscribedTopicNames(null));
        twins.ask("an empty subscription", party -> beat(topic, 0).setSubscribedTopicNames(List.of()));
        twins.ask("epoch -2", party -> beat(topic, -2));
        twins.ask("leaves nothing", party -> beat(topic, -1));
        twins.ask("an unknown member", party -> beat(topic, 5));
        twins.ask("joins", party -> beat(topic, 0));
        twins.ask("with a wrong epoch", party -> beat(topic, 9));
        twins.ask("leaves", party -> beat(topic, -1));
    }

    static void describe(final Twins twins) {
        GroupScripts.awaitCoordinators(twins);
        twins.ask("unknown", party -> new ShareGroupDescribeRequestData().setGroupIds(List.of("nobody")));
        twins.ask("empty name", party -> new ShareGroupDescribeRequestData().setGroupIds(List.of("")));
        twins.ask("none", party -> new ShareGroupDescribeRequestData());
    }

    private static ShareFetchRequestData ask(final Uuid topic, final int partition, final int epoch) {
        final FetchTopic asked = new FetchTopic().setTopicId(topic);
        asked.partitions().add(new FetchPartition().setPartitionIndex(partition));
        final ShareFetchRequestData request = new ShareFetchRequestData()
                .setGroupId("nobodys-shares")
                .setMemberId(MEMBER)
                .setShareSessionEpoch(epoch)
                .setMaxWaitMs(50)
                .setMaxBytes(1000)
                .setMaxRecords(10)
                .setBatchSize(10);
        request.topics().add(asked);
        return request;
    }

    static void fetch(final Twins twins) {
        GroupScripts.awaitCoordinators(twins);
        final String topic = "share-fetch-v" + twins.version();
        twins.topic(topic, 1);
        twins.ask("no group", party -> ask(party.topicId(topic), 0, 0).setGroupId(null));
        twins.ask("no member", party -> ask(party.topicId(topic), 0, 0).setMemberId(null));
        twins.ask("an empty member", party -> ask(party.topicId(topic), 0, 0).setMemberId(""));
        twins.ask("an unknown session", party -> ask(party.topicId(topic), 0, 3));
        twins.ask("the end of no session", party -> ask(party.topicId(topic), 0, -1));
        twins.ask("no topic", party -> ask(Uuid.ZERO_UUID, 0, 0));
        twins.ask("an unknown topic", party -> ask(new Uuid(1, 2), 0, 0));
        twins.ask("partition 7", party -> ask(party.topicId(topic), 7, 0));
        twins.ask("the wrong epoch", party -> ask(party.topicId(topic), 7, 9));
        twins.ask("with something to say of nothing", party -> saying(ask(party.topicId(topic), 7, 1), 1));
        twins.ask("with something to say of no topic", party -> saying(ask(new Uuid(1, 2), 0, 2), 1));
        twins.ask("with something to say at first", party -> saying(ask(party.topicId(topic), 0, 0), 1));
        twins.ask("the end", party -> ask(party.topicId(topic), 7, -1));
        twins.ask("renews with all", party -> ask(party.topicId(topic), 0, 1).setIsRenewAck(true));
        // The group's state was never begun: that takes a moment to find out.
        twins.ask("another", party -> ofAnother(ask(party.topicId(topic), 0, 0)));
        twins.ask("with something odd to say", party -> saying(ofAnother(ask(party.topicId(topic), 0, 1)), 9));
        twins.ask("with nothing to say", party -> saying(ofAnother(ask(party.topicId(topic), 0, 2))));
    }

    private static ShareFetchRequestData ofAnother(final ShareFetchRequestData request) {
        return request.setMemberId("D" + MEMBER.substring(1)).setMaxWaitMs(MOMENT_MS);
    }

    private static ShareFetchRequestData saying(final ShareFetchRequestData request, final int... types) {
        request.topics()
                .iterator()
                .next()
                .partitions()
                .iterator()
                .next()
                .setAcknowledgementBatches(new ArrayList<>(List.of(new AcknowledgementBatch()
                        .setAcknowledgeTypes(IntStream.of(types)
                                .mapToObj(type -> (byte) type)
                                .toList()))));
        return request;
    }

    static void acknowledge(final Twins twins) {
        GroupScripts.awaitCoordinators(twins);
        final String topic = "share-acks-v" + twins.version();
        twins.topic(topic, 1);
        twins.ask("no group", party -> acknowledgement(party.topicId(topic), 1).setGroupId(null));
        twins.ask("no member", party -> acknowledgement(party.topicId(topic), 1).setMemberId(null));
        twins.ask("at first", party -> acknowledgement(party.topicId(topic), 0));
        twins.ask("an unknown session", party -> acknowledgement(party.topicId(topic), 1));
        twins.ask("the end of no session", party -> acknowledgement(party.topicId(topic), -1));
    }

    private static ShareAcknowledgeRequestData acknowledgement(final Uuid topic, final int epoch) {
        final AcknowledgeTopic said = new AcknowledgeTopic().setTopicId(topic);
        said.partitions()
                .add(new AcknowledgePartition()
                        .setAcknowledgementBatches(List.of(new ShareAcknowledgeRequestData.AcknowledgementBatch()
                                .setAcknowledgeTypes(List.of((byte) 1)))));
        final ShareAcknowledgeRequestData request = new ShareAcknowledgeRequestData()
                .setGroupId("nobodys-shares")
                .setMemberId(MEMBER)
                .setShareSessionEpoch(epoch);
        request.topics().add(said);
        return request;
    }

    static void describeOffsets(final Twins twins) {
        GroupScripts.awaitCoordinators(twins);
        twins.topic("share-offsets-v" + twins.version(), 1);
        // Apache Kafka's coordinator learns of it a moment later.
        twins.each(party -> awaitTopic(twins, party));
        twins.ask("unknown", party -> offsets("nobody", "share-offsets-v" + twins.version()));
        twins.ask("empty name", party -> offsets("", "share-offsets-v" + twins.version()));
        twins.ask("unknown topic", party -> offsets("nobody", "nobody-made-this"));
        twins.ask("none", party -> new DescribeShareGroupOffsetsRequestData());
    }

    private static void awaitTopic(final Twins twins, final Party party) {
        for (int attempt = 0; attempt < 300; attempt++) {
            final var answer = party.call(
                    offsets("nobody", "share-offsets-v" + twins.version()),
                    twins.version(),
                    DescribeShareGroupOffsetsResponseData.class);
            if (!answer.groups().getFirst().topics().getFirst().topicId().equals(Uuid.ZERO_UUID)) {
                return;
            }
            Twins.pause();
        }
    }

    private static DescribeShareGroupOffsetsRequestData offsets(final String group, final String topic) {
        return new DescribeShareGroupOffsetsRequestData()
                .setGroups(List.of(new DescribeShareGroupOffsetsRequestGroup()
                        .setGroupId(group)
                        .setTopics(List.of(new DescribeShareGroupOffsetsRequestTopic()
                                .setTopicName(topic)
                                .setPartitions(List.of(0))))));
    }

    static void alterOffsets(final Twins twins) {
        GroupScripts.awaitCoordinators(twins);
        twins.topic("share-alter", 1);
        for (final String group : new String[] {"nobody", ""}) {
            twins.ask("group <" + group + ">", party -> alter(group, "share-alter", 0));
        }
        twins.ask("unknown topic", party -> alter("nobody", "nobody-made-this", 0));
    }

    private static AlterShareGroupOffsetsRequestData alter(
            final String group, final String topic, final int partition) {
        final AlterShareGroupOffsetsRequestData request = new AlterShareGroupOffsetsRequestData().setGroupId(group);
        request.topics()
                .add(new AlterShareGroupOffsetsRequestTopic()
                        .setTopicName(topic)
                        .setPartitions(
                                List.of(new AlterShareGroupOffsetsRequestPartition().setPartitionIndex(partition))));
        return request;
    }

    static void deleteOffsets(final Twins twins) {
        GroupScripts.awaitCoordinators(twins);
        for (final String group : new String[] {"nobody", ""}) {
            twins.ask(
                    "group <" + group + ">",
                    party -> new DeleteShareGroupOffsetsRequestData()
                            .setGroupId(group)
                            .setTopics(List.of(
                                    new DeleteShareGroupOffsetsRequestTopic().setTopicName("nobody-made-this"))));
        }
    }
}
