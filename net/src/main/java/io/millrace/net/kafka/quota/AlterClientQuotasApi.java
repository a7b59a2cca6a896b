package io.millrace.net.kafka.quota;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.ConfigChange;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.metadata.ResourceType;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.admin.CommandBatch;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.ArrayList;
import java.util.List;
import org.agrona.ExpandableArrayBuffer;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData.EntityData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData.EntryData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AlterClientQuotasRequest;

/** AlterClientQuotas (KIP-546). Judged beside the core: the name of a host may have to be looked up. */
final class AlterClientQuotasApi {
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    private final Core core;

    AlterClientQuotasApi(final Core core) {
        this.core = core;
    }

    void handle(final Exchange exchange, final RequestHeader header, final AlterClientQuotasRequestData request) {
        if (items(request) > CommandBatch.ITEMS_MAX) {
            refuse(exchange, header, request, new PolicyViolationException(CommandBatch.TOO_LARGE));
            return;
        }
        final QuotaWishes wishes = new QuotaWishes(request);
        if (!core.housekeeping().submit(wishes::judge, () -> alter(exchange, wishes, request.validateOnly()))) {
            refuse(exchange, header, request, new CoordinatorLoadInProgressException("Too much waits to be judged."));
        }
    }

    private static void refuse(
            final Exchange exchange,
            final RequestHeader header,
            final AlterClientQuotasRequestData request,
            final ApiException reason) {
        ColdApi.respond(
                exchange,
                new AlterClientQuotasRequest(request, header.version())
                        .getErrorResponse(0, reason)
                        .data());
    }

    private static long items(final AlterClientQuotasRequestData request) {
        return request.entries().stream()
                .mapToLong(entry -> 1 + entry.ops().size())
                .sum();
    }

    /** All that is good of a request is one change to the metadata, as in Kafka. */
    private void alter(final Exchange exchange, final QuotaWishes wishes, final boolean validateOnly) {
        final AlterClientQuotasResponseData response = new AlterClientQuotasResponseData();
        final List<EntryData> changed = new ArrayList<>();
        final List<MetadataCommands.Part> parts = new ArrayList<>();
        wishes.results().forEach((entity, error) -> {
            final EntryData answer =
                    new EntryData().setErrorCode(error.error().code()).setErrorMessage(error.message());
            entity.entries()
                    .forEach((type, name) -> answer.entity()
                            .add(new EntityData().setEntityType(type).setEntityName(name)));
            response.entries().add(answer);
            final List<ConfigChange> changes = wishes.changesOf(entity);
            if (!changes.isEmpty()) {
                final String name = QuotaNames.entity(entity.entries()).text();
                changed.add(answer);
                parts.add((target, offset) -> MetadataCommands.alterConfig(
                        target, offset, ResourceType.QUOTA, name, changes, false, validateOnly));
            }
        });
        CommandBatch.sendTogether(core, buffer, parts, (refused, message) -> {
            if (refused != Errors.NONE) {
                changed.forEach(answer -> answer.setErrorCode(refused.code()).setErrorMessage(message));
            }
            ColdApi.respond(exchange, response);
        });
    }
}
