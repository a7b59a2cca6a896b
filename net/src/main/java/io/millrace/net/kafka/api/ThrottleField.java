package io.millrace.net.kafka.api;

import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.types.BoundField;

/**
 * Whether an answer's body begins with the time for which its client is to wait, as those of nearly all APIs do, by what
 * Kafka's classes say of it. Looked at when an answer of that API has to say so first. Owned by the core's thread.
 */
final class ThrottleField {
    private static final String NAME = "throttle_time_ms";
    private static final byte UNKNOWN = 0;
    private static final byte FIRST = 1;
    private static final byte ELSEWHERE = 2;

    /** By API and version. */
    private final byte[][] knownOf = new byte[Api.values().length][];

    boolean isFirst(final Api api, final int version) {
        byte[] known = knownOf[api.ordinal()];
        if (known == null) {
            known = new byte[api.versionMax() + 1];
            knownOf[api.ordinal()] = known;
        }
        if (known[version] == UNKNOWN) {
            final BoundField[] fields = ApiMessageType.fromApiKey(api.key())
                    .responseSchemas()[version]
                    .fields();
            known[version] = fields.length > 0 && fields[0].def.name.equals(NAME) ? FIRST : ELSEWHERE;
        }
        return known[version] == FIRST;
    }
}
