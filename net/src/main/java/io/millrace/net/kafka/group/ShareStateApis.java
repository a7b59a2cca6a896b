package io.millrace.net.kafka.group;

import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.Api;
import io.millrace.net.kafka.api.ApiTable;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.ArrayList;
import java.util.List;
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
import org.apache.kafka.common.protocol.Message;

/** The five APIs by which brokers keep the state of share groups, for whoever asks over the wire. */
public final class ShareStateApis {
    private final SharePersister persister;

    private ShareStateApis(final SharePersister persister) {
        this.persister = persister;
    }

    public static void register(final ApiTable table, final SharePersister persister) {
        final ShareStateApis apis = new ShareStateApis(persister);
        table.serve(
                        Api.INITIALIZE_SHARE_GROUP_STATE,
                        new ColdApi<>(InitializeShareGroupStateRequestData::new, apis::initialize))
                .serve(Api.READ_SHARE_GROUP_STATE, new ColdApi<>(ReadShareGroupStateRequestData::new, apis::read))
                .serve(Api.WRITE_SHARE_GROUP_STATE, new ColdApi<>(WriteShareGroupStateRequestData::new, apis::write))
                .serve(Api.DELETE_SHARE_GROUP_STATE, new ColdApi<>(DeleteShareGroupStateRequestData::new, apis::delete))
                .serve(
                        Api.READ_SHARE_GROUP_STATE_SUMMARY,
                        new ColdApi<>(ReadShareGroupStateSummaryRequestData::new, apis::summary));
    }

    /** Waits for the results of all partitions; as Apache Kafka, a request that names nothing whole gets nothing. */
    private static final class Results {
        private final Exchange exchange;
        private final Message response;
        private int missing = 1;

        Results(final Exchange exchange, final Message response) {
            this.exchange = exchange;
            this.response = response;
        }

        void asked() {
            missing++;
        }

        void end() {
            if (--missing == 0) {
                ColdApi.respond(exchange, response);
            }
        }
    }

    private void initialize(
            final Exchange exchange, final RequestHeader header, final InitializeShareGroupStateRequestData request) {
        final InitializeShareGroupStateResponseData response = new InitializeShareGroupStateResponseData();
        final Results results = new Results(exchange, response);
        final boolean whole = isWhole(
                request.groupId(),
                request.topics().stream()
                        .map(InitializeShareGroupStateRequestData.InitializeStateData::partitions)
                        .toList());
        for (final var topic :
                whole ? request.topics() : List.<InitializeShareGroupStateRequestData.InitializeStateData>of()) {
            final var result = new InitializeShareGroupStateResponseData.InitializeStateResult()
                    .setTopicId(topic.topicId())
                    .setPartitions(new ArrayList<>());
            response.results().add(result);
            for (final var partition : topic.partitions()) {
                results.asked();
                persister.initialize(header, request.groupId(), topic.topicId(), partition, told -> {
                    result.partitions().add(told);
                    results.end();
                });
            }
        }
        results.end();
    }

    private void read(
            final Exchange exchange, final RequestHeader header, final ReadShareGroupStateRequestData request) {
        final ReadShareGroupStateResponseData response = new ReadShareGroupStateResponseData();
        final Results results = new Results(exchange, response);
        final boolean whole = isWhole(
                request.groupId(),
                request.topics().stream()
                        .map(ReadShareGroupStateRequestData.ReadStateData::partitions)
                        .toList());
        for (final var topic : whole ? request.topics() : List.<ReadShareGroupStateRequestData.ReadStateData>of()) {
            final var result = new ReadShareGroupStateResponseData.ReadStateResult()
                    .setTopicId(topic.topicId())
                    .setPartitions(new ArrayList<>());
            response.results().add(result);
            for (final var partition : topic.partitions()) {
                results.asked();
                persister.read(header, request.groupId(), topic.topicId(), partition, told -> {
                    result.partitions().add(told);
                    results.end();
                });
            }
        }
        results.end();
    }

    private void write(
            final Exchange exchange, final RequestHeader header, final WriteShareGroupStateRequestData request) {
        final WriteShareGroupStateResponseData response = new WriteShareGroupStateResponseData();
        final Results results = new Results(exchange, response);
        final boolean whole = isWhole(
                request.groupId(),
                request.topics().stream()
                        .map(WriteShareGroupStateRequestData.WriteStateData::partitions)
                        .toList());
        for (final var topic : whole ? request.topics() : List.<WriteShareGroupStateRequestData.WriteStateData>of()) {
            final var result = new WriteShareGroupStateResponseData.WriteStateResult()
                    .setTopicId(topic.topicId())
                    .setPartitions(new ArrayList<>());
            response.results().add(result);
            for (final var partition : topic.partitions()) {
                results.asked();
                persister.write(header, request.groupId(), topic.topicId(), partition, told -> {
                    result.partitions().add(told);
                    results.end();
                });
            }
        }
        results.end();
    }

    private void delete(
            final Exchange exchange, final RequestHeader header, final DeleteShareGroupStateRequestData request) {
        final DeleteShareGroupStateResponseData response = new DeleteShareGroupStateResponseData();
        final Results results = new Results(exchange, response);
        final boolean whole = isWhole(
                request.groupId(),
                request.topics().stream()
                        .map(DeleteShareGroupStateRequestData.DeleteStateData::partitions)
                        .toList());
        for (final var topic : whole ? request.topics() : List.<DeleteShareGroupStateRequestData.DeleteStateData>of()) {
            final var result = new DeleteShareGroupStateResponseData.DeleteStateResult()
                    .setTopicId(topic.topicId())
                    .setPartitions(new ArrayList<>());
            response.results().add(result);
            for (final var partition : topic.partitions()) {
                results.asked();
                persister.delete(header, request.groupId(), topic.topicId(), partition, told -> {
                    result.partitions().add(told);
                    results.end();
                });
            }
        }
        results.end();
    }

    private void summary(
            final Exchange exchange, final RequestHeader header, final ReadShareGroupStateSummaryRequestData request) {
        final ReadShareGroupStateSummaryResponseData response = new ReadShareGroupStateSummaryResponseData();
        final Results results = new Results(exchange, response);
        final boolean whole = isWhole(
                request.groupId(),
                request.topics().stream()
                        .map(ReadShareGroupStateSummaryRequestData.ReadStateSummaryData::partitions)
                        .toList());
        for (final var topic :
                whole ? request.topics() : List.<ReadShareGroupStateSummaryRequestData.ReadStateSummaryData>of()) {
            final var result = new ReadShareGroupStateSummaryResponseData.ReadStateSummaryResult()
                    .setTopicId(topic.topicId())
                    .setPartitions(new ArrayList<>());
            response.results().add(result);
            for (final var partition : topic.partitions()) {
                results.asked();
                persister.summary(header, request.groupId(), topic.topicId(), partition, told -> {
                    result.partitions().add(told);
                    results.end();
                });
            }
        }
        results.end();
    }

    private static boolean isWhole(final String group, final List<? extends List<?>> partitionsOfTopics) {
        return group != null && !group.isEmpty() && partitionsOfTopics.stream().noneMatch(List::isEmpty);
    }
}
