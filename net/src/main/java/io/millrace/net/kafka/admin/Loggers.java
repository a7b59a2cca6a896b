package io.millrace.net.kafka.admin;

import io.millrace.engine.metadata.ConfigChange;
import java.util.List;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;

/** The broker's loggers as a resource (KIP-412): changed at once, and forgotten when the broker stops. */
final class Loggers {
    private static final String ROOT = "root";
    private static final List<String> LEVELS = List.of("DEBUG", "ERROR", "FATAL", "INFO", "TRACE", "WARN");

    private final LogLevels levels;

    Loggers(final LogLevels levels) {
        this.levels = levels;
    }

    /** The only one there is. */
    DescribeConfigsResourceResult described() {
        return new DescribeConfigsResourceResult()
                .setName(ROOT)
                .setValue(levels.root())
                .setConfigSource(ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG.id())
                .setReadOnly(false)
                .setIsSensitive(false);
    }

    boolean isAsked(final List<String> keys) {
        return keys == null || keys.isEmpty() || keys.contains(ROOT);
    }

    /** All or nothing. */
    void alter(
            final List<ConfigAlteration.Wish> wishes,
            final boolean validateOnly,
            final ConfigAlteration.Answer answer) {
        for (final ConfigAlteration.Wish wish : wishes) {
            if (isRefused(wish, answer)) {
                return;
            }
        }
        if (!validateOnly) {
            // What is left sets the one logger there is.
            wishes.forEach(wish -> levels.root(wish.value()));
        }
        answer.accept(Errors.NONE, null);
    }

    private static boolean isRefused(final ConfigAlteration.Wish wish, final ConfigAlteration.Answer answer) {
        final ConfigChange.Operation operation = ConfigChange.Operation.of(wish.operation());
        if (operation != ConfigChange.Operation.SET && operation != ConfigChange.Operation.DELETE) {
            final String name = operation == null
                    ? "Unknown operation type " + wish.operation() + " is"
                    : operation + " operation is";
            answer.accept(Errors.INVALID_REQUEST, name + " not allowed for the BROKER_LOGGER resource");
        } else if (!wish.name().equals(ROOT)) {
            answer.accept(Errors.INVALID_CONFIG, "Logger " + wish.name() + " does not exist!");
        } else if (operation == ConfigChange.Operation.DELETE) {
            answer.accept(Errors.INVALID_REQUEST, "Removing the log level of the root logger is not allowed");
        } else if (!LEVELS.contains(wish.value())) {
            answer.accept(
                    Errors.INVALID_CONFIG,
                    "Cannot set the log level of root to " + wish.value()
                            + " as it is not a supported log level. Valid log levels are "
                            + String.join(", ", LEVELS));
        } else {
            return false;
        }
        return true;
    }
}
