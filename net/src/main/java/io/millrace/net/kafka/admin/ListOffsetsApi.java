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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/** ListOffsets: where a partition begins, ends, or holds a timestamp. */
final class ListOffsetsApi {
    private static final short LEADER_EPOCH_SINCE = 4;

    /** A partition whose answer comes from its owner. */
    private record Asked(ListOffsetsPartitionResponse response, int place) {}

    private final Core core;

    ListOffsetsApi(final Core core) {
        this.core = core;
    }

    void handle(final Exchange exchange, final RequestHeader header, final ListOffsetsRequestData request) {
        final ListOffsetsResponseData response = new ListOffsetsResponseData();
        final boolean isolates = request.isolationLevel() == 0 || request.isolationLevel() == 1;
        final boolean committed = request.isolationLevel() == 1;
        final Set<TopicPartition> twice = new HashSet<>();
        final PartitionAsk ask = new PartitionAsk(core);
        final List<Asked> asked = new ArrayList<>();
        wishes(request, twice).forEach((name, partitions) -> {
            final ListOffsetsTopicResponse answers = new ListOffsetsTopicResponse().setName(name);
            response.topics().add(answers);
            partitions.forEach((index, partition) -> {
                final ListOffsetsPartitionResponse answer = new ListOffsetsPartitionResponse()
                        .setPartitionIndex(index)
                        .setTimestamp(-1)
                        .setOffset(-1);
                answers.partitions().add(answer);
                final Errors error;
                if (isolates) {
                    final boolean isTwice = twice.contains(new TopicPartition(name, index));
                    error = isTwice ? Errors.INVALID_REQUEST : check(header, name, partition);
                } else {
                    error = Errors.UNKNOWN_SERVER_ERROR;
                }
                answer.setErrorCode(error.code());
                if (error == Errors.NONE && kindOf(partition.timestamp()) != null) {
                    asked.add(new Asked(answer, add(ask, name, partition, committed)));
                }
            });
        });
        final short version = header.version();
        ask.send(() -> {
            asked.forEach(each -> fill(each, ask, version));
            ColdApi.respond(exchange, response);
        });
    }

    /** Each partition once, and which of them were named twice. */
    private static Map<String, Map<Integer, ListOffsetsPartition>> wishes(
            final ListOffsetsRequestData request, final Set<TopicPartition> twice) {
        final Map<String, Map<Integer, ListOffsetsPartition>> wishes = new LinkedHashMap<>();
        for (final ListOffsetsTopic topic : request.topics()) {
            for (final ListOffsetsPartition partition : topic.partitions()) {
                final ListOffsetsPartition before = wishes.computeIfAbsent(topic.name(), name -> new LinkedHashMap<>())
                        .put(partition.partitionIndex(), partition);
                if (before != null) {
                    twice.add(new TopicPartition(topic.name(), partition.partitionIndex()));
                }
            }
        }
        return wishes;
    }

    private Errors check(final RequestHeader header, final String name, final ListOffsetsPartition partition) {
        if (partition.timestamp() < 0 && !isKnown(partition.timestamp(), header.version())) {
            return Errors.UNSUPPORTED_VERSION;
        }
        final TopicImage topic = core.image().topic(name);
        final PartitionImage image = topic == null ? null : topic.partition(partition.partitionIndex());
        if (image == null) {
            return Errors.UNKNOWN_TOPIC_OR_PARTITION;
        }
        return LeaderHints.isServedHere(header.listener(), image, core.image().nodeId(), core.id())
                ? Errors.NONE
                : Errors.NOT_LEADER_OR_FOLLOWER;
    }

    /** Special timestamps and the version that brought each. */
    private static boolean isKnown(final long timestamp, final short version) {
        return switch ((int) timestamp) {
            case (int) ListOffsetsRequest.LATEST_TIMESTAMP, (int) ListOffsetsRequest.EARLIEST_TIMESTAMP -> true;
            case (int) ListOffsetsRequest.MAX_TIMESTAMP -> version >= 7;
            case (int) ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP -> version >= 8;
            case (int) ListOffsetsRequest.LATEST_TIERED_TIMESTAMP -> version >= 9;
            case (int) ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP -> version >= 11;
            default -> false;
        };
    }

    /** Null where the answer is known without asking: nothing is tiered here. */
    private static PartitionQuery kindOf(final long timestamp) {
        if (timestamp == ListOffsetsRequest.LATEST_TIMESTAMP) {
            return PartitionQuery.LATEST;
        }
        if (timestamp == ListOffsetsRequest.EARLIEST_TIMESTAMP
                || timestamp == ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP) {
            return PartitionQuery.EARLIEST;
        }
        if (timestamp == ListOffsetsRequest.MAX_TIMESTAMP) {
            return PartitionQuery.MAX_TIMESTAMP;
        }
        return timestamp < 0 ? null : PartitionQuery.BY_TIMESTAMP;
    }

    /** The same, for those who read only what is committed. */
    private static PartitionQuery committed(final PartitionQuery kind) {
        return switch (kind) {
            case LATEST -> PartitionQuery.LATEST_COMMITTED;
            case MAX_TIMESTAMP -> PartitionQuery.MAX_TIMESTAMP_COMMITTED;
            case BY_TIMESTAMP -> PartitionQuery.BY_TIMESTAMP_COMMITTED;
            default -> kind;
        };
    }

    private int add(
            final PartitionAsk ask, final String name, final ListOffsetsPartition partition, final boolean committed) {
        final PartitionQuery kind = kindOf(partition.timestamp());
        return ask.add(
                committed ? committed(kind) : kind,
                core.image().topic(name).partition(partition.partitionIndex()),
                partition.currentLeaderEpoch(),
                partition.timestamp());
    }

    private static void fill(final Asked asked, final PartitionAsk ask, final short version) {
        final Outcome outcome = ask.outcome(asked.place);
        asked.response.setErrorCode(WireErrors.of(outcome).code());
        if (outcome == Outcome.OK) {
            asked.response.setOffset(ask.first(asked.place)).setTimestamp(ask.second(asked.place));
            if (version >= LEADER_EPOCH_SINCE) {
                asked.response.setLeaderEpoch(ask.epoch(asked.place));
            }
        }
    }
}
