package io.millrace.perf.client;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;

/** Groups of one classic member each, and the requests that such members send all the time. */
public final class GroupRequests {
    /** Versions before the flexible ones, in which a member needs no second round to join and errors lie at fixed places. */
    private static final short JOIN_VERSION = 3;

    private static final short FIND_VERSION = 4;
    private static final short SYNC_VERSION = 2;
    private static final short HEARTBEAT_VERSION = 3;
    private static final short COMMIT_VERSION = 7;

    private static final int SESSION_TIMEOUT_MS = 300_000;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long RETRY_MS = 50;
    private static final int CORRELATION_AND_THROTTLE_BYTES = 2 * Integer.BYTES;

    private record Member(String group, String id, int generation, int port) {}

    private final Member[] members;

    private GroupRequests(final Member[] members) {
        this.members = members;
    }

    /** Makes so many groups and has their members join; the server must not delay the first rebalance. */
    public static GroupRequests join(final int port, final int groups) throws IOException, InterruptedException {
        final Member[] members = new Member[groups];
        final int[] ports = coordinators(port, groups);
        for (final int coordinator : Arrays.stream(ports).distinct().toArray()) {
            try (Socket socket = connect(coordinator)) {
                for (int i = 0; i < groups; i++) {
                    if (ports[i] == coordinator) {
                        members[i] = join(socket, name(i), coordinator);
                    }
                }
            }
        }
        return new GroupRequests(members);
    }

    /** A heartbeat of each member. */
    public Requests heartbeats() {
        return requests(
                ApiKeys.HEARTBEAT,
                HEARTBEAT_VERSION,
                CORRELATION_AND_THROTTLE_BYTES,
                member -> new HeartbeatRequestData()
                        .setGroupId(member.group)
                        .setMemberId(member.id)
                        .setGenerationId(member.generation));
    }

    /** A commit of one partition's offset by each member. */
    public Requests commits(final String topic) {
        final int topics = CORRELATION_AND_THROTTLE_BYTES + Integer.BYTES;
        final int errorOffset = topics + Short.BYTES + topic.length() + 2 * Integer.BYTES;
        return requests(
                ApiKeys.OFFSET_COMMIT,
                COMMIT_VERSION,
                errorOffset,
                member -> new OffsetCommitRequestData()
                        .setGroupId(member.group)
                        .setMemberId(member.id)
                        .setGenerationIdOrMemberEpoch(member.generation)
                        .setTopics(List.of(new OffsetCommitRequestTopic()
                                .setName(topic)
                                .setPartitions(List.of(new OffsetCommitRequestPartition()
                                        .setPartitionIndex(0)
                                        .setCommittedOffset(1)
                                        .setCommittedMetadata(""))))));
    }

    private Requests requests(
            final ApiKeys api, final short version, final int errorOffset, final Function<Member, ApiMessage> body) {
        final ByteBuffer[] frames = new ByteBuffer[members.length];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = Requests.direct(Wire.request(api, version, 1, body.apply(members[i])));
        }
        return new Requests(
                frames, Arrays.stream(members).mapToInt(Member::port).toArray(), errorOffset);
    }

    private static String name(final int group) {
        return "group-" + group;
    }

    private static Socket connect(final int port) throws IOException {
        final Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** A server that makes the offsets topic at the first question needs a while. */
    private static int[] coordinators(final int port, final int groups) throws IOException, InterruptedException {
        final FindCoordinatorRequestData request = new FindCoordinatorRequestData()
                .setCoordinatorKeys(
                        IntStream.range(0, groups).mapToObj(GroupRequests::name).toList());
        final long deadlineNs = System.nanoTime() + PATIENCE_NS;
        try (Socket socket = connect(port)) {
            while (true) {
                final var answer = exchange(socket, ApiKeys.FIND_COORDINATOR, FIND_VERSION, request);
                final var found = new FindCoordinatorResponseData(answer, FIND_VERSION).coordinators();
                if (found.stream().allMatch(one -> one.errorCode() == 0)) {
                    return found.stream().mapToInt(one -> one.port()).toArray();
                }
                if (System.nanoTime() > deadlineNs) {
                    throw new IOException("groups without a coordinator: "
                            + Errors.forCode(found.getFirst().errorCode()));
                }
                Thread.sleep(RETRY_MS);
            }
        }
    }

    private static Member join(final Socket socket, final String group, final int port)
            throws IOException, InterruptedException {
        final JoinGroupResponseData joined = joinPatiently(socket, group);
        final var synced = new SyncGroupResponseData(
                exchange(
                        socket,
                        ApiKeys.SYNC_GROUP,
                        SYNC_VERSION,
                        new SyncGroupRequestData()
                                .setGroupId(group)
                                .setMemberId(joined.memberId())
                                .setGenerationId(joined.generationId())
                                .setAssignments(
                                        List.of(new SyncGroupRequestAssignment().setMemberId(joined.memberId())))),
                SYNC_VERSION);
        check(group, synced.errorCode());
        return new Member(group, joined.memberId(), joined.generationId(), port);
    }

    /** A server that is named coordinator may not know it yet. */
    private static JoinGroupResponseData joinPatiently(final Socket socket, final String group)
            throws IOException, InterruptedException {
        final JoinGroupRequestProtocolCollection protocols = new JoinGroupRequestProtocolCollection();
        protocols.add(new JoinGroupRequestProtocol().setName("range").setMetadata(new byte[0]));
        final JoinGroupRequestData request = new JoinGroupRequestData()
                .setGroupId(group)
                .setSessionTimeoutMs(SESSION_TIMEOUT_MS)
                .setRebalanceTimeoutMs(SESSION_TIMEOUT_MS)
                .setProtocolType("consumer")
                .setProtocols(protocols);
        final long deadlineNs = System.nanoTime() + PATIENCE_NS;
        while (true) {
            final var answer = exchange(socket, ApiKeys.JOIN_GROUP, JOIN_VERSION, request);
            final JoinGroupResponseData joined = new JoinGroupResponseData(answer, JOIN_VERSION);
            final Errors error = Errors.forCode(joined.errorCode());
            if (error != Errors.NOT_COORDINATOR && error != Errors.COORDINATOR_LOAD_IN_PROGRESS
                    || System.nanoTime() > deadlineNs) {
                check(group, joined.errorCode());
                return joined;
            }
            Thread.sleep(RETRY_MS);
        }
    }

    private static void check(final String group, final short error) throws IOException {
        if (error != 0) {
            throw new IOException("the member of " + group + " was told " + Errors.forCode(error));
        }
    }

    /** Sends a request and returns the body of the answer. */
    private static ByteBufferAccessor exchange(
            final Socket socket, final ApiKeys api, final short version, final ApiMessage body) throws IOException {
        socket.getOutputStream().write(Wire.request(api, version, 1, body).array());
        final DataInputStream in = new DataInputStream(socket.getInputStream());
        final ByteBufferAccessor answer = new ByteBufferAccessor(ByteBuffer.wrap(in.readNBytes(in.readInt())));
        new ResponseHeaderData(answer, api.responseHeaderVersion(version));
        return answer;
    }
}
