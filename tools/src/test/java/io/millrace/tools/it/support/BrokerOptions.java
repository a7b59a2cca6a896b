package io.millrace.tools.it.support;

import java.util.LinkedHashMap;
import java.util.Map;

/** How a test wants its broker: what no test says has the broker's own default. Zero cores means all. */
public record BrokerOptions(int cores, String advertise, String durability, Map<String, String> settings) {
    public static BrokerOptions defaults() {
        return new BrokerOptions(0, "node", "fsync", Map.of());
    }

    public BrokerOptions withCores(final int newCores) {
        return new BrokerOptions(newCores, advertise, durability, settings);
    }

    public BrokerOptions advertising(final String newAdvertise) {
        return new BrokerOptions(cores, newAdvertise, durability, settings);
    }

    public BrokerOptions withDurability(final String newDurability) {
        return new BrokerOptions(cores, advertise, newDurability, settings);
    }

    public BrokerOptions with(final String key, final String value) {
        final Map<String, String> merged = new LinkedHashMap<>(settings);
        merged.put(key, value);
        return new BrokerOptions(cores, advertise, durability, merged);
    }
}
