package io.millrace.net.kafka.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A member of the new protocol that comes to a classic group of which no rebalance has ended yet. */
class NewbornGroupTest {
    private static final int JOIN_VERSION = 9;
    private static final String MEMBER = "AAAAAAAAAAAAAAAAAAAAAQ";

    private final TestNode node = new TestNode(1, 16);
    private final TestClient classic = node.connect(0);
    private final TestClient modern = node.connect(0);

    @BeforeEach
    void createTopics() {
        node.createTopic("topic", 1, Map.of());
        node.createTopic(Topic.GROUP_METADATA_TOPIC_NAME, 1, Map.of("cleanup.policy", "compact"));
        node.run(50);
    }

    @Test
    void shouldHaveAMemberOfTheNewProtocolComeAgainUntilAClassicGroupHasOne() {
        classic.send(join(""), JOIN_VERSION);
        final JoinGroupResponseData named = classic.receive(JOIN_VERSION, JoinGroupResponseData::new);
        assertThat(Errors.forCode(named.errorCode())).isEqualTo(Errors.MEMBER_ID_REQUIRED);
        classic.send(join(named.memberId()), JOIN_VERSION);
        node.run(100);
        final ConsumerGroupHeartbeatResponseData early = beat();
        assertThat(Errors.forCode(early.errorCode())).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
        assertThat(early.errorMessage()).contains("group", "protocol");
        assertThat(classic.hasAnswer()).as("who waits in the group waits on").isFalse();
        final JoinGroupResponseData joined = classic.receive(JOIN_VERSION, JoinGroupResponseData::new);
        assertThat(Errors.forCode(joined.errorCode())).isEqualTo(Errors.NONE);
        assertThat(joined.memberId()).isEqualTo(named.memberId());
        final ConsumerGroupHeartbeatResponseData late = beat();
        assertThat(Errors.forCode(late.errorCode())).isEqualTo(Errors.NONE);
        assertThat(late.memberEpoch()).isPositive();
    }

    @Test
    void shouldRefuseAMemberOfTheNewProtocolWhereTheGroupIsOfAnotherKind() {
        classic.send(join("").setProtocolType("connect"), JOIN_VERSION);
        final JoinGroupResponseData named = classic.receive(JOIN_VERSION, JoinGroupResponseData::new);
        classic.send(join(named.memberId()).setProtocolType("connect"), JOIN_VERSION);
        node.run(100);
        assertThat(Errors.forCode(beat().errorCode())).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
    }

    @Test
    void shouldGiveAMemberTheTopicThatItWaitsFor() {
        ConsumerGroupHeartbeatResponseData answer = beat("later");
        for (int i = 0; i < 3; i++) {
            node.run(2_000);
            answer = stay(answer.memberEpoch());
        }
        node.createTopic("later", 1, Map.of());
        for (int i = 0;
                answer.assignment() == null
                        || answer.assignment().topicPartitions().isEmpty();
                i++) {
            assertThat(i).as("heartbeats").isLessThan(10);
            node.run(2_000);
            answer = stay(answer.memberEpoch());
        }
    }

    private ConsumerGroupHeartbeatResponseData stay(final int epoch) {
        return modern.call(
                new ConsumerGroupHeartbeatRequestData()
                        .setGroupId("group")
                        .setMemberId(MEMBER)
                        .setMemberEpoch(epoch),
                1,
                ConsumerGroupHeartbeatResponseData::new);
    }

    private ConsumerGroupHeartbeatResponseData beat() {
        return beat("topic");
    }

    private ConsumerGroupHeartbeatResponseData beat(final String topic) {
        return modern.call(
                new ConsumerGroupHeartbeatRequestData()
                        .setGroupId("group")
                        .setMemberId(MEMBER)
                        .setMemberEpoch(0)
                        .setRebalanceTimeoutMs(60_000)
                        .setSubscribedTopicNames(List.of(topic))
                        .setTopicPartitions(List.of()),
                1,
                ConsumerGroupHeartbeatResponseData::new);
    }

    private static JoinGroupRequestData join(final String memberId) {
        final JoinGroupRequestProtocolCollection protocols = new JoinGroupRequestProtocolCollection();
        protocols.add(new JoinGroupRequestProtocol()
                .setName("range")
                .setMetadata(
                        Utils.toArray(ConsumerProtocol.serializeSubscription(new Subscription(List.of("topic"))))));
        return new JoinGroupRequestData()
                .setGroupId("group")
                .setMemberId(memberId)
                .setSessionTimeoutMs(30_000)
                .setRebalanceTimeoutMs(60_000)
                .setProtocolType("consumer")
                .setProtocols(protocols);
    }
}
