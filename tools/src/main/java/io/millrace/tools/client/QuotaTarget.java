package io.millrace.tools.client;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;
import picocli.CommandLine.Option;

/** Whose quotas a command line is about, spelled as Kafka's own tool spells it: {@code --entity-type users …} or {@code --user …}. */
final class QuotaTarget {
    private static final Map<String, String> TYPES = Map.of(
            "users", ClientQuotaEntity.USER, "clients", ClientQuotaEntity.CLIENT_ID, "ips", ClientQuotaEntity.IP);
    private static final String DEFAULT = "--entity-default";
    /** What stands for it among the names; it must not look like an option. */
    private static final String NO_NAME = "<default>";

    @Option(
            names = "--entity-type",
            paramLabel = "TYPE",
            description = "Quotas of users, clients or ips; users and clients together for a client of a user.")
    private List<String> types = new ArrayList<>();

    @Option(
            names = {"--entity-name", DEFAULT},
            arity = "0..1",
            fallbackValue = NO_NAME,
            paramLabel = "NAME",
            description = "Its name, or " + DEFAULT + " for all that have no quota of their own.")
    private List<String> names = new ArrayList<>();

    @Option(names = "--user", paramLabel = "NAME", description = "Short for --entity-type users --entity-name NAME.")
    private String user;

    @Option(names = "--client", paramLabel = "ID", description = "The same for a client id.")
    private String client;

    @Option(names = "--ip", paramLabel = "ADDRESS", description = "The same for an address.")
    private String ip;

    @Option(names = "--user-defaults", description = "Short for --entity-type users " + DEFAULT + ".")
    private boolean userDefaults;

    @Option(names = "--client-defaults", description = "The same for client ids.")
    private boolean clientDefaults;

    @Option(names = "--ip-defaults", description = "The same for addresses.")
    private boolean ipDefaults;

    /** By Kafka's type: a name, null for the default, or ANY. */
    private final Map<String, String> parts = new LinkedHashMap<>();

    private boolean isWhole = true;

    /** Whether the command line names any. */
    boolean isGiven() {
        return !types.isEmpty()
                || !names.isEmpty()
                || user != null
                || client != null
                || ip != null
                || userDefaults
                || clientDefaults
                || ipDefaults;
    }

    /** @throws IllegalArgumentException naming what is wrong */
    void validate() {
        final Iterator<String> next = names.iterator();
        for (final String type : types) {
            final String kafkas = TYPES.get(type);
            if (kafkas == null) {
                throw new IllegalArgumentException("--entity-type " + type
                        + ": expected users, clients or ips (topics, brokers and groups: configs topic NAME)");
            }
            if (next.hasNext()) {
                final String name = next.next();
                put(kafkas, name.equals(NO_NAME) ? null : name);
            } else {
                isWhole = false;
                put(kafkas, null);
            }
        }
        if (next.hasNext()) {
            throw new IllegalArgumentException(next.next() + ": expected an --entity-type for each --entity-name");
        }
        putShort(ClientQuotaEntity.USER, user, userDefaults);
        putShort(ClientQuotaEntity.CLIENT_ID, client, clientDefaults);
        putShort(ClientQuotaEntity.IP, ip, ipDefaults);
        if (parts.containsKey(ClientQuotaEntity.IP) && parts.size() > 1) {
            throw new IllegalArgumentException("ips: expected no users or clients beside them");
        }
    }

    private void putShort(final String type, final String name, final boolean isDefault) {
        if (name != null || isDefault) {
            put(type, name);
        }
        if (name != null && isDefault) {
            throw new IllegalArgumentException(name + ": expected a name or the defaults, not both");
        }
    }

    private void put(final String type, final String name) {
        if (name != null && name.isEmpty()) {
            throw new IllegalArgumentException("an empty name of a " + type + ": expected a name, or the default");
        }
        if (parts.containsKey(type)) {
            throw new IllegalArgumentException(type + " is given twice");
        }
        parts.put(type, name);
    }

    /** @throws IllegalArgumentException if one is not named */
    ClientQuotaEntity entity() {
        if (!isWhole) {
            throw new IllegalArgumentException(
                    "quotas are changed of one: expected --entity-name NAME or " + DEFAULT + " for each --entity-type");
        }
        return new ClientQuotaEntity(parts);
    }

    /** Which to show: where no name is given, all of the type. */
    ClientQuotaFilter filter() {
        final List<ClientQuotaFilterComponent> components = new ArrayList<>();
        int named = names.size();
        for (final Map.Entry<String, String> part : parts.entrySet()) {
            final boolean isNamed = part.getValue() != null || isWhole || named > 0;
            named -= isNamed ? 1 : 0;
            if (!isNamed) {
                components.add(ClientQuotaFilterComponent.ofEntityType(part.getKey()));
            } else if (part.getValue() == null) {
                components.add(ClientQuotaFilterComponent.ofDefaultEntity(part.getKey()));
            } else {
                components.add(ClientQuotaFilterComponent.ofEntity(part.getKey(), part.getValue()));
            }
        }
        return ClientQuotaFilter.containsOnly(components);
    }

    /** As people read it: {@code user alice, client-id c}. */
    static String text(final ClientQuotaEntity entity) {
        final List<String> texts = new ArrayList<>();
        for (final String type : List.of(ClientQuotaEntity.USER, ClientQuotaEntity.CLIENT_ID, ClientQuotaEntity.IP)) {
            if (entity.entries().containsKey(type)) {
                final String name = entity.entries().get(type);
                texts.add(type + " " + (name == null ? NO_NAME : name));
            }
        }
        return String.join(", ", texts);
    }
}
