package io.millrace.tools.it.compat;

import io.millrace.tools.it.support.Answer;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Fields;
import io.millrace.tools.it.support.RawConnection;
import io.millrace.tools.it.support.Wire;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfigCollection;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** One of the two brokers of a comparison, and the ids that it alone gave out. */
final class Party implements AutoCloseable {
    private static final short CREATE_TOPICS_VERSION = 7;
    private static final short METADATA_VERSION = 12;
    private static final short LIST_OFFSETS_VERSION = 7;

    private final BrokerUnderTest broker;
    private final Map<String, Uuid> topicIds = new HashMap<>();
    private final Map<String, Long> numbers = new HashMap<>();
    private RawConnection connection;

    Party(final BrokerUnderTest broker) {
        this.broker = broker;
        this.connection = new RawConnection(broker);
    }

    BrokerUnderTest broker() {
        return broker;
    }

    /** The id of a topic that was made by {@link #createTopic}. */
    Uuid topicId(final String topic) {
        return topicIds.getOrDefault(topic, Uuid.ZERO_UUID);
    }

    Map<String, Uuid> topicIds() {
        return topicIds;
    }

    /** A number that this broker answered earlier: a producer id, a session id. */
    long number(final String name) {
        return numbers.get(name);
    }

    void remember(final String name, final long number) {
        numbers.put(name, number);
    }

    /** The answer as comparable lines; a broken frame, a closed connection and silence are lines too. */
    Map<String, String> ask(final ApiMessage request, final short version) {
        connection.send(request, version);
        return read(ApiKeys.forId(request.apiKey()), version);
    }

    private Map<String, String> read(final ApiKeys api, final short version) {
        final Answer answer = connection.receive();
        if (!answer.isFrame()) {
            reconnect();
            return Map.of("", answer.kind().toString());
        }
        try {
            return Fields.of(Wire.response(api, version, connection.correlation(), answer.payload()));
        } catch (final RuntimeException e) {
            reconnect();
            return Map.of("", "unreadable: " + e);
        }
    }

    <R extends ApiMessage> R call(final ApiMessage request, final short version, final Class<R> response) {
        return connection.call(request, version, response);
    }

    /** Sends what is not answered. */
    void tell(final ApiMessage request, final short version) {
        connection.send(request, version);
    }

    void reconnect() {
        connection.close();
        connection = new RawConnection(broker);
    }

    void createTopic(final String topic, final int partitions, final String... configs) {
        final CreatableTopicConfigCollection collection = new CreatableTopicConfigCollection();
        for (int i = 0; i < configs.length; i += 2) {
            collection.add(new CreatableTopicConfig().setName(configs[i]).setValue(configs[i + 1]));
        }
        final CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(20_000);
        request.topics()
                .add(new CreatableTopic()
                        .setName(topic)
                        .setNumPartitions(partitions)
                        .setReplicationFactor((short) 1)
                        .setConfigs(collection));
        final var created = connection
                .call(request, CREATE_TOPICS_VERSION, CreateTopicsResponseData.class)
                .topics()
                .find(topic);
        if (created.errorCode() != 0) {
            throw new IllegalStateException(topic + ": " + created);
        }
        awaitTopic(topic);
    }

    /** Waits until every partition has a leader that says so itself, and learns the topic's id. */
    void awaitTopic(final String topic) {
        final MetadataRequestData request = new MetadataRequestData()
                .setTopics(List.of(new MetadataRequestTopic().setName(topic)))
                .setAllowAutoTopicCreation(false);
        for (int attempt = 0; attempt < 400; attempt++) {
            final var found = connection
                    .call(request, METADATA_VERSION, MetadataResponseData.class)
                    .topics()
                    .find(topic);
            final boolean ready = found.errorCode() == 0
                    && found.partitions().stream().allMatch(partition -> partition.errorCode() == 0);
            if (ready && leads(topic, found.partitions().size())) {
                topicIds.put(topic, found.topicId());
                return;
            }
            Twins.pause();
        }
        throw new IllegalStateException(topic + " did not appear");
    }

    /** The broker's metadata may know of a partition a moment before the partition itself does. */
    private boolean leads(final String topic, final int partitions) {
        final ListOffsetsTopic asked = new ListOffsetsTopic().setName(topic);
        for (int i = 0; i < partitions; i++) {
            asked.partitions()
                    .add(new ListOffsetsPartition().setPartitionIndex(i).setTimestamp(-1));
        }
        final ListOffsetsRequestData request =
                new ListOffsetsRequestData().setReplicaId(-1).setTopics(List.of(asked));
        return connection
                .call(request, LIST_OFFSETS_VERSION, ListOffsetsResponseData.class)
                .topics()
                .get(0)
                .partitions()
                .stream()
                .allMatch(partition -> partition.errorCode() == 0);
    }

    @Override
    public void close() {
        connection.close();
    }
}
