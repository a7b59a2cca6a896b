package io.millrace.net.broker;

import io.millrace.net.kafka.api.ListenerView;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** What a broker goes through in its first minute, so that a start-up cache knows it: every API once, and real batches. */
public final class TrainingRun {
    private static final String TOPIC = "training";
    private static final int ROUNDS = 200;
    private static final int TIMEOUT_MS = 5000;
    private static final int RECORD_BYTES = 1000;
    private static final int ATTEMPTS_MAX = 100;
    private static final short PRODUCE_VERSION = 9;
    private static final short FETCH_VERSION = 12;
    private static final short METADATA_VERSION = 12;

    private final InetSocketAddress address;

    public TrainingRun(final ListenerView listener) {
        address = new InetSocketAddress(listener.hostAt(0), listener.portAt(0));
    }

    public void run() throws IOException {
        try (LoopbackClient client = new LoopbackClient(address, TIMEOUT_MS)) {
            awaitTopic(client);
            for (int i = 0; i < ROUNDS; i++) {
                client.exchange(ApiKeys.PRODUCE, PRODUCE_VERSION, produce());
                client.exchange(ApiKeys.FETCH, FETCH_VERSION, fetch(i));
            }
        }
        for (final ApiVersion served : served().apiKeys()) {
            askOnce(ApiKeys.forId(served.apiKey()), served.maxVersion());
        }
    }

    private ApiVersionsResponseData served() throws IOException {
        final short version = ApiKeys.API_VERSIONS.latestVersion();
        final ApiVersionsRequestData request =
                new ApiVersionsRequestData().setClientSoftwareName(TOPIC).setClientSoftwareVersion("1");
        try (LoopbackClient client = new LoopbackClient(address, TIMEOUT_MS)) {
            return (ApiVersionsResponseData) client.exchange(ApiKeys.API_VERSIONS, version, request);
        }
    }

    /** Asking for a topic creates it; it is there a moment later. */
    private static void awaitTopic(final LoopbackClient client) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            final MetadataResponseData answer = (MetadataResponseData) client.exchange(
                    ApiKeys.METADATA,
                    METADATA_VERSION,
                    new MetadataRequestData()
                            .setTopics(List.of(new MetadataRequestTopic().setName(TOPIC)))
                            .setAllowAutoTopicCreation(true));
            if (answer.topics().valuesList().getFirst().errorCode() == Errors.NONE.code()) {
                return;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        throw new IOException("topic " + TOPIC + " was not created");
    }

    private static ProduceRequestData produce() {
        final byte[] value = "x".repeat(RECORD_BYTES).getBytes(StandardCharsets.US_ASCII);
        final ProduceRequestData request =
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(TIMEOUT_MS);
        request.topicData()
                .add(new TopicProduceData()
                        .setName(TOPIC)
                        .setPartitionData(List.of(new PartitionProduceData()
                                .setIndex(0)
                                .setRecords(MemoryRecords.withRecords(
                                        Compression.NONE, new SimpleRecord(value), new SimpleRecord(value))))));
        return request;
    }

    private static FetchRequestData fetch(final int offset) {
        return new FetchRequestData()
                .setMaxWaitMs(TIMEOUT_MS)
                .setMinBytes(1)
                .setMaxBytes(1 << 20)
                .setTopics(List.of(new FetchTopic()
                        .setTopic(TOPIC)
                        .setPartitions(List.of(new FetchPartition()
                                .setPartition(0)
                                .setFetchOffset(offset)
                                .setPartitionMaxBytes(1 << 20)))));
    }

    /** Some of these empty requests are nonsense that ends the connection: hence a connection for each. */
    private void askOnce(final ApiKeys api, final short version) {
        if (api == ApiKeys.PRODUCE) {
            return; // done above, and one with acks=0 is never answered
        }
        try (LoopbackClient client = new LoopbackClient(address, TIMEOUT_MS)) {
            client.exchange(api, version, api.messageType.newRequest());
        } catch (final IOException | RuntimeException refused) {
            System.err.println("training: " + api + " v" + version + ": " + refused);
        }
    }
}
