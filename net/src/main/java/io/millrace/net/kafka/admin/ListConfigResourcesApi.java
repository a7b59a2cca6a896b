package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.ResourceType;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.List;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.protocol.Errors;

/** ListConfigResources: what there is that may have configs (KIP-1142); of old, subscriptions to clients' metrics only. */
final class ListConfigResourcesApi {
    private static final short ALL_TYPES_SINCE = 1;
    private static final List<Byte> SINCE_THEN = List.of(
            ConfigResource.Type.GROUP.id(),
            ConfigResource.Type.CLIENT_METRICS.id(),
            ConfigResource.Type.BROKER_LOGGER.id(),
            ConfigResource.Type.BROKER.id(),
            ConfigResource.Type.TOPIC.id());
    private static final List<Byte> OF_OLD = List.of(ConfigResource.Type.CLIENT_METRICS.id());

    private final Core core;

    ListConfigResourcesApi(final Core core) {
        this.core = core;
    }

    void handle(final Exchange exchange, final RequestHeader header, final ListConfigResourcesRequestData request) {
        final ListConfigResourcesResponseData response = new ListConfigResourcesResponseData();
        final List<Byte> supported = header.version() >= ALL_TYPES_SINCE ? SINCE_THEN : OF_OLD;
        final List<Byte> wanted = request.resourceTypes().isEmpty() ? supported : request.resourceTypes();
        if (supported.containsAll(wanted)) {
            for (final byte type : supported) {
                if (wanted.contains(type)) {
                    list(header.listener(), type, response);
                }
            }
        } else {
            response.setErrorCode(Errors.UNSUPPORTED_VERSION.code());
        }
        ColdApi.respond(exchange, response);
    }

    private void list(final ListenerView listener, final byte type, final ListConfigResourcesResponseData response) {
        switch (ConfigResource.Type.forId(type)) {
            case GROUP, CLIENT_METRICS ->
                core.image().resources(ResourceType.of(type)).forEach(name -> add(response, type, name));
            case TOPIC -> {
                for (int i = 0; i < core.image().topicCount(); i++) {
                    add(response, type, core.image().topicAt(i).name());
                }
            }
            default -> {
                for (int i = 0; i < listener.brokerCount(); i++) {
                    add(response, type, Integer.toString(listener.idAt(i)));
                }
            }
        }
    }

    private static void add(final ListConfigResourcesResponseData response, final byte type, final String name) {
        response.configResources()
                .add(new ListConfigResourcesResponseData.ConfigResource()
                        .setResourceName(name)
                        .setResourceType(type));
    }
}
