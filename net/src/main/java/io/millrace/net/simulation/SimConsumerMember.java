package io.millrace.net.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData.TopicPartitions;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData.Assignment;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** A member by KIP-848: says what it owns, and is told what it is to own. */
final class SimConsumerMember extends SimMembership {
    private static final int LEAVES = -1;

    private static final int LEAVES_FOR_A_WHILE = -2;

    SimConsumerMember(
            final SimCaller caller,
            final GroupBook book,
            final String topic,
            final int partitions,
            final String instance) {
        super(caller, book, topic, partitions, instance);
    }

    @Override
    boolean isStable() {
        return epoch > 0;
    }

    @Override
    void proceed() {
        final int version = caller.version(memberId.isEmpty() ? 0 : 1, 1);
        if (version == 1 && memberId.isEmpty()) {
            memberId = new Uuid(caller.entropy().nextLong(), caller.entropy().nextLong()).toString();
        }
        final ConsumerGroupHeartbeatRequestData request = request(Math.max(epoch, 0))
                .setRebalanceTimeoutMs(400)
                .setSubscribedTopicNames(List.of(topic))
                .setTopicPartitions(described());
        final long sentAt = book.now();
        send(ApiKeys.CONSUMER_GROUP_HEARTBEAT, version, request, answer -> {
            final ConsumerGroupHeartbeatResponseData response =
                    new ConsumerGroupHeartbeatResponseData(SimCaller.body(answer), answer.version());
            final Errors error = Errors.forCode(response.errorCode());
            switch (error) {
                case NONE -> onBeat(response, sentAt);
                // The group may have become a classic one since.
                case UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH, GROUP_ID_NOT_FOUND -> {
                    caller.world().onClientError(error);
                    forget();
                }
                case FENCED_INSTANCE_ID -> {
                    caller.world().onClientError(error);
                    fenced();
                }
                // Somebody else has it, who has not left and is not given up yet.
                case UNRELEASED_INSTANCE_ID -> {
                    caller.world().onClientError(error);
                    caller.retryLater();
                }
                default -> again(error);
            }
        });
    }

    private ConsumerGroupHeartbeatRequestData request(final int as) {
        return new ConsumerGroupHeartbeatRequestData()
                .setGroupId(book.group())
                .setMemberId(memberId)
                .setInstanceId(instance)
                .setMemberEpoch(as);
    }

    private List<TopicPartitions> described() {
        return owned.isEmpty()
                ? List.of()
                : List.of(new TopicPartitions()
                        .setTopicId(caller.topic(topic).topicId())
                        .setPartitions(new ArrayList<>(owned)));
    }

    private void onBeat(final ConsumerGroupHeartbeatResponseData response, final long sentAt) {
        final boolean joined = epoch <= 0;
        memberId = response.memberId();
        epoch = response.memberEpoch();
        if (joined) {
            caller.world().count(instance == null ? "group joined" : "group joined by a static member");
            if (instance != null) {
                book.onInstance(instance, memberId, sentAt);
            }
        } else {
            book.onLetIn(memberId, sentAt);
        }
        final Assignment assignment = response.assignment();
        if (assignment == null) {
            beatIn(response.heartbeatIntervalMs() * 1_000_000L);
            return;
        }
        final TreeSet<Integer> given = new TreeSet<>();
        assignment.topicPartitions().forEach(each -> given.addAll(each.partitions()));
        // Says at once what it has given up, or taken.
        beatIn(given.equals(owned) ? response.heartbeatIntervalMs() * 1_000_000L : 0);
        given.stream()
                .filter(each -> !owned.contains(each))
                .forEach(partition -> book.onAssigned(partition, owner(), epoch, false));
        if (!given.equals(owned)) {
            own(given);
        }
    }

    @Override
    void leave() {
        if (port != NOWHERE && !memberId.isEmpty()) {
            caller.call(
                    port,
                    ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                    1,
                    request(instance == null ? LEAVES : LEAVES_FOR_A_WHILE),
                    answer -> {},
                    () -> {});
        }
        memberId = "";
        forget();
    }
}
