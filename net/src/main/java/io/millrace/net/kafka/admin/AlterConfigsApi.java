package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Core;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.admin.ConfigAlteration.Wish;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.Errors;

/** AlterConfigs: replaces all settings of a resource at once; the older way. */
final class AlterConfigsApi {
    private static final byte SET = 0;

    private final ConfigAlteration alteration;
    private final Core core;

    AlterConfigsApi(final Core core, final NodeFacts node) {
        this.core = core;
        alteration = new ConfigAlteration(core, node, true);
    }

    void handle(final Exchange exchange, final RequestHeader header, final AlterConfigsRequestData request) {
        final AlterConfigsResponseData response = new AlterConfigsResponseData();
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
            resource.configs().forEach(config -> wishes.add(new Wish(SET, config.name(), config.value())));
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
