package io.millrace.net.kafka.quota;

import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.QuotaEntity;
import io.millrace.engine.metadata.ResourceType;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData.EntityData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData.EntryData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData.ValueData;
import org.apache.kafka.common.requests.DescribeClientQuotasRequest;

/** DescribeClientQuotas (KIP-546): the entities that a filter lets through, each with what it has of its own. */
final class DescribeClientQuotasApi {
    private final MetadataImage image;

    DescribeClientQuotasApi(final MetadataImage image) {
        this.image = image;
    }

    void handle(final Exchange exchange, final RequestHeader header, final DescribeClientQuotasRequestData request) {
        final QuotaFilter filter;
        try {
            filter = new QuotaFilter(request);
        } catch (final ApiException refused) {
            ColdApi.respond(
                    exchange,
                    new DescribeClientQuotasRequest(request, header.version())
                            .getErrorResponse(0, refused)
                            .data());
            return;
        }
        final DescribeClientQuotasResponseData response = new DescribeClientQuotasResponseData();
        for (final String name : image.resources(ResourceType.QUOTA)) {
            final Map<String, String> parts = QuotaNames.parts(QuotaEntity.parse(name));
            if (filter.lets(parts)) {
                response.entries().add(described(name, parts));
            }
        }
        ColdApi.respond(exchange, response);
    }

    private EntryData described(final String name, final Map<String, String> parts) {
        final EntryData entry = new EntryData();
        parts.forEach((type, part) ->
                entry.entity().add(new EntityData().setEntityType(type).setEntityName(part)));
        inKafkasOrder(image.overrides(ResourceType.QUOTA, name))
                .forEach((key, value) ->
                        entry.values().add(new ValueData().setKey(key).setValue(Double.parseDouble(value))));
        return entry;
    }

    /** As tools print them: Kafka keeps them in a table that has grown one by one. */
    private static Map<String, String> inKafkasOrder(final Map<String, String> values) {
        final Map<String, String> table = new HashMap<>(Math.max(0, values.size() - 1));
        values.forEach(table::put);
        return table;
    }
}
