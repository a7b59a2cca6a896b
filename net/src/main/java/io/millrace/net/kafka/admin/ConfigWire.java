package io.millrace.net.kafka.admin;

import io.millrace.engine.settings.ValueSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/** Kafka's numbers for sources and types of configs, and the names of broker resources. */
final class ConfigWire {
    private ConfigWire() {}

    static byte source(final ValueSource source) {
        return switch (source) {
            case DYNAMIC_TOPIC -> ConfigSource.TOPIC_CONFIG.id();
            case DYNAMIC_GROUP -> ConfigSource.GROUP_CONFIG.id();
            case DYNAMIC_CLIENT_METRICS -> ConfigSource.CLIENT_METRICS_CONFIG.id();
            case DYNAMIC_BROKER -> ConfigSource.DYNAMIC_BROKER_CONFIG.id();
            case DYNAMIC_DEFAULT_BROKER -> ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG.id();
            case COMMAND_LINE, ENVIRONMENT, FILE -> ConfigSource.STATIC_BROKER_CONFIG.id();
            case DEFAULT -> ConfigSource.DEFAULT_CONFIG.id();
        };
    }

    static byte type(final String name) {
        for (final ConfigType type : ConfigType.values()) {
            if (type.name().equals(name)) {
                return type.id();
            }
        }
        return ConfigType.UNKNOWN.id();
    }

    /**
     * Says what is wrong with the name of a broker resource, or null: only the broker itself takes it.
     *
     * @param idName   how Kafka calls an id there
     * @param expected what Kafka says after the id that it expects
     */
    static String complaint(final String name, final int brokerId, final String idName, final String expected) {
        return complaint(name, brokerId, idName, "Unexpected broker id, expected ", expected);
    }

    /** The same when loggers are to be altered, where Kafka words it in another way. */
    static String complaintOfLoggers(final String name, final int brokerId) {
        return complaint(name, brokerId, "Node", "Unexpected node id. Expected ", ",");
    }

    private static String complaint(
            final String name, final int brokerId, final String idName, final String unexpected, final String after) {
        final int id;
        try {
            id = Integer.parseInt(name);
        } catch (final NumberFormatException notNumber) {
            return idName + " id must be an integer, but it is: " + name;
        }
        return id == brokerId ? null : unexpected + brokerId + after + " but received " + name;
    }
}
