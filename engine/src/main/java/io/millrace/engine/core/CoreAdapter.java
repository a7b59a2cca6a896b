package io.millrace.engine.core;

import io.millrace.codec.core.AppendReplyDecoder;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;

/** Takes the messages of one ring: replies go to who waits for them, requests to their route. */
final class CoreAdapter implements MessageHandler {
    private final int from;
    private final Ring ring;
    private final Requests requests;
    private final MessageRoutes routes;

    CoreAdapter(final int from, final Ring ring, final Requests requests, final MessageRoutes routes) {
        this.from = from;
        this.ring = ring;
        this.requests = requests;
        this.routes = routes;
    }

    int drain(final int limit) {
        return ring.drain(this, limit);
    }

    boolean isEmpty() {
        return ring.isEmpty();
    }

    @Override
    public void onMessage(final int templateId, final MutableDirectBuffer buffer, final int index, final int length) {
        final MessageRoutes.Route route = routes.of(templateId);
        if (route != null) {
            route.onMessage(from, buffer, index, length);
        } else {
            // Every message starts with its correlation; that of a reply is the asker's.
            final long correlation = buffer.getLong(
                    index + AppendReplyDecoder.correlationEncodingOffset(), AppendReplyDecoder.BYTE_ORDER);
            requests.onReply(from, correlation, templateId, buffer, index, length);
        }
    }
}
