package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.ConfigDescriber;
import io.millrace.engine.metadata.ConfigEntry;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.metadata.TopicNames;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.protocol.Errors;

/** DescribeConfigs: the settings in force on topics and brokers, and where each came from. */
final class DescribeConfigsApi {
    private final Core core;
    private final Loggers loggers;

    DescribeConfigsApi(final Core core, final NodeFacts node) {
        this.core = core;
        loggers = new Loggers(node.logLevels());
    }

    void handle(final Exchange exchange, final RequestHeader header, final DescribeConfigsRequestData request) {
        final DescribeConfigsResponseData response = new DescribeConfigsResponseData();
        final String unexpected = unexpected(request.resources());
        for (final DescribeConfigsResource resource : request.resources()) {
            final DescribeConfigsResult result = new DescribeConfigsResult()
                    .setResourceType(resource.resourceType())
                    .setResourceName(resource.resourceName());
            response.results().add(result);
            if (unexpected != null) {
                refuse(result, unexpected);
            } else {
                describe(header, request, resource, result);
            }
        }
        ColdApi.respond(exchange, response);
    }

    /** A type that Kafka does not know spoils the whole request. */
    private static String unexpected(final List<DescribeConfigsResource> resources) {
        for (final DescribeConfigsResource resource : resources) {
            if (typeOf(resource) == ConfigResource.Type.UNKNOWN) {
                return Errors.INVALID_REQUEST.message();
            }
        }
        return null;
    }

    private static ConfigResource.Type typeOf(final DescribeConfigsResource resource) {
        return ConfigResource.Type.forId(resource.resourceType());
    }

    private static void refuse(final DescribeConfigsResult result, final String message) {
        result.setErrorCode(Errors.INVALID_REQUEST.code()).setErrorMessage(message);
    }

    private void describe(
            final RequestHeader header,
            final DescribeConfigsRequestData request,
            final DescribeConfigsResource resource,
            final DescribeConfigsResult result) {
        final ConfigDescriber describer = new ConfigDescriber(core.image());
        final ConfigResource.Type type = typeOf(resource);
        final String name = resource.resourceName();
        final int brokerId = header.listener().brokerId(core.image().nodeId(), core.id());
        switch (type) {
            case TOPIC -> describeTopic(request, resource, result);
            case BROKER -> {
                final String complaint =
                        name.isEmpty() ? null : ConfigWire.complaint(name, brokerId, "Broker", " or empty string,");
                if (complaint != null) {
                    refuse(result, complaint);
                } else {
                    fill(result, request, resource, name.isEmpty() ? describer.allBrokers() : describer.broker());
                }
            }
            case BROKER_LOGGER -> {
                final String complaint = name.isEmpty()
                        ? "Broker id must not be empty"
                        : ConfigWire.complaint(name, brokerId, "Broker", "");
                if (complaint != null) {
                    refuse(result, complaint);
                } else if (loggers.isAsked(resource.configurationKeys())) {
                    result.configs().add(loggers.described());
                }
            }
            case CLIENT_METRICS -> {
                if (name.isEmpty()) {
                    refuse(result, "Client metrics subscription name must not be empty");
                } else {
                    fill(result, request, resource, describer.clientMetrics(name));
                }
            }
            case GROUP -> {
                if (name.isEmpty()) {
                    refuse(result, "Group name must not be empty");
                } else {
                    fill(result, request, resource, describer.group(name));
                }
            }
            default -> refuse(result, "Unsupported resource type: " + type);
        }
    }

    private void describeTopic(
            final DescribeConfigsRequestData request,
            final DescribeConfigsResource resource,
            final DescribeConfigsResult result) {
        final String complaint = TopicNames.complaint(resource.resourceName());
        final TopicImage topic = core.image().topic(resource.resourceName());
        if (complaint != null) {
            result.setErrorCode(Errors.INVALID_TOPIC_EXCEPTION.code()).setErrorMessage(complaint);
        } else if (topic == null) {
            result.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        } else {
            fill(result, request, resource, new ConfigDescriber(core.image()).topic(topic));
        }
    }

    private static void fill(
            final DescribeConfigsResult result,
            final DescribeConfigsRequestData request,
            final DescribeConfigsResource resource,
            final List<ConfigEntry> entries) {
        final List<String> keys = resource.configurationKeys();
        final Set<String> wanted = keys == null ? Set.of() : new HashSet<>(keys);
        for (final ConfigEntry entry : entries) {
            if (wanted.isEmpty() || wanted.contains(entry.name())) {
                result.configs().add(describe(entry, request));
            }
        }
    }

    private static DescribeConfigsResourceResult describe(
            final ConfigEntry entry, final DescribeConfigsRequestData request) {
        final DescribeConfigsResourceResult described = new DescribeConfigsResourceResult()
                .setName(entry.name())
                .setValue(entry.value())
                .setConfigSource(ConfigWire.source(entry.source()))
                .setReadOnly(entry.readOnly())
                .setIsSensitive(entry.sensitive())
                .setConfigType(ConfigWire.type(entry.type()))
                .setDocumentation(request.includeDocumentation() ? entry.doc() : null);
        if (request.includeSynonyms()) {
            for (final ConfigEntry.Synonym synonym : entry.synonyms()) {
                described
                        .synonyms()
                        .add(new DescribeConfigsSynonym()
                                .setName(synonym.name())
                                .setValue(synonym.value())
                                .setSource(ConfigWire.source(synonym.source())));
            }
        }
        return described;
    }
}
