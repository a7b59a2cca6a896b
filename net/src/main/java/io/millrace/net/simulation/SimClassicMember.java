package io.millrace.net.simulation;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.kafka.common.message.ConsumerProtocolAssignment;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData.JoinGroupResponseMember;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;

/** A member by the classic protocol: joins, is told its part by the leader, or is the leader, and shows up. */
final class SimClassicMember extends SimMembership {
    private static final String PROTOCOL = "simulated";
    private static final short FORM = 1;

    private enum State {
        OUTSIDE,
        JOINED,
        STABLE
    }

    private final int sessionMs;
    private final int beatMs;
    private State state = State.OUTSIDE;
    private List<SyncGroupRequestAssignment> assignments = List.of();

    private static final int ANCHOR_SESSION_MS = 1_200_000;

    SimClassicMember(
            final SimCaller caller,
            final GroupBook book,
            final String topic,
            final int partitions,
            final String instance,
            final boolean isAnchor) {
        super(caller, book, topic, partitions, instance);
        sessionMs = isAnchor ? ANCHOR_SESSION_MS : 150 + caller.entropy().nextInt(300);
        beatMs = isAnchor ? 60 : sessionMs / 4;
    }

    @Override
    boolean isStable() {
        return state == State.STABLE;
    }

    @Override
    void forget() {
        super.forget();
        state = State.OUTSIDE;
    }

    @Override
    void proceed() {
        switch (state) {
            case OUTSIDE -> join();
            case JOINED -> sync();
            case STABLE -> beat();
        }
    }

    private void join() {
        final ConsumerProtocolSubscription subscription = new ConsumerProtocolSubscription().setTopics(List.of(topic));
        final JoinGroupRequestData request = new JoinGroupRequestData()
                .setGroupId(book.group())
                .setMemberId(memberId)
                .setGroupInstanceId(instance)
                .setSessionTimeoutMs(sessionMs)
                .setRebalanceTimeoutMs(sessionMs)
                .setProtocolType("consumer");
        request.protocols()
                .add(new JoinGroupRequestProtocol()
                        .setName(PROTOCOL)
                        .setMetadata(bytes(MessageUtil.toVersionPrefixedByteBuffer(FORM, subscription))));
        final long sentAt = book.now();
        send(ApiKeys.JOIN_GROUP, caller.version(instance == null ? 1 : 5, 9), request, answer -> {
            final JoinGroupResponseData response = new JoinGroupResponseData(SimCaller.body(answer), answer.version());
            final Errors error = Errors.forCode(response.errorCode());
            if (error == Errors.NONE) {
                memberId = response.memberId();
                epoch = response.generationId();
                checkInstance(response.members());
                own(new TreeSet<>());
                state = State.JOINED;
                assignments = response.leader().equals(memberId) && !response.skipAssignment()
                        ? assign(response.members())
                        : List.of();
                caller.world().count(instance == null ? "group joined" : "group joined by a static member");
                if (instance != null) {
                    book.onInstance(instance, memberId, sentAt);
                }
            } else if (error == Errors.MEMBER_ID_REQUIRED) {
                if (instance != null) {
                    throw new ViolationException(
                            book.group() + ": static member " + instance + " was taken for one without an instance");
                }
                memberId = response.memberId();
            } else {
                refused(error);
            }
        });
    }

    /** The leader is told who is who. */
    private void checkInstance(final List<JoinGroupResponseMember> members) {
        for (final JoinGroupResponseMember each : members) {
            if (instance != null && each.memberId().equals(memberId) && !instance.equals(each.groupInstanceId())) {
                throw new ViolationException(
                        book.group() + ": static member " + instance + " is known as " + each.groupInstanceId());
            }
        }
    }

    private List<SyncGroupRequestAssignment> assign(final List<JoinGroupResponseMember> members) {
        final List<SyncGroupRequestAssignment> parts = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            final ConsumerProtocolAssignment.TopicPartition part =
                    new ConsumerProtocolAssignment.TopicPartition().setTopic(topic);
            for (int partition = i; partition < partitions; partition += members.size()) {
                part.partitions().add(partition);
            }
            final ConsumerProtocolAssignment assignment = new ConsumerProtocolAssignment();
            assignment.assignedPartitions().add(part);
            parts.add(new SyncGroupRequestAssignment()
                    .setMemberId(members.get(i).memberId())
                    .setAssignment(bytes(MessageUtil.toVersionPrefixedByteBuffer(FORM, assignment))));
        }
        return parts;
    }

    private static byte[] bytes(final ByteBuffer buffer) {
        final byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private void sync() {
        final SyncGroupRequestData request = new SyncGroupRequestData()
                .setGroupId(book.group())
                .setMemberId(memberId)
                .setGroupInstanceId(instance)
                .setGenerationId(epoch)
                .setAssignments(assignments);
        final int version = caller.version(instance == null ? 0 : 3, 5);
        if (version >= 5) {
            request.setProtocolType("consumer").setProtocolName(PROTOCOL);
        }
        send(ApiKeys.SYNC_GROUP, version, request, answer -> {
            final SyncGroupResponseData response = new SyncGroupResponseData(SimCaller.body(answer), answer.version());
            final Errors error = Errors.forCode(response.errorCode());
            if (error != Errors.NONE) {
                refused(error);
                return;
            }
            final ByteBuffer given = ByteBuffer.wrap(response.assignment());
            state = State.STABLE;
            book.onSynced(instance);
            if (given.hasRemaining()) {
                new ConsumerProtocolAssignment(new ByteBufferAccessor(given), given.getShort())
                        .assignedPartitions()
                        .forEach(part -> owned.addAll(part.partitions()));
            }
            owned.forEach(partition -> book.onAssigned(partition, owner(), epoch, true));
            rest();
        });
    }

    private void beat() {
        final HeartbeatRequestData request = new HeartbeatRequestData()
                .setGroupId(book.group())
                .setMemberId(memberId)
                .setGroupInstanceId(instance)
                .setGenerationId(epoch);
        send(ApiKeys.HEARTBEAT, caller.version(instance == null ? 0 : 3, 4), request, answer -> {
            final Errors error =
                    Errors.forCode(new HeartbeatResponseData(SimCaller.body(answer), answer.version()).errorCode());
            if (error == Errors.NONE) {
                rest();
            } else {
                refused(error);
            }
        });
    }

    private void rest() {
        beatIn(beatMs * 1_000_000L);
    }

    private void refused(final Errors error) {
        switch (error) {
            case REBALANCE_IN_PROGRESS, ILLEGAL_GENERATION -> {
                caller.world().onClientError(error);
                forget();
            }
            case UNKNOWN_MEMBER_ID -> {
                caller.world().onClientError(error);
                memberId = "";
                forget();
            }
            case FENCED_INSTANCE_ID -> {
                caller.world().onClientError(error);
                fenced();
            }
            default -> again(error);
        }
    }

    @Override
    void leave() {
        // A static member goes without a word.
        if (port != NOWHERE && !memberId.isEmpty() && instance == null) {
            final LeaveGroupRequestData request = new LeaveGroupRequestData().setGroupId(book.group());
            final int version = caller.version(0, 5);
            if (version >= 3) {
                request.members().add(new MemberIdentity().setMemberId(memberId));
            } else {
                request.setMemberId(memberId);
            }
            caller.call(port, ApiKeys.LEAVE_GROUP, version, request, answer -> {}, () -> {});
        }
        memberId = "";
        forget();
    }
}
