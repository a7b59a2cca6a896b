package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.partition.PartitionQuery;
import io.millrace.engine.status.Outcome;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.LeaderHints;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.api.WireErrors;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.protocol.Errors;

/** OffsetForLeaderEpoch: where a leader epoch ended, so that clients notice a log that was cut. */
final class OffsetForLeaderEpochApi {
    private record Asked(EpochEndOffset response, int place) {}

    private final Core core;

    OffsetForLeaderEpochApi(final Core core) {
        this.core = core;
    }

    void handle(final Exchange exchange, final RequestHeader header, final OffsetForLeaderEpochRequestData request) {
        final OffsetForLeaderEpochResponseData response = new OffsetForLeaderEpochResponseData();
        final PartitionAsk ask = new PartitionAsk(core);
        final List<Asked> asked = new ArrayList<>();
        for (final OffsetForLeaderTopic topic : request.topics()) {
            final OffsetForLeaderTopicResult answers = new OffsetForLeaderTopicResult().setTopic(topic.topic());
            response.topics().add(answers);
            final TopicImage image = core.image().topic(topic.topic());
            for (final OffsetForLeaderPartition partition : topic.partitions()) {
                final EpochEndOffset answer = new EpochEndOffset().setPartition(partition.partition());
                answers.partitions().add(answer);
                final PartitionImage place = image == null ? null : image.partition(partition.partition());
                if (place == null) {
                    answer.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
                } else if (!LeaderHints.isServedHere(
                        header.listener(), place, core.image().nodeId(), core.id())) {
                    answer.setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code());
                } else {
                    asked.add(new Asked(
                            answer,
                            ask.add(
                                    PartitionQuery.END_OF_EPOCH,
                                    place,
                                    partition.currentLeaderEpoch(),
                                    partition.leaderEpoch())));
                }
            }
        }
        ask.send(() -> {
            for (final Asked each : asked) {
                final Outcome outcome = ask.outcome(each.place);
                each.response.setErrorCode(WireErrors.of(outcome).code());
                if (outcome == Outcome.OK) {
                    each.response.setEndOffset(ask.first(each.place)).setLeaderEpoch(ask.epoch(each.place));
                }
            }
            ColdApi.respond(exchange, response);
        });
    }
}
