package io.millrace.tools.it.compat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;

/** What no client of good sense asks, though each may. */
final class OddScripts {
    private static final byte TOPIC = 2;
    private static final byte BROKER = 4;
    private static final byte BROKER_LOGGER = 8;
    private static final byte CLIENT_METRICS = 16;
    private static final byte SET = 0;
    private static final byte DELETE = 1;

    private OddScripts() {}

    static void describeConfigs(final Twins twins) {
        final String topic = "odd-configs-v" + twins.version();
        twins.topic(topic, 1);
        twins.ask("no subscription", party -> description(CLIENT_METRICS, ""));
        twins.ask("an unknown subscription", party -> description(CLIENT_METRICS, "x"));
        twins.ask("a key of an unknown subscription", party -> description(CLIENT_METRICS, "x", "interval.ms"));
        twins.ask("no broker's loggers", party -> description(BROKER_LOGGER, ""));
        twins.ask("an unknown logger", party -> description(BROKER_LOGGER, "1", "no.such.logger"));
        twins.ask("no topic", party -> description(TOPIC, ""));
        twins.ask("a broker with a sign", party -> description(BROKER, "+1", "node.id"));
        twins.ask("a broker with a space", party -> description(BROKER, " 1", "node.id"));
        twins.ask("a broker beyond int", party -> description(BROKER, "4294967297", "node.id"));
        twins.ask("one resource twice", party -> {
            final DescribeConfigsRequestData request = description(TOPIC, topic, "retention.ms");
            request.resources()
                    .add(description(TOPIC, topic, "segment.ms").resources().getFirst());
            return request;
        });
        twins.ask("the topic of the metadata", party -> description(TOPIC, "__cluster_metadata", "retention.ms"));
    }

    private static DescribeConfigsRequestData description(final byte type, final String name, final String... keys) {
        final DescribeConfigsRequestData request = new DescribeConfigsRequestData();
        request.resources()
                .add(new DescribeConfigsResource()
                        .setResourceType(type)
                        .setResourceName(name)
                        .setConfigurationKeys(keys.length == 0 ? null : List.of(keys)));
        return request;
    }

    static void incrementalAlterConfigs(final Twins twins) {
        final String topic = "odd-incremental-v" + twins.version();
        twins.topic(topic, 1);
        twins.ask("an unknown logger", party -> change(BROKER_LOGGER, "1", SET, "no.such.logger", "INFO"));
        twins.ask("a logger's unknown level", party -> change(BROKER_LOGGER, "1", SET, "no.such.logger", "LOUD"));
        twins.ask("no logger", party -> change(BROKER_LOGGER, "1", DELETE, "", null));
        twins.ask("another broker's logger", party -> change(BROKER_LOGGER, "2", SET, "root", "INFO"));
        twins.ask("no broker's logger", party -> change(BROKER_LOGGER, "", SET, "root", "INFO"));
        twins.ask("no key", party -> change(TOPIC, topic, SET, "", "1"));
        twins.ask(
                "no key of a broker", party -> change(BROKER, "1", SET, "", "1").setValidateOnly(true));
        twins.ask("a broker with a sign", party -> change(BROKER, "+1", SET, "log.retention.ms", "soon"));
        twins.ask("a broker beyond int", party -> change(BROKER, "4294967297", SET, "log.retention.ms", "1"));
        twins.ask("one resource twice", party -> {
            final IncrementalAlterConfigsRequestData request = change(TOPIC, topic, SET, "retention.ms", "5");
            request.resources()
                    .mustAdd(change(TOPIC, topic, SET, "segment.ms", "99999")
                            .resources()
                            .iterator()
                            .next()
                            .duplicate());
            return request;
        });
        twins.ask("no settings", party -> {
            final IncrementalAlterConfigsRequestData request = change(TOPIC, topic, SET, "retention.ms", "5");
            request.resources().iterator().next().configs().clear();
            return request;
        });
    }

    private static IncrementalAlterConfigsRequestData change(
            final byte type, final String name, final byte operation, final String key, final String value) {
        final var resource = new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                .setResourceType(type)
                .setResourceName(name);
        resource.configs()
                .add(new IncrementalAlterConfigsRequestData.AlterableConfig()
                        .setName(key)
                        .setConfigOperation(operation)
                        .setValue(value));
        final IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        request.resources().add(resource);
        return request;
    }

