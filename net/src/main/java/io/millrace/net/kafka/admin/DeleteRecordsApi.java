package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.metadata.TopicNames;
import io.millrace.engine.partition.PartitionQuery;
import io.millrace.engine.status.Outcome;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.LeaderHints;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.api.WireErrors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.protocol.Errors;

/** DeleteRecords: moves the start of partitions up, durably. */
final class DeleteRecordsApi {
    private static final long NO_LOW_WATERMARK = -1;

    /** A partition whose answer comes from its owner. */
    private record Asked(DeleteRecordsPartitionResult response, int place) {}

    private final Core core;

    DeleteRecordsApi(final Core core) {
        this.core = core;
    }

    void handle(final Exchange exchange, final RequestHeader header, final DeleteRecordsRequestData request) {
        final DeleteRecordsResponseData response = new DeleteRecordsResponseData();
        final PartitionAsk ask = new PartitionAsk(core);
        final List<Asked> asked = new ArrayList<>();
        wishes(request).forEach((name, offsets) -> {
            final DeleteRecordsTopicResult results = new DeleteRecordsTopicResult().setName(name);
            response.topics().add(results);
            final TopicImage topic = core.image().topic(name);
            offsets.forEach((partition, offset) -> {
                final PartitionImage image = topic == null ? null : topic.partition(partition);
                final Errors error = check(header, topic, image);
                final DeleteRecordsPartitionResult result = new DeleteRecordsPartitionResult()
                        .setPartitionIndex(partition)
                        .setLowWatermark(NO_LOW_WATERMARK)
                        .setErrorCode(error.code());
                results.partitions().add(result);
                if (error == Errors.NONE) {
                    asked.add(new Asked(result, ask.add(PartitionQuery.DELETE_RECORDS, image, -1, offset)));
                }
            });
        });
        ask.send(() -> {
            for (final Asked each : asked) {
                final Outcome outcome = ask.outcome(each.place);
                each.response.setErrorCode(WireErrors.of(outcome).code());
                if (outcome == Outcome.OK) {
                    each.response.setLowWatermark(ask.first(each.place));
                }
            }
            ColdApi.respond(exchange, response);
        });
    }

    /** Of a partition that is named twice the last wish holds. */
    private static Map<String, Map<Integer, Long>> wishes(final DeleteRecordsRequestData request) {
        final Map<String, Map<Integer, Long>> wishes = new LinkedHashMap<>();
        for (final DeleteRecordsTopic topic : request.topics()) {
            for (final DeleteRecordsPartition partition : topic.partitions()) {
                wishes.computeIfAbsent(topic.name(), name -> new LinkedHashMap<>())
                        .put(partition.partitionIndex(), partition.offset());
            }
        }
        return wishes;
    }

    private Errors check(final RequestHeader header, final TopicImage topic, final PartitionImage partition) {
        if (partition == null) {
            return Errors.UNKNOWN_TOPIC_OR_PARTITION;
        }
        if (TopicNames.isInternal(topic.name())) {
            return Errors.INVALID_TOPIC_EXCEPTION;
        }
        if (!LeaderHints.isServedHere(header.listener(), partition, core.image().nodeId(), core.id())) {
            return Errors.NOT_LEADER_OR_FOLLOWER;
        }
        return topic.config().deletes() ? Errors.NONE : Errors.POLICY_VIOLATION;
    }
}
