package io.millrace.net.kafka.admin;

import io.millrace.engine.settings.ValueSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;

/** Kafka's numbers for where a value in force came from. */
final class ConfigSources {
    private ConfigSources() {}

    static byte wire(final ValueSource source) {
        return switch (source) {
            case DYNAMIC_TOPIC -> ConfigSource.TOPIC_CONFIG.id();
            case DYNAMIC_BROKER -> ConfigSource.DYNAMIC_BROKER_CONFIG.id();
            case DYNAMIC_DEFAULT_BROKER -> ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG.id();
            case COMMAND_LINE, ENVIRONMENT, FILE -> ConfigSource.STATIC_BROKER_CONFIG.id();
            case DEFAULT -> ConfigSource.DEFAULT_CONFIG.id();
        };
    }
}
