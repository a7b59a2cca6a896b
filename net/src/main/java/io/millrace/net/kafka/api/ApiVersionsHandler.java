package io.millrace.net.kafka.api;

import io.millrace.engine.metadata.Feature;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.status.Statistics;
import io.millrace.net.connection.Connection;
import io.millrace.net.connection.Exchange;
import java.util.regex.Pattern;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKey;
import org.apache.kafka.common.protocol.Errors;

/**
 * Tells a client what is served. A version that we do not know is answered in the form of version 0, naming the
 * versions of ApiVersions itself, and the connection goes on.
 */
public final class ApiVersionsHandler implements ApiHandler, ColdHandler<ApiVersionsRequestData> {
    private static final Pattern SOFTWARE = Pattern.compile("[a-zA-Z0-9](?:[a-zA-Z0-9\\-.]*[a-zA-Z0-9])?");
    private static final int SOFTWARE_SINCE = 3;
    private static final int FEATURES_MAY_BE_OFF_SINCE = 4;
    private static final int IDENTITY_SINCE = 5;

    private final ApiTable table;
    private final MetadataImage image;
    private final String clusterId;
    private final ClientSoftware software;
    private final ColdApi<ApiVersionsRequestData> cold = new ColdApi<>(ApiVersionsRequestData::new, this);

    /** @param image the core's own */
    public ApiVersionsHandler(
            final ApiTable table, final MetadataImage image, final String clusterId, final Statistics statistics) {
        software = new ClientSoftware(statistics);
        this.image = image;
        this.table = table;
        this.clusterId = clusterId;
    }

    @Override
    public void handle(final Exchange exchange, final RequestHeader header) {
        if (Api.API_VERSIONS.serves(header.version())) {
            cold.handle(exchange, header);
            return;
        }
        final ApiVersionsResponseData response =
                new ApiVersionsResponseData().setErrorCode(Errors.UNSUPPORTED_VERSION.code());
        add(response, Api.API_VERSIONS);
        ColdApi.respond(exchange, response, (short) 0);
    }

    @Override
    public void handle(final Exchange exchange, final RequestHeader header, final ApiVersionsRequestData request) {
        ColdApi.respond(exchange, answer(exchange, header, request));
    }

    /** A connection has come from another core, where it told what it is. */
    public void welcome(final Connection connection, final ClientSession client) {
        if (client.open() != null) {
            software.tell(connection, client.softwareName(), client.softwareVersion());
        }
    }

    private ApiVersionsResponseData answer(
            final Exchange exchange, final RequestHeader header, final ApiVersionsRequestData request) {
        final ApiVersionsResponseData response = new ApiVersionsResponseData();
        if (!isValid(header.version(), request)) {
            return response.setErrorCode(Errors.INVALID_REQUEST.code());
        }
        if (header.version() >= SOFTWARE_SINCE) {
            software.tell(exchange.connection(), request.clientSoftwareName(), request.clientSoftwareVersion());
        }
        if (isMeantForAnother(header.listener(), request)) {
            return response.setErrorCode(Errors.REBOOTSTRAP_REQUIRED.code());
        }
        for (final Api api : table.served()) {
            add(response, api);
        }
        addFeatures(header.version(), response);
        return response;
    }

    /** A feature is finalized where its APIs are served. Version 3 cannot say that a feature may be off. */
    private void addFeatures(final short version, final ApiVersionsResponseData response) {
        if (version < SOFTWARE_SINCE || table.handler(Api.CONSUMER_GROUP_HEARTBEAT) == null) {
            return;
        }
        addFeature(version, response, Feature.GROUP_VERSION);
        addFeature(version, response, Feature.TRANSACTION_VERSION);
        addFeature(version, response, Feature.SHARE_VERSION);
        addFeature(version, response, Feature.STREAMS_VERSION);
        // Clients that come again believe what is younger.
        response.setFinalizedFeaturesEpoch(image.version());
    }

    private void addFeature(final short version, final ApiVersionsResponseData response, final Feature feature) {
        if (version >= FEATURES_MAY_BE_OFF_SINCE) {
            response.supportedFeatures()
                    .add(new SupportedFeatureKey()
                            .setName(feature.featureName())
                            .setMinVersion((short) 0)
                            .setMaxVersion(feature.levelMax()));
        }
        final short level = feature.level(image);
        if (level > 0) {
            response.finalizedFeatures()
                    .add(new FinalizedFeatureKey()
                            .setName(feature.featureName())
                            .setMinVersionLevel(level)
                            .setMaxVersionLevel(level));
        }
    }

    /** Names must be plain, and whoever says which cluster is meant also says which broker. */
    private static boolean isValid(final short version, final ApiVersionsRequestData request) {
        if (version >= IDENTITY_SINCE && (request.clusterId() == null) != (request.nodeId() == -1)) {
            return false;
        }
        return version < SOFTWARE_SINCE
                || (isSoftware(request.clientSoftwareName()) && isSoftware(request.clientSoftwareVersion()));
    }

    /** Whether the client, led here by an old address, looks for another cluster or broker (KIP-1242). */
    private boolean isMeantForAnother(final ListenerView listener, final ApiVersionsRequestData request) {
        return request.clusterId() != null
                && !(request.clusterId().equals(clusterId) && listener.isKnown(request.nodeId()));
    }

    private static boolean isSoftware(final String text) {
        return SOFTWARE.matcher(text).matches();
    }

    private static void add(final ApiVersionsResponseData response, final Api api) {
        response.apiKeys()
                .add(new ApiVersion()
                        .setApiKey(api.key())
                        .setMinVersion(api.versionMin())
                        .setMaxVersion(api.versionMax()));
    }
}
