package io.millrace.net.kafka.group;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;

/**
 * The broker's settings as Apache Kafka's coordinators look them up: those that it lets be altered while the broker
 * runs they ask for each time, the others once. Owned by the core's thread.
 */
final class LiveSettings extends AbstractConfig {
    private Map<String, ?> latest;

    LiveSettings(final Map<String, String> atStart) {
        super(GroupCoordinatorConfig.CONFIG_DEF, atStart, false);
    }

    /** What is set from now on; a value outside its bounds, which may have come with a start, is taken for the next in. */
    void follow(final Map<String, String> settings) {
        final Map<String, String> bounded = new HashMap<>(settings);
        GroupCoordinatorConfig.clampDynamicConfigs(bounded);
        latest = new AbstractConfig(GroupCoordinatorConfig.CONFIG_DEF, bounded, false).values();
    }

    @Override
    protected Object get(final String key) {
        return latest == null ? super.get(key) : latest.get(key);
    }
}
