package io.millrace.net.kafka.quota;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.ConfigChange;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.metadata.ResourceType;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.admin.CommandBatch;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.api.WireErrors;
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

    private void alter(final Exchange exchange, final QuotaWishes wishes, final boolean validateOnly) {
        final List<EntryData> answers = new ArrayList<>();
        final CommandBatch batch = new CommandBatch(core, () -> {
            final AlterClientQuotasResponseData response = new AlterClientQuotasResponseData();
            response.entries().addAll(answers);
            ColdApi.respond(exchange, response);
        });
        wishes.results().forEach((entity, error) -> {
            final EntryData answer =
                    new EntryData().setErrorCode(error.error().code()).setErrorMessage(error.message());
            entity.entries()
                    .forEach((type, name) -> answer.entity()
                            .add(new EntityData().setEntityType(type).setEntityName(name)));
            answers.add(answer);
            final List<ConfigChange> changes = wishes.changesOf(entity);
            if (!changes.isEmpty()) {
                final String name = QuotaNames.entity(entity.entries()).text();
                final int length =
                        MetadataCommands.alterConfig(buffer, 0, ResourceType.QUOTA, name, changes, false, validateOnly);
                batch.send(buffer, length, (outcome, first, second, message) -> {
                    final Errors refused = WireErrors.of(outcome);
                    if (refused != Errors.NONE) {
                        answer.setErrorCode(refused.code())
                                .setErrorMessage(message.isEmpty() ? refused.message() : message);
                    }
                });
            }
        });
        batch.end();
    }
}
