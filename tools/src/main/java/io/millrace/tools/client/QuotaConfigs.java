package io.millrace.tools.client;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaAlteration.Op;
import org.apache.kafka.common.quota.ClientQuotaEntity;

/** Shows and changes quotas. */
final class QuotaConfigs {
    private final Cluster cluster;
    private final Output out;
    private final boolean isJson;

    QuotaConfigs(final Cluster cluster, final Output out, final boolean isJson) {
        this.cluster = cluster;
        this.out = out;
        this.isJson = isJson;
    }

    /** @throws IllegalArgumentException for what is no number */
    static List<Op> changes(final Map<String, String> sets, final Collection<String> unsets) {
        final List<Op> changes = new ArrayList<>();
        sets.forEach((key, value) -> {
            try {
                changes.add(new Op(key, Double.valueOf(value.strip())));
            } catch (final NumberFormatException notANumber) {
                throw new IllegalArgumentException(key + "=" + value + ": expected a number, such as 1000000");
            }
        });
        unsets.forEach(key -> changes.add(new Op(key, null)));
        return changes;
    }

    /** Returns whether there is any. */
    boolean show(final QuotaTarget target) {
        final Map<ClientQuotaEntity, Map<String, Double>> found = find(target);
        final Map<String, Map<String, Double>> sorted = new TreeMap<>();
        found.forEach((entity, values) -> sorted.put(QuotaTarget.text(entity), new TreeMap<>(values)));
        final Table table = new Table("of", "quota", "value");
        sorted.forEach((entity, values) -> values.forEach((key, value) -> table.row(entity, key, text(value))));
        table.print(out, isJson);
        return !table.isEmpty();
    }

    private Map<ClientQuotaEntity, Map<String, Double>> find(final QuotaTarget target) {
        return cluster.get(
                "cannot show quotas: ",
                cluster.admin().describeClientQuotas(target.filter()).entities());
    }

    /** All of the changes, or none. As Kafka's tool, removes nothing that is not set: it would be a slip of the pen. */
    void alter(final QuotaTarget target, final List<Op> changes) {
        final ClientQuotaEntity entity = target.entity();
        final String name = QuotaTarget.text(entity);
        checkRemovals(target, name, changes);
        cluster.get(
                "cannot change quotas of " + name + ": ",
                cluster.admin()
                        .alterClientQuotas(List.of(new ClientQuotaAlteration(entity, changes)))
                        .all());
        for (final Op change : changes) {
            final String value = change.value() == null ? null : text(change.value());
            if (isJson) {
                out.line(Json.of(Json.object("of", name, "quota", change.key(), "value", value)));
            } else {
                out.line(name + ": " + change.key() + (value == null ? " removed" : "=" + value));
            }
        }
    }

    private void checkRemovals(final QuotaTarget target, final String name, final List<Op> changes) {
        final List<String> removed = changes.stream()
                .filter(change -> change.value() == null)
                .map(Op::key)
                .toList();
        if (removed.isEmpty()) {
            return;
        }
        final Map<String, Double> set = find(target).getOrDefault(target.entity(), Map.of());
        for (final String key : removed) {
            if (!set.containsKey(key)) {
                final String expected = set.isEmpty() ? "" : ", only " + String.join(", ", new TreeSet<>(set.keySet()));
                throw new CommandFailure("cannot change quotas of " + name + ": " + key + " is not set" + expected);
            }
        }
    }

    /** Whole numbers without a point. */
    private static String text(final double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
