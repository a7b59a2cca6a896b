package io.millrace.net.kafka.quota;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.requests.ApiError;

/** Which entities there may be and what they may have, with Kafka's errors and words. */
final class QuotaRules {
    static final String PRODUCER_BYTE_RATE = "producer_byte_rate";
    static final String CONSUMER_BYTE_RATE = "consumer_byte_rate";
    static final String REQUEST_PERCENTAGE = "request_percentage";
    static final String CONTROLLER_MUTATION_RATE = "controller_mutation_rate";
    static final String CONNECTION_CREATION_RATE = "connection_creation_rate";

    private static final double FRACTION_MAX = 1e-6;
    private static final String EMPTY = "Invalid empty client quota entity";

    private QuotaRules() {}

    /** What is wrong with an entity, or null. May look an address up, which takes its time. */
    static ApiError complaint(final Map<String, String> parts) {
        if (parts.isEmpty()) {
            return refused(EMPTY);
        }
        for (final Map.Entry<String, String> part : parts.entrySet()) {
            if (!ClientQuotaEntity.isValidEntityType(part.getKey())) {
                return refused("Unhandled client quota entity type: " + part.getKey());
            }
            if (part.getValue() != null && part.getValue().isEmpty()) {
                return refused("Empty " + part.getKey() + " not supported");
            }
        }
        if (!parts.containsKey(ClientQuotaEntity.IP)) {
            return null;
        }
        if (parts.size() > 1) {
            return refused("Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId");
        }
        final String address = parts.get(ClientQuotaEntity.IP);
        return address == null || isAddress(address)
                ? null
                : refused(address + " is not a valid IP or resolvable host.");
    }

    private static boolean isAddress(final String text) {
        try {
            InetAddress.getByName(text);
            return true;
        } catch (final UnknownHostException e) {
            return false;
        }
    }

    /** What is wrong with a value that an entity of these parts shall have, or null. */
    static ApiError complaint(final Map<String, String> parts, final String key, final double value) {
        final double valueMax = valueMax(key, parts.containsKey(ClientQuotaEntity.IP));
        if (valueMax < 0) {
            return refused("Invalid configuration key " + key);
        }
        if (!Double.isFinite(value)) {
            return refused("Quota " + key + " must be a finite number");
        }
        if (value <= 0) {
            return refused("Quota " + key + " must be greater than 0");
        }
        if (valueMax == Double.MAX_VALUE) {
            return null;
        }
        if (value > valueMax) {
            return refused("Proposed value for " + key + " is too large for "
                    + (valueMax == Integer.MAX_VALUE ? "an INT." : "a LONG."));
        }
        return Math.abs(value % 1.0) > FRACTION_MAX ? refused(key + " cannot be a fractional value.") : null;
    }

    /** The largest value of a key, {@code Double.MAX_VALUE} if it may be fractional, -1 if there is no such key. */
    private static double valueMax(final String key, final boolean ofAddress) {
        if (ofAddress) {
            return key.equals(CONNECTION_CREATION_RATE) ? Integer.MAX_VALUE : -1;
        }
        return switch (key) {
            case PRODUCER_BYTE_RATE, CONSUMER_BYTE_RATE -> Long.MAX_VALUE;
            case REQUEST_PERCENTAGE, CONTROLLER_MUTATION_RATE -> Double.MAX_VALUE;
            default -> -1;
        };
    }

    private static ApiError refused(final String message) {
        return new ApiError(Errors.INVALID_REQUEST, message);
    }
}
