package io.millrace.net.kafka.quota;

import io.millrace.engine.metadata.ConfigChange;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.requests.AlterClientQuotasRequest;
import org.apache.kafka.common.requests.ApiError;

/** Sorts the wishes of one request about quotas: what each entity shall have, and what is wrong, in Kafka's order. */
final class QuotaWishes {
    private final List<ClientQuotaAlteration> alterations;
    private final Map<ClientQuotaEntity, ApiError> results = new HashMap<>();
    private final Map<ClientQuotaEntity, List<ConfigChange>> changes = new HashMap<>();

    QuotaWishes(final AlterClientQuotasRequestData request) {
        alterations = new AlterClientQuotasRequest(request, request.highestSupportedVersion()).entries();
    }

    /** On any thread, once. */
    void judge() {
        for (final ClientQuotaAlteration alteration : alterations) {
            final ClientQuotaEntity entity = alteration.entity();
            final Map<String, Double> values = new LinkedHashMap<>();
            boolean isTwice = results.containsKey(entity);
            for (final ClientQuotaAlteration.Op op : alteration.ops()) {
                isTwice |= values.containsKey(op.key());
                values.put(op.key(), op.value());
            }
            if (isTwice) {
                // The first mention, if there was one that was good, still counts.
                results.put(entity, new ApiError(Errors.INVALID_REQUEST, "Ignoring duplicate entity " + entity));
            } else {
                judge(entity, values);
            }
        }
    }

    private void judge(final ClientQuotaEntity entity, final Map<String, Double> values) {
        ApiError complaint = QuotaRules.complaint(entity.entries());
        for (final Map.Entry<String, Double> wish : values.entrySet()) {
            if (complaint == null && wish.getValue() != null) {
                complaint = QuotaRules.complaint(entity.entries(), wish.getKey(), wish.getValue());
            }
        }
        results.put(entity, complaint == null ? ApiError.NONE : complaint);
        if (complaint == null) {
            changes.put(
                    entity,
                    values.entrySet().stream()
                            .map(wish -> change(wish.getKey(), wish.getValue()))
                            .toList());
        }
    }

    private static ConfigChange change(final String key, final Double value) {
        return value == null
                ? new ConfigChange(ConfigChange.Operation.DELETE, key, null)
                : new ConfigChange(ConfigChange.Operation.SET, key, value.toString());
    }

    Map<ClientQuotaEntity, ApiError> results() {
        return results;
    }

    /** Empty if nothing is to be done. */
    List<ConfigChange> changesOf(final ClientQuotaEntity entity) {
        return changes.getOrDefault(entity, List.of());
    }
}
