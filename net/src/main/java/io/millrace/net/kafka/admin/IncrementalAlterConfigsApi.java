package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Core;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.admin.ConfigAlteration.Wish;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.Errors;

/** IncrementalAlterConfigs: sets, removes, appends to and takes from single settings (KIP-339). */
final class IncrementalAlterConfigsApi {
    private final ConfigAlteration alteration;
    private final Core core;

    IncrementalAlterConfigsApi(final Core core, final NodeFacts node) {
        this.core = core;
        alteration = new ConfigAlteration(core, node, false);
    }

    void handle(final Exchange exchange, final RequestHeader header, final IncrementalAlterConfigsRequestData request) {
        final IncrementalAlterConfigsResponseData response = new IncrementalAlterConfigsResponseData();
        final CommandBatch batch = new CommandBatch(core, () -> ColdApi.respond(exchange, response));
        for (final AlterConfigsResource resource : request.resources()) {
            final AlterConfigsResourceResponse result = new AlterConfigsResourceResponse()
                    .setResourceType(resource.resourceType())
                    .setResourceName(resource.resourceName())
                    .setErrorMessage(null);
            response.responses().add(result);
            if (request.resources().findAll(resource).size() > 1) {
                result.setErrorCode(Errors.INVALID_REQUEST.code())
                        .setErrorMessage("Each resource must appear at most once.");
                continue;
            }
            final List<Wish> wishes = new ArrayList<>();
            resource.configs()
                    .forEach(config -> wishes.add(new Wish(config.configOperation(), config.name(), config.value())));
            alteration.alter(
                    batch,
                    header,
                    resource.resourceType(),
                    resource.resourceName(),
                    wishes,
                    request.validateOnly(),
                    (error, message) -> result.setErrorCode(error.code()).setErrorMessage(message));
        }
        batch.end();
    }
}
