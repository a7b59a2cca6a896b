package io.millrace.net.kafka.group;

import io.millrace.engine.status.PlantedBug;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.coordinator.Answer;
import io.millrace.net.kafka.coordinator.Reply;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupResponseData.MemberResponse;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.JoinGroupRequest;
import org.apache.kafka.common.requests.JoinGroupResponse;
import org.apache.kafka.common.requests.LeaveGroupResponse;
import org.apache.kafka.common.requests.SyncGroupRequest;

/** Joining, syncing, staying in and leaving a classic group. */
final class ClassicMembership {
    private static final short MEMBERS_SINCE = 3;

    private final Groups groups;

    ClassicMembership(final Groups groups) {
        this.groups = groups;
    }

    void join(final Exchange exchange, final RequestHeader header, final JoinGroupRequestData request) {
        // Fills in what old versions do not say.
        final JoinGroupRequestData whole = new JoinGroupRequest(request, header.version()).data();
        if (PlantedBug.GROUP_INSTANCE_FORGOTTEN.isPlanted()) {
            whole.setGroupInstanceId(null);
        }
        final Errors invalid;
        if (whole.groupId().isEmpty()) {
            invalid = Errors.INVALID_GROUP_ID;
        } else if (isSessionTimeout(whole.sessionTimeoutMs())) {
            invalid = Errors.NONE;
        } else {
            invalid = Errors.INVALID_SESSION_TIMEOUT;
        }
        final short version = header.version();
        final Reply<JoinGroupResponseData> reply = new Reply<>(
                exchange,
                response -> new JoinGroupResponse(response, version).data(),
                (error, message) -> new JoinGroupResponse(
                                new JoinGroupResponseData()
                                        .setMemberId(whole.memberId())
                                        .setErrorCode(error.code()),
                                version)
                        .data());
        if (invalid != Errors.NONE) {
            reply.onError(invalid, null);
            return;
        }
        final GroupClient client = GroupClient.of(exchange, header);
        groups.ask(
                header,
                groups.partitionFor(whole.groupId()),
                (machine, answer) -> join(machine, client, whole, answer),
                reply);
    }

    private boolean isSessionTimeout(final int timeoutMs) {
        return timeoutMs >= groups.config().classicGroupMinSessionTimeoutMs()
                && timeoutMs <= groups.config().classicGroupMaxSessionTimeoutMs();
    }

    /** Answered when all members have joined, however long that takes; the records may be committed before or after. */
    private static void join(
            final GroupMachine machine,
            final GroupClient client,
            final JoinGroupRequestData request,
            final Answer<JoinGroupResponseData> answer) {
        final CompletableFuture<JoinGroupResponseData> joined = new CompletableFuture<>();
        machine.awaits(joined, answer);
        machine.write(
                "classic-group-join",
                () -> machine.shard().classicGroupJoin(client, request, joined, true),
                machine.failing(joined));
    }

    void sync(final Exchange exchange, final RequestHeader header, final SyncGroupRequestData request) {
        final Reply<SyncGroupResponseData> reply = new Reply<>(
                exchange,
                response -> response,
                (error, message) -> new SyncGroupResponseData().setErrorCode(error.code()));
        if (!new SyncGroupRequest(request, header.version()).areMandatoryProtocolTypeAndNamePresent()) {
            reply.onError(Errors.INCONSISTENT_GROUP_PROTOCOL, null);
        } else if (request.groupId().isEmpty()) {
            reply.onError(Errors.INVALID_GROUP_ID, null);
        } else {
            final GroupClient client = GroupClient.of(exchange, header);
            groups.ask(
                    header,
                    groups.partitionFor(request.groupId()),
                    (machine, answer) -> {
                        final CompletableFuture<SyncGroupResponseData> synced = new CompletableFuture<>();
                        machine.awaits(synced, answer);
                        machine.write(
                                "classic-group-sync",
                                () -> machine.shard().classicGroupSync(client, request, synced),
                                machine.failing(synced));
                    },
                    reply);
        }
    }

    void heartbeat(final Exchange exchange, final RequestHeader header, final HeartbeatRequestData request) {
        // While the group is being loaded nothing is wrong with its member.
        final Reply<HeartbeatResponseData> reply = new Reply<>(
                exchange,
                response -> response,
                (error, message) -> new HeartbeatResponseData()
                        .setErrorCode(
                                error == Errors.COORDINATOR_LOAD_IN_PROGRESS ? Errors.NONE.code() : error.code()));
        if (request.groupId().isEmpty()) {
            reply.onError(Errors.INVALID_GROUP_ID, null);
            return;
        }
        final GroupClient client = GroupClient.of(exchange, header);
        groups.ask(
                header,
                groups.partitionFor(request.groupId()),
                (machine, answer) -> machine.write(
                        "classic-group-heartbeat",
                        () -> machine.shard().classicGroupHeartbeat(client, request),
                        answer),
                reply);
    }

    void leave(final Exchange exchange, final RequestHeader header, final LeaveGroupRequestData request) {
        final short version = header.version();
        if (version < MEMBERS_SINCE) {
            request.setMembers(List.of(new MemberIdentity().setMemberId(request.memberId())));
        }
        final Reply<LeaveGroupResponseData> reply = new Reply<>(
                exchange,
                response -> new LeaveGroupResponse(response, version).data(),
                (error, message) -> new LeaveGroupResponse(whyNotLeft(request, error), version).data());
        if (request.groupId().isEmpty()) {
            reply.onError(Errors.INVALID_GROUP_ID, null);
            return;
        }
        final GroupClient client = GroupClient.of(exchange, header);
        groups.ask(
                header,
                groups.partitionFor(request.groupId()),
                (machine, answer) -> machine.write(
                        "classic-group-leave", () -> machine.shard().classicGroupLeave(client, request), answer),
                reply);
    }

    /** A group that is not known has none of its members either. */
    private static LeaveGroupResponseData whyNotLeft(final LeaveGroupRequestData request, final Errors error) {
        if (error != Errors.UNKNOWN_MEMBER_ID) {
            return new LeaveGroupResponseData().setErrorCode(error.code());
        }
        return new LeaveGroupResponseData()
                .setMembers(request.members().stream()
                        .map(member -> new MemberResponse()
                                .setMemberId(member.memberId())
                                .setGroupInstanceId(member.groupInstanceId())
                                .setErrorCode(error.code()))
                        .toList());
    }
}
