package io.millrace.net.kafka.group;

import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.coordinator.Answer;
import io.millrace.net.kafka.coordinator.Coordinators.Request;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteShareGroupStateRequestData;
import org.apache.kafka.common.message.DeleteShareGroupStateResponseData;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData;
import org.apache.kafka.common.message.InitializeShareGroupStateResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryResponseData;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData;
import org.apache.kafka.common.message.WriteShareGroupStateResponseData;
import org.apache.kafka.common.protocol.Errors;

/**
 * Keeps what a share group has done with one partition, and tells it: the five questions of KIP-932, each for one
 * partition, to the coordinator that has it, on whichever core. Told on the core that asks, exactly once, with an error
 * code in the result if there is an error. Owned by the core's thread.
 */
public final class SharePersister {
    /** A state that begins anew, or is gone: who works with the old one is to look again. */
    @FunctionalInterface
    public interface ResetListener {
        /** Deleted. */
        int GONE = Integer.MAX_VALUE;

        void onReset(String group, Uuid topicId, int partition, int stateEpoch);
    }

    private final ShareStates states;
    private ResetListener resets = (group, topicId, partition, stateEpoch) -> {};

    public SharePersister(final ShareStates states) {
        this.states = states;
    }

    /** Who is told of states that begin anew; before the first cycle. */
    public void resets(final ResetListener listener) {
        resets = listener;
    }

    /** @param header of a client's request; null if the broker itself asks, which waits until it is served */
    public void read(
            final RequestHeader header,
            final String group,
            final Uuid topicId,
            final ReadShareGroupStateRequestData.PartitionData asked,
            final Consumer<ReadShareGroupStateResponseData.PartitionResult> told) {
        final ReadShareGroupStateRequestData request = new ReadShareGroupStateRequestData()
                .setGroupId(group)
                .setTopics(List.of(new ReadShareGroupStateRequestData.ReadStateData()
                        .setTopicId(topicId)
                        .setPartitions(List.of(asked))));
        this.<ReadShareGroupStateResponseData, ReadShareGroupStateResponseData.PartitionResult>ask(
                header,
                ShareStates.keyOf(group, topicId, asked.partition()),
                (machine, answer) ->
                        machine.run("read", () -> machine.shard().readStateAndMaybeUpdateLeaderEpoch(request), answer),
                response -> response.results().getFirst().partitions().getFirst(),
                (error, message) -> new ReadShareGroupStateResponseData.PartitionResult()
                        .setPartition(asked.partition())
                        .setErrorCode(error.code())
                        .setErrorMessage(message),
                told);
    }

    /** As {@link #read}. */
    public void write(
            final RequestHeader header,
            final String group,
            final Uuid topicId,
            final WriteShareGroupStateRequestData.PartitionData asked,
            final Consumer<WriteShareGroupStateResponseData.PartitionResult> told) {
        final WriteShareGroupStateRequestData request = new WriteShareGroupStateRequestData()
                .setGroupId(group)
                .setTopics(List.of(new WriteShareGroupStateRequestData.WriteStateData()
                        .setTopicId(topicId)
                        .setPartitions(List.of(asked))));
        this.<WriteShareGroupStateResponseData, WriteShareGroupStateResponseData.PartitionResult>ask(
                header,
                ShareStates.keyOf(group, topicId, asked.partition()),
                (machine, answer) -> machine.run("write", () -> machine.shard().writeState(request), answer),
                response -> response.results().getFirst().partitions().getFirst(),
                (error, message) -> new WriteShareGroupStateResponseData.PartitionResult()
                        .setPartition(asked.partition())
                        .setErrorCode(error.code())
                        .setErrorMessage(message),
                told);
    }

