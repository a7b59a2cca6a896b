package io.millrace.net.kafka.api;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ObjIntConsumer;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.types.BoundField;

/**
 * Where an answer says for how long its client is to wait, by what Kafka's classes say of it. Looked at when a client
 * has to wait, the first time for each API. Owned by the core's thread.
 */
final class ThrottleField {
    private static final String NAME = "throttle_time_ms";
    private static final String SETTER = "setThrottleTimeMs";
    private static final ObjIntConsumer<Object> NONE = (message, waitMs) -> {};

    private final Map<Class<?>, ObjIntConsumer<Object>> setters = new HashMap<>();
    private final Map<Api, boolean[]> firsts = new EnumMap<>(Api.class);

    /** Has an answer that is not written yet say so, if it can. */
    void put(final Message answer, final int waitMs) {
        setters.computeIfAbsent(answer.getClass(), ThrottleField::setter).accept(answer, waitMs);
    }

    private static ObjIntConsumer<Object> setter(final Class<?> type) {
        try {
            final var method = type.getMethod(SETTER, int.class);
            return (message, waitMs) -> {
                try {
                    method.invoke(message, waitMs);
                } catch (final ReflectiveOperationException e) {
                    throw new IllegalStateException(type.getName(), e);
                }
            };
        } catch (final NoSuchMethodException hasNone) {
            return NONE;
        }
    }

    /** Whether an answer that is written already begins with it, as those do that are large. */
    boolean isFirst(final Api api, final int version) {
        return firsts.computeIfAbsent(api, ThrottleField::firsts)[version];
    }

    private static boolean[] firsts(final Api api) {
        final var schemas = ApiMessageType.fromApiKey(api.key()).responseSchemas();
        final boolean[] isFirst = new boolean[schemas.length];
        for (int version = 0; version < schemas.length; version++) {
            final BoundField[] fields = schemas[version] == null ? new BoundField[0] : schemas[version].fields();
            isFirst[version] = fields.length > 0 && fields[0].def.name.equals(NAME);
        }
        return isFirst;
    }
}
