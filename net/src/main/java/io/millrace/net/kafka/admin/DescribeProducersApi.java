package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.partition.Partition;
import io.millrace.engine.producer.ProducerState;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.LeaderHints;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;
import org.apache.kafka.common.protocol.Errors;

/** DescribeProducers: who has written to a partition, and whose transaction is open there. */
final class DescribeProducersApi {
    /** A partition whose answer comes from its owner. */
    private record Asked(PartitionResponse response, PartitionImage image) {}

    private final Core core;

    DescribeProducersApi(final Core core) {
        this.core = core;
    }

    void handle(final Exchange exchange, final RequestHeader header, final DescribeProducersRequestData request) {
        final DescribeProducersResponseData response = new DescribeProducersResponseData();
        final List<List<Asked>> byCore = new ArrayList<>();
        for (int i = 0; i < core.coreCount(); i++) {
            byCore.add(new ArrayList<>());
        }
        for (final TopicRequest topic : request.topics()) {
            final TopicResponse answers = new TopicResponse().setName(topic.name());
            response.topics().add(answers);
            final TopicImage image = core.image().topic(topic.name());
            for (final int index : topic.partitionIndexes()) {
                final PartitionResponse answer = new PartitionResponse().setPartitionIndex(index);
                answers.partitions().add(answer);
                final PartitionImage partition = image == null ? null : image.partition(index);
                final Errors error = check(header, partition);
                // As Apache Kafka: words for a topic that there is not, none for a partition of one that there is.
                answer.setErrorCode(error.code()).setErrorMessage(image == null ? error.message() : null);
                if (error == Errors.NONE) {
                    byCore.get(partition.ownerCore()).add(new Asked(answer, partition));
                }
            }
        }
        byCore.removeIf(List::isEmpty);
        if (byCore.isEmpty()) {
            ColdApi.respond(exchange, response);
        } else {
            ask(exchange, response, byCore);
        }
    }

    private Errors check(final RequestHeader header, final PartitionImage partition) {
        if (partition == null) {
            return Errors.UNKNOWN_TOPIC_OR_PARTITION;
        }
        return LeaderHints.isServedHere(
                        header.listener(), partition, core.image().nodeId(), core.id())
                ? Errors.NONE
                : Errors.NOT_LEADER_OR_FOLLOWER;
    }

    /** The owners write down what they know, and this core, when the last has come back, answers. */
    private void ask(
            final Exchange exchange, final DescribeProducersResponseData response, final List<List<Asked>> byCore) {
        final int home = core.id();
        final int[] missing = {byCore.size()};
        for (final List<Asked> asked : byCore) {
            core.calls().run(asked.getFirst().image.ownerCore(), owner -> {
                asked.forEach(each -> describe(owner, each));
                owner.calls().run(home, own -> {
                    if (--missing[0] == 0) {
                        ColdApi.respond(exchange, response);
                    }
                });
            });
        }
    }

    private static void describe(final Core owner, final Asked asked) {
        final Partition partition = owner.partitions().partition(asked.image.partitionKey());
        if (partition == null || !partition.isServing() || partition.leaderEpoch() != asked.image.leaderEpoch()) {
            final Errors error = Errors.NOT_LEADER_OR_FOLLOWER;
            asked.response.setErrorCode(error.code()).setErrorMessage(error.message());
        } else {
            partition.describeProducers(
                    state -> asked.response.activeProducers().add(told(state)));
        }
    }

    private static DescribeProducersResponseData.ProducerState told(final ProducerState state) {
        return new DescribeProducersResponseData.ProducerState()
                .setProducerId(state.producerId())
                .setProducerEpoch(state.epoch())
                .setLastSequence(state.lastSequence())
                .setLastTimestamp(state.lastTimestampMs())
                .setCoordinatorEpoch(state.coordinatorEpoch())
                .setCurrentTxnStartOffset(state.txnFirstOffset());
    }
}
