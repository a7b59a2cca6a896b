package io.millrace.net.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;

/** A simulated client whose requests say themselves what is to happen with the answer, or without one. */
abstract class SimCaller extends SimClient {
    static final byte GROUP = 0;
    static final byte TRANSACTION = 1;

    private static final short BATCHED_SINCE = 4;
    private static final int NOBODY = -1;

    /** One request under way. */
    private record Call(SimSocket socket, Consumer<SimSocket.Answer> answered, Runnable lost) {}

    private final List<Call> calls = new ArrayList<>();

    SimCaller(final String name, final SimWorld world, final List<String> topics, final int bootstrapPort) {
        super(name, world, topics, bootstrapPort);
    }

    /** Sends a request; one of the two runs once. False if nobody listens there, and neither will run. */
    final boolean call(
            final int port,
            final ApiKeys api,
            final int version,
            final ApiMessage request,
            final Consumer<SimSocket.Answer> answered,
            final Runnable lost) {
        final SimSocket socket = socket(port);
        if (socket == null) {
            retryLater();
            return false;
        }
        final Call call = new Call(socket, answered, lost);
        calls.add(call);
        socket.send(api, (short) version, request, call);
        return true;
    }

    @Override
    final void onReply(final SimSocket.Answer answer) {
        final Call call = (Call) answer.context();
        if (calls.remove(call)) {
            call.answered.accept(answer);
        }
    }

    @Override
    final void onDisconnected(final SimSocket socket) {
        for (final Call call : List.copyOf(calls)) {
            if (call.socket == socket && calls.remove(call)) {
                call.lost.run();
            }
        }
    }

    /** The answers to all that is under way will not come. */
    final void loseCalls() {
        final List<Call> all = List.copyOf(calls);
        calls.clear();
        all.forEach(call -> call.lost.run());
    }

    /** What is under way is no longer of interest, as to a process that begins anew. */
    final void forgetCalls() {
        calls.clear();
    }

    static ByteBufferAccessor body(final SimSocket.Answer answer) {
        return new ByteBufferAccessor(answer.body());
    }

    /** A version between the two, both included. */
    final int version(final int min, final int max) {
        return min + entropy().nextInt(max - min + 1);
    }

    /** Asks where the coordinator is; told its port, or nothing if there is none to be had now. */
    final boolean findCoordinator(
            final byte type, final String key, final Consumer<Integer> found, final Runnable not) {
        final int version = version(1, 6);
        final FindCoordinatorRequestData request = new FindCoordinatorRequestData().setKeyType(type);
        if (version >= BATCHED_SINCE) {
            request.coordinatorKeys().add(key);
        } else {
            request.setKey(key);
        }
        return call(
                bootstrapPort(),
                ApiKeys.FIND_COORDINATOR,
                version,
                request,
                answer -> {
                    final int port = portOf(new FindCoordinatorResponseData(body(answer), answer.version()));
                    if (port == NOBODY) {
                        retryLater();
                        not.run();
                    } else {
                        found.accept(port);
                    }
                },
                not);
    }

    private int portOf(final FindCoordinatorResponseData response) {
        Errors error = Errors.forCode(response.errorCode());
        int port = response.port();
        for (final Coordinator coordinator : response.coordinators()) {
            error = Errors.forCode(coordinator.errorCode());
            port = coordinator.port();
        }
        if (error == Errors.NONE) {
            return port;
        }
        if (!isTransient(error)) {
            throw new ViolationException(name() + ": " + error + " for its coordinator");
        }
        world().onClientError(error);
        return NOBODY;
    }

    /** Errors that say no more than that one is to come again, here or elsewhere. */
    static boolean isTransient(final Errors error) {
        return switch (error) {
            case NOT_COORDINATOR,
                    COORDINATOR_NOT_AVAILABLE,
                    COORDINATOR_LOAD_IN_PROGRESS,
                    NOT_LEADER_OR_FOLLOWER,
                    LEADER_NOT_AVAILABLE,
                    UNKNOWN_TOPIC_OR_PARTITION,
                    UNKNOWN_TOPIC_ID,
                    KAFKA_STORAGE_ERROR,
                    NOT_ENOUGH_REPLICAS,
                    REQUEST_TIMED_OUT -> true;
            default -> false;
        };
    }
}
