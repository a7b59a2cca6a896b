package io.millrace.tools.client;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Whose quotas a command line is about, spelled as Kafka's own tool spells it: {@code --entity-type users …} or {@code --user …}. */
final class QuotaTarget {
    private static final Map<String, String> TYPES = Map.of(
            "users", ClientQuotaEntity.USER, "clients", ClientQuotaEntity.CLIENT_ID, "ips", ClientQuotaEntity.IP);
    private static final String DEFAULT = "--entity-default";
    /** How the default is shown. */
    private static final String NO_NAME = "<default>";

    /** Which of a type. */
    static final class Name {
        @Option(names = "--entity-name", required = true, paramLabel = "NAME", description = "Its name.")
        private String text;

        @Option(names = DEFAULT, required = true, description = "For all that have no quota of their own.")
        private boolean isDefault;
    }

    @Option(
            names = "--entity-type",
            paramLabel = "TYPE",
            description = "Quotas of users, clients or ips; users and clients together for a client of a user.")
    private List<String> types = new ArrayList<>();

    /** In the order of the command line. */
    @ArgGroup(multiplicity = "0..*")
    private List<Name> names = new ArrayList<>();

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

    /** By Kafka's type: a name, the default, or any. */
    private final Map<String, ClientQuotaFilterComponent> parts = new LinkedHashMap<>();

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
        if (names.size() > types.size()) {
            final Name extra = names.get(types.size());
            final String given = extra.isDefault ? DEFAULT : "--entity-name " + extra.text;
            throw new IllegalArgumentException(given + ": expected an --entity-type for each");
        }
        final Iterator<Name> next = names.iterator();
        for (final String type : types) {
            final String kafkas = TYPES.get(type);
            if (kafkas == null) {
                throw new IllegalArgumentException("--entity-type " + type
                        + ": expected users, clients or ips (topics, brokers and groups: configs topic NAME)");
            }
            if (next.hasNext()) {
                final Name name = next.next();
                put(kafkas, name.text);
            } else {
                put(ClientQuotaFilterComponent.ofEntityType(kafkas));
            }
        }
        putShort(ClientQuotaEntity.USER, user, userDefaults);
        putShort(ClientQuotaEntity.CLIENT_ID, client, clientDefaults);
        putShort(ClientQuotaEntity.IP, ip, ipDefaults);
        if (parts.containsKey(ClientQuotaEntity.IP) && parts.size() > 1) {
            throw new IllegalArgumentException("ips: expected no users or clients beside them");
        }
    }

    private void putShort(final String type, final String name, final boolean isDefault) {
        if (name != null && isDefault) {
            throw new IllegalArgumentException(name + ": expected a name or the defaults, not both");
        }
        if (name != null || isDefault) {
            put(type, name);
        }
    }

    /** @param name null for the default */
    private void put(final String type, final String name) {
        if (name != null && name.isEmpty()) {
            throw new IllegalArgumentException("an empty name of a " + type + ": expected a name, or the default");
        }
        put(
                name == null
                        ? ClientQuotaFilterComponent.ofDefaultEntity(type)
                        : ClientQuotaFilterComponent.ofEntity(type, name));
    }

    private void put(final ClientQuotaFilterComponent part) {
        if (parts.put(part.entityType(), part) != null) {
            throw new IllegalArgumentException(part.entityType() + " is given twice");
        }
    }

    /** @throws IllegalArgumentException if one is not named */
    ClientQuotaEntity entity() {
        final Map<String, String> entries = new LinkedHashMap<>();
        for (final ClientQuotaFilterComponent part : parts.values()) {
            // Kafka's way to say any.
            if (part.match() == null) {
                throw new IllegalArgumentException("quotas are changed of one: expected --entity-name NAME or "
                        + DEFAULT + " for each --entity-type");
            }
            entries.put(part.entityType(), part.match().orElse(null));
        }
        return new ClientQuotaEntity(entries);
    }

    /** Which to show: where no name is given, all of the type. */
    ClientQuotaFilter filter() {
        return ClientQuotaFilter.containsOnly(parts.values());
    }

    /** As people read it: {@code user alice, client-id c}. */
    static String text(final ClientQuotaEntity entity) {
        final List<String> texts = new ArrayList<>();
        for (final String type : List.of(ClientQuotaEntity.USER, ClientQuotaEntity.CLIENT_ID, ClientQuotaEntity.IP)) {
            if (entity.entries().containsKey(type)) {
                final String name = entity.entries().get(type);
                texts.add(type + " " + text(name));
            }
        }
        return String.join(", ", texts);
    }

    /** The default, and one who is called so, are told apart. */
    private static String text(final String name) {
        if (name == null) {
            return NO_NAME;
        }
        return name.equals(NO_NAME) ? '"' + name + '"' : name;
    }
}
