package io.millrace.net.simulation;

import java.util.List;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatResponseData;
import org.apache.kafka.common.message.ShareGroupHeartbeatResponseData.Assignment;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** A member of a share group (KIP-932): is told which partitions it is to fetch from, beside others perhaps. */
final class SimShareMembership extends SimMembership {
    private static final int LEAVES = -1;
    private static final int VERSION = 1;
    private static final long NS_PER_MS = 1_000_000;

    SimShareMembership(final SimCaller caller, final GroupBook book, final String topic, final int partitions) {
        super(caller, book, topic, partitions, null);
    }

    @Override
    boolean isStable() {
        return epoch > 0;
    }

    @Override
    void proceed() {
        if (memberId.isEmpty()) {
            memberId = new Uuid(caller.entropy().nextLong(), caller.entropy().nextLong()).toString();
        }
        final ShareGroupHeartbeatRequestData request = new ShareGroupHeartbeatRequestData()
                .setGroupId(book.group())
                .setMemberId(memberId)
                .setMemberEpoch(Math.max(epoch, 0))
                // In full each time: who says less is told its partitions once, and that answer may be lost.
                .setSubscribedTopicNames(List.of(topic));
        send(ApiKeys.SHARE_GROUP_HEARTBEAT, VERSION, request, answer -> {
            final ShareGroupHeartbeatResponseData response =
                    new ShareGroupHeartbeatResponseData(SimCaller.body(answer), answer.version());
            final Errors error = Errors.forCode(response.errorCode());
            switch (error) {
                case NONE -> onBeat(response);
                case UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH, GROUP_ID_NOT_FOUND -> {
                    caller.world().onClientError(error);
                    forget();
                }
                default -> again(error);
            }
        });
    }

    private void onBeat(final ShareGroupHeartbeatResponseData response) {
        if (!isStable()) {
            caller.world().count("share group joined");
        }
        epoch = response.memberEpoch();
        beatIn(response.heartbeatIntervalMs() * NS_PER_MS);
        final Assignment assignment = response.assignment();
        if (assignment != null) {
            final TreeSet<Integer> given = new TreeSet<>();
            assignment.topicPartitions().forEach(each -> given.addAll(each.partitions()));
            own(given);
        }
    }

    @Override
    void leave() {
        if (port != NOWHERE && isStable()) {
            final ShareGroupHeartbeatRequestData request = new ShareGroupHeartbeatRequestData()
                    .setGroupId(book.group())
                    .setMemberId(memberId)
                    .setMemberEpoch(LEAVES);
            caller.call(port, ApiKeys.SHARE_GROUP_HEARTBEAT, VERSION, request, answer -> {}, () -> {});
        }
        memberId = "";
        forget();
    }
}