    static void alterConfigs(final Twins twins) {
        final String topic = "odd-alter-v" + twins.version();
        twins.topic(topic, 1);
        twins.ask("loggers", party -> alteration(BROKER_LOGGER, "1", "root"));
        twins.ask("no key", party -> alteration(TOPIC, topic, ""));
        twins.ask("no topic", party -> alteration(TOPIC, "", "retention.ms"));
    }

    private static AlterConfigsRequestData alteration(final byte type, final String name, final String key) {
        final var resource = new AlterConfigsRequestData.AlterConfigsResource()
                .setResourceType(type)
                .setResourceName(name);
        resource.configs()
                .add(new AlterConfigsRequestData.AlterableConfig().setName(key).setValue("1"));
        final AlterConfigsRequestData request = new AlterConfigsRequestData();
        request.resources().add(resource);
        return request;
    }

    static void createPartitions(final Twins twins) {
        final String topic = "odd-grow-v" + twins.version();
        twins.topic(topic, 1);
        twins.ask("far below nothing", party -> growth(topic, Integer.MIN_VALUE));
        twins.ask("in no time", party -> growth(topic, 1).setTimeoutMs(0));
        twins.ask("no name", party -> growth("", 2));
        twins.ask("by an empty assignment", party -> {
            final CreatePartitionsRequestData request = growth(topic, 2);
            request.topics().iterator().next().setAssignments(List.of());
            return request;
        });
        twins.ask("an empty assignment for no growth", party -> {
            final CreatePartitionsRequestData request = growth(topic, 1);
            request.topics().iterator().next().setAssignments(List.of());
            return request;
        });
        twins.ask("the topic of the metadata", party -> growth("__cluster_metadata", 2));
    }

    private static CreatePartitionsRequestData growth(final String topic, final int count) {
        final CreatePartitionsRequestData request = new CreatePartitionsRequestData().setTimeoutMs(20_000);
        request.topics()
                .add(new CreatePartitionsTopic().setName(topic).setCount(count).setAssignments(null));
        return request;
    }

    static void deleteTopics(final Twins twins) {
        final List<String> none = List.of("nobody-made-this");
        twins.ask(
                "in no time",
                party -> new DeleteTopicsRequestData().setTopicNames(none).setTimeoutMs(0));
        twins.ask(
                "in less than no time",
                party -> new DeleteTopicsRequestData().setTopicNames(none).setTimeoutMs(-1));
        for (final String name : List.of("", "__cluster_metadata", "x".repeat(250))) {
            twins.ask(
                    "name '" + name + "'",
                    party -> new DeleteTopicsRequestData()
                            .setTopicNames(List.of(name))
                            .setTimeoutMs(20_000));
            twins.ask("named '" + name + "'", party -> {
                final DeleteTopicsRequestData request = new DeleteTopicsRequestData().setTimeoutMs(20_000);
                request.topics().add(new DeleteTopicsRequestData.DeleteTopicState().setName(name));
                return request;
            });
        }
    }

    static void deleteRecords(final Twins twins) {
        final String topic = "odd-delete-records-v" + twins.version();
        twins.topic(topic, 1);
        for (final long offset : new long[] {Long.MIN_VALUE, Long.MAX_VALUE}) {
            twins.ask("up to " + offset, party -> deletion(topic, 0, offset));
        }
        twins.ask("a negative partition", party -> deletion(topic, -1, 0));
        twins.ask("no name", party -> deletion("", 0, 0));
        twins.ask("a name that is none", party -> deletion("a b", 0, 0));
        twins.ask("in no time", party -> deletion(topic, 0, 0).setTimeoutMs(0));
        twins.ask("in less than no time", party -> deletion(topic, 0, 0).setTimeoutMs(-1));
        twins.ask("one partition twice", party -> {
            final DeleteRecordsRequestData request = deletion(topic, 0, 0);
            request.topics().getFirst().partitions().add(recordsOf(0, 9));
            return request;
        });
        twins.ask("one topic twice", party -> {
            final DeleteRecordsRequestData request = deletion(topic, 0, 0);
            request.topics().add(deletion(topic, 7, 9).topics().getFirst());
            return request;
        });
        twins.ask("no partition", party -> {
            final DeleteRecordsRequestData request = deletion(topic, 0, 0);
            request.topics().getFirst().partitions().clear();
            return request;
        });
    }

