package io.millrace.net.kafka.quota;

import io.millrace.engine.metadata.QuotaEntity;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.quota.ClientQuotaEntity;

/** Between an entity as it stands in the metadata and on the wire, where a type's name is null for the default. */
final class QuotaNames {
    private QuotaNames() {}

    /** @param parts of a valid entity */
    static QuotaEntity entity(final Map<String, String> parts) {
        return new QuotaEntity(
                part(parts, ClientQuotaEntity.USER),
                part(parts, ClientQuotaEntity.CLIENT_ID),
                part(parts, ClientQuotaEntity.IP));
    }

    private static String part(final Map<String, String> parts, final String type) {
        if (!parts.containsKey(type)) {
            return null;
        }
        final String name = parts.get(type);
        return name == null ? QuotaEntity.DEFAULT : QuotaEntity.escaped(name);
    }

    static Map<String, String> parts(final QuotaEntity entity) {
        final Map<String, String> parts = new HashMap<>();
        put(parts, ClientQuotaEntity.USER, entity.user());
        put(parts, ClientQuotaEntity.CLIENT_ID, entity.clientId());
        put(parts, ClientQuotaEntity.IP, entity.ip());
        return parts;
    }

    private static void put(final Map<String, String> parts, final String type, final String part) {
        if (part != null) {
            parts.put(type, QuotaEntity.unescaped(part));
        }
    }
}
