package io.millrace.net.broker;

import io.millrace.net.kafka.api.ListenerView;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** What a broker goes through in its first minute, so that a start-up cache knows it: every API once, and real load. */
public final class TrainingRun {
    private static final String TOPIC = "training";
    private static final int TIMEOUT_MS = 5000;
    /** So many the topic must have when it is made. */
    public static final int PARTITIONS = TrainingLoad.PARTITIONS;

    /** How long a core may wait between two compactions. */
    public static final int COMPACTION_BACKOFF_MS = TrainingCompaction.BACKOFF_MS;

    private static final int ATTEMPTS_MAX = 100;
    private static final short METADATA_VERSION = 12;

    private final InetSocketAddress address;

    public TrainingRun(final ListenerView listener) {
        address = new InetSocketAddress(listener.hostAt(0), listener.portAt(0));
    }

    public void run() throws IOException {
        try (LoopbackClient client = new LoopbackClient(address, TIMEOUT_MS)) {
            new TrainingLoad(address, TOPIC, awaitTopic(client)).run();
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
    private static Uuid awaitTopic(final LoopbackClient client) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            final MetadataResponseData answer = (MetadataResponseData) client.exchange(
                    ApiKeys.METADATA,
                    METADATA_VERSION,
                    new MetadataRequestData()
                            .setTopics(List.of(new MetadataRequestTopic().setName(TOPIC)))
                            .setAllowAutoTopicCreation(true));
            final MetadataResponseTopic topic = answer.topics().valuesList().getFirst();
            if (topic.errorCode() == Errors.NONE.code()) {
                return topic.topicId();
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        throw new IOException("topic " + TOPIC + " was not created");
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