    private static DeleteRecordsRequestData deletion(final String topic, final int partition, final long offset) {
        final DeleteRecordsRequestData request = new DeleteRecordsRequestData().setTimeoutMs(20_000);
        request.topics()
                .add(new DeleteRecordsTopic()
                        .setName(topic)
                        .setPartitions(new ArrayList<>(List.of(recordsOf(partition, offset)))));
        return request;
    }

    private static DeleteRecordsPartition recordsOf(final int partition, final long offset) {
        return new DeleteRecordsPartition().setPartitionIndex(partition).setOffset(offset);
    }

    static void listOffsets(final Twins twins) {
        final String topic = "odd-offsets-v" + twins.version();
        twins.topic(topic, 1);
        for (final int replica : new int[] {0, 1, 9, -3}) {
            twins.ask("as replica " + replica, party -> offsets(topic, 0, -1).setReplicaId(replica));
        }
        for (final long time : new long[] {Long.MIN_VALUE, -8, -100}) {
            twins.ask("at " + time, party -> offsets(topic, 0, time));
            twins.ask("at " + time + " of an unknown topic", party -> offsets("nobody-made-this", 0, time));
        }
        twins.ask("in no time", party -> offsets(topic, 0, -1).setTimeoutMs(0));
        twins.ask("no name", party -> offsets("", 0, -1));
        twins.ask("one topic twice", party -> {
            final ListOffsetsRequestData request = offsets(topic, 0, -1);
            request.topics().add(offsets(topic, 4, -2).topics().getFirst());
            return request;
        });
        twins.ask("one partition thrice", party -> {
            final ListOffsetsRequestData request = offsets(topic, 0, -1);
            for (int i = 0; i < 2; i++) {
                request.topics()
                        .getFirst()
                        .partitions()
                        .add(offsets(topic, 0, -2)
                                .topics()
                                .getFirst()
                                .partitions()
                                .getFirst());
            }
            return request;
        });
        twins.ask("no partition", party -> {
            final ListOffsetsRequestData request = offsets(topic, 0, -1);
            request.topics().getFirst().partitions().clear();
            return request;
        });
    }

    private static ListOffsetsRequestData offsets(final String topic, final int partition, final long time) {
        final ListOffsetsRequestData request = new ListOffsetsRequestData().setReplicaId(-1);
        request.topics()
                .add(new ListOffsetsTopic()
                        .setName(topic)
                        .setPartitions(new ArrayList<>(List.of(new ListOffsetsPartition()
                                .setPartitionIndex(partition)
                                .setTimestamp(time)))));
        return request;
    }

    static void offsetForLeaderEpoch(final Twins twins) {
        final String topic = "odd-epochs-v" + twins.version();
        twins.topic(topic, 1);
        twins.ask("no name", party -> epochs("", 0, 0));
        twins.ask("a name that is none", party -> epochs("a b", 0, 0));
        for (final int epoch : new int[] {-2, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            twins.ask("epoch " + epoch, party -> epochs(topic, 0, epoch));
        }
        for (final int replica : new int[] {-1, -2, -3, 9}) {
            twins.ask("as replica " + replica, party -> epochs(topic, 0, 0).setReplicaId(replica));
        }
        twins.ask("one partition twice", party -> {
            final OffsetForLeaderEpochRequestData request = epochs(topic, 0, 0);
            request.topics()
                    .iterator()
                    .next()
                    .partitions()
                    .add(new OffsetForLeaderPartition().setPartition(0).setLeaderEpoch(7));
            return request;
        });
        twins.ask("no partition", party -> {
            final OffsetForLeaderEpochRequestData request = epochs(topic, 0, 0);
            request.topics().iterator().next().partitions().clear();
            return request;
        });
    }

    private static OffsetForLeaderEpochRequestData epochs(final String topic, final int partition, final int epoch) {
        final OffsetForLeaderEpochRequestData request = new OffsetForLeaderEpochRequestData();
        request.topics()
                .add(new OffsetForLeaderTopic()
                        .setTopic(topic)
                        .setPartitions(new ArrayList<>(List.of(new OffsetForLeaderPartition()
                                .setPartition(partition)
                                .setLeaderEpoch(epoch)))));
        return request;
    }
}
