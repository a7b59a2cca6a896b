package io.millrace.net.kafka.quota;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData.ComponentData;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.requests.DescribeClientQuotasRequest;

/** Which entities a request wants to see: by name, the default, or any of a type; other types too unless it is strict. */
final class QuotaFilter {
    private final Map<String, String> exact = new HashMap<>();
    private final Set<String> any = new HashSet<>();
    private final boolean isStrict;

    /** Refuses what Kafka refuses, in its words. */
    QuotaFilter(final DescribeClientQuotasRequestData request) {
        isStrict = request.strict();
        for (final ComponentData component : request.components()) {
            final String type = component.entityType();
            checkType(type);
            add(component, type);
        }
        if (names(ClientQuotaEntity.IP) && (names(ClientQuotaEntity.USER) || names(ClientQuotaEntity.CLIENT_ID))) {
            throw new InvalidRequestException("Invalid entity filter component combination. IP filter component should"
                    + " not be used with user or clientId filter component.");
        }
    }

    private void checkType(final String type) {
        if (type.isEmpty()) {
            throw new InvalidRequestException("Invalid empty entity type.");
        }
        if (names(type)) {
            throw new InvalidRequestException("Entity type " + type + " cannot appear more than once in the filter.");
        }
        if (!ClientQuotaEntity.isValidEntityType(type)) {
            throw new UnsupportedVersionException("Unsupported entity type " + type);
        }
    }

    private void add(final ComponentData component, final String type) {
        switch (component.matchType()) {
            case DescribeClientQuotasRequest.MATCH_TYPE_EXACT -> {
                if (component.match() == null) {
                    throw new InvalidRequestException(
                            "Request specified MATCH_TYPE_EXACT, but set match string to null.");
                }
                exact.put(type, component.match());
            }
            case DescribeClientQuotasRequest.MATCH_TYPE_DEFAULT -> {
                checkNoName(component, "MATCH_TYPE_DEFAULT");
                exact.put(type, null);
            }
            case DescribeClientQuotasRequest.MATCH_TYPE_SPECIFIED -> {
                checkNoName(component, "MATCH_TYPE_SPECIFIED");
                any.add(type);
            }
            default -> throw new InvalidRequestException("Unknown match type " + component.matchType());
        }
    }

    private static void checkNoName(final ComponentData component, final String kind) {
        if (component.match() != null) {
            throw new InvalidRequestException("Request specified " + kind + ", but also specified a match string.");
        }
    }

    private boolean names(final String type) {
        return exact.containsKey(type) || any.contains(type);
    }

    boolean lets(final Map<String, String> parts) {
        if (isStrict && parts.size() != exact.size() + any.size()) {
            return false;
        }
        for (final Map.Entry<String, String> wanted : exact.entrySet()) {
            if (!parts.containsKey(wanted.getKey()) || !Objects.equals(parts.get(wanted.getKey()), wanted.getValue())) {
                return false;
            }
        }
        return parts.keySet().containsAll(any);
    }
}