    /** As {@link #read}. */
    public void initialize(
            final RequestHeader header,
            final String group,
            final Uuid topicId,
            final InitializeShareGroupStateRequestData.PartitionData asked,
            final Consumer<InitializeShareGroupStateResponseData.PartitionResult> told) {
        final InitializeShareGroupStateRequestData request = new InitializeShareGroupStateRequestData()
                .setGroupId(group)
                .setTopics(List.of(new InitializeShareGroupStateRequestData.InitializeStateData()
                        .setTopicId(topicId)
                        .setPartitions(List.of(asked))));
        this.<InitializeShareGroupStateResponseData, InitializeShareGroupStateResponseData.PartitionResult>ask(
                header,
                ShareStates.keyOf(group, topicId, asked.partition()),
                (machine, answer) ->
                        machine.run("initialize", () -> machine.shard().initializeState(request), answer),
                response -> response.results().getFirst().partitions().getFirst(),
                (error, message) -> new InitializeShareGroupStateResponseData.PartitionResult()
                        .setPartition(asked.partition())
                        .setErrorCode(error.code())
                        .setErrorMessage(message),
                result -> {
                    if (result.errorCode() == Errors.NONE.code()) {
                        resets.onReset(group, topicId, asked.partition(), asked.stateEpoch());
                    }
                    told.accept(result);
                });
    }

    /** As {@link #read}. */
    public void delete(
            final RequestHeader header,
            final String group,
            final Uuid topicId,
            final DeleteShareGroupStateRequestData.PartitionData asked,
            final Consumer<DeleteShareGroupStateResponseData.PartitionResult> told) {
        final DeleteShareGroupStateRequestData request = new DeleteShareGroupStateRequestData()
                .setGroupId(group)
                .setTopics(List.of(new DeleteShareGroupStateRequestData.DeleteStateData()
                        .setTopicId(topicId)
                        .setPartitions(List.of(asked))));
        this.<DeleteShareGroupStateResponseData, DeleteShareGroupStateResponseData.PartitionResult>ask(
                header,
                ShareStates.keyOf(group, topicId, asked.partition()),
                (machine, answer) -> machine.run("delete", () -> machine.shard().deleteState(request), answer),
                response -> response.results().getFirst().partitions().getFirst(),
                (error, message) -> new DeleteShareGroupStateResponseData.PartitionResult()
                        .setPartition(asked.partition())
                        .setErrorCode(error.code())
                        .setErrorMessage(message),
                result -> {
                    if (result.errorCode() == Errors.NONE.code()) {
                        resets.onReset(group, topicId, asked.partition(), ResetListener.GONE);
                    }
                    told.accept(result);
                });
    }

    /** As {@link #read}. */
    public void summary(
            final RequestHeader header,
            final String group,
            final Uuid topicId,
            final ReadShareGroupStateSummaryRequestData.PartitionData asked,
            final Consumer<ReadShareGroupStateSummaryResponseData.PartitionResult> told) {
        final ReadShareGroupStateSummaryRequestData request = new ReadShareGroupStateSummaryRequestData()
                .setGroupId(group)
                .setTopics(List.of(new ReadShareGroupStateSummaryRequestData.ReadStateSummaryData()
                        .setTopicId(topicId)
                        .setPartitions(List.of(asked))));
        this.<ReadShareGroupStateSummaryResponseData, ReadShareGroupStateSummaryResponseData.PartitionResult>ask(
                header,
                ShareStates.keyOf(group, topicId, asked.partition()),
                (machine, answer) ->
                        machine.run("summary", () -> machine.shard().readStateSummary(request), answer),
                response -> response.results().getFirst().partitions().getFirst(),
                (error, message) -> new ReadShareGroupStateSummaryResponseData.PartitionResult()
                        .setPartition(asked.partition())
                        .setErrorCode(error.code())
                        .setErrorMessage(message),
                told);
    }

    /** Makes the result that says why there is none. */
    @FunctionalInterface
    private interface Failed<P> {
        P of(Errors error, String message);
    }

    private <R, P> void ask(
            final RequestHeader header,
            final String key,
            final Request<ShareStateMachine, R> request,
            final Function<R, P> result,
            final Failed<P> failed,
            final Consumer<P> told) {
        final Answer<R> answer = new Answer<>() {
            @Override
            public void onAnswer(final R response) {
                told.accept(result.apply(response));
            }

            @Override
            public void onError(final Errors error, final String message) {
                told.accept(failed.of(error, message == null ? error.message() : message));
            }
        };
        if (header == null) {
            states.askPatiently(key, request, answer);
        } else {
            states.ask(header, states.partitionFor(key), request, answer);
        }
    }
}
