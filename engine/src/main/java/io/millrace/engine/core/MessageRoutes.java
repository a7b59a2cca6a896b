package io.millrace.engine.core;

import org.agrona.DirectBuffer;

/** Which part of a core answers which kind of request, by SBE template. Filled once, when the core is built. */
public final class MessageRoutes {
    private static final int TEMPLATES = 32;

    /** Answers one kind of request. */
    @FunctionalInterface
    public interface Route {
        /** The message body lies at {@code offset}, lent for the call only. */
        void onMessage(int from, DirectBuffer buffer, int offset, int length);
    }

    private final Route[] routes = new Route[TEMPLATES];

    public void add(final int templateId, final Route route) {
        if (routes[templateId] != null) {
            throw new IllegalStateException("template " + templateId + " is routed twice");
        }
        routes[templateId] = route;
    }

    Route of(final int templateId) {
        return routes[templateId];
    }
}
