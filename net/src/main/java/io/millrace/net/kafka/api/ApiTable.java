package io.millrace.net.kafka.api;

import java.util.EnumMap;
import java.util.Map;

/** Which handler answers which API on one core. What has no handler is not advertised and not served. */
public final class ApiTable {
    private final Map<Api, ApiHandler> registered = new EnumMap<>(Api.class);
    private final ApiHandler[] handlers = new ApiHandler[Api.values().length];

    public ApiTable serve(final Api api, final ApiHandler handler) {
        if (registered.putIfAbsent(api, handler) != null) {
            throw new IllegalArgumentException(api + " has a handler already");
        }
        handlers[api.ordinal()] = handler;
        return this;
    }

    /** The handler, or null if the API is not served. */
    public ApiHandler handler(final Api api) {
        return handlers[api.ordinal()];
    }

    public Iterable<Api> served() {
        return registered.keySet();
    }
}
