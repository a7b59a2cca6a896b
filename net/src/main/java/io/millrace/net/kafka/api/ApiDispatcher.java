package io.millrace.net.kafka.api;

import io.millrace.net.connection.CloseReason;
import io.millrace.net.connection.Exchange;
import io.millrace.net.connection.FrameHandler;
import io.millrace.net.connection.PooledBuffer;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * From a frame to the handler of its API: one per core and listener. What is not in the table, and what does not
 * parse, closes the connection without an answer, as Apache Kafka does.
 */
public final class ApiDispatcher implements FrameHandler {
    private final ApiTable table;
    private final ListenerView listener;
    private final ClientQuotas quotas;

    /** For clients that take what they like. */
    public ApiDispatcher(final ApiTable table, final ListenerView listener) {
        this(table, listener, null);
    }

    public ApiDispatcher(final ApiTable table, final ListenerView listener, final ClientQuotas quotas) {
        this.table = table;
        this.listener = listener;
        this.quotas = quotas;
    }

    /** How clients see the node that come this way. */
    public ListenerView listener() {
        return listener;
    }

    @Override
    public boolean mayOverlap(final DirectBuffer frame, final int offset, final int length) {
        return length >= Short.BYTES && frame.getShort(offset, ByteOrder.BIG_ENDIAN) == Api.PRODUCE.key();
    }

    @Override
    public void onFrame(final Exchange exchange) {
        final PooledBuffer frame = exchange.frame();
        final ApiHandler handler = frame.capacity() < RequestHeader.CLIENT_ID_OFFSET ? null : handlerOf(frame);
        if (handler == null || !headerOf(exchange).parse(apiOf(frame), listener, frame)) {
            exchange.fail(CloseReason.MALFORMED_REQUEST);
            return;
        }
        exchange.kind(RequestHeader.of(exchange).api().ordinal());
        final ClientPayer payer = quotas == null ? null : quotas.identify(exchange, RequestHeader.of(exchange));
        if (payer != null) {
            payer.beginTime(exchange);
        }
        try {
            handler.handle(exchange, RequestHeader.of(exchange));
        } catch (final IndexOutOfBoundsException hostileLength) {
            exchange.fail(CloseReason.MALFORMED_REQUEST);
        }
        if (payer != null) {
            payer.endTime();
        }
    }

    /** The handler that serves the frame's API in its version, or null. */
    private ApiHandler handlerOf(final PooledBuffer frame) {
        final Api api = apiOf(frame);
        if (api == null) {
            return null;
        }
        // A client may begin with a version of ApiVersions that we do not know: it is told what we do know.
        final boolean isServed = api == Api.API_VERSIONS || api.serves(RequestHeader.apiVersion(frame));
        return isServed ? table.handler(api) : null;
    }

    private static Api apiOf(final PooledBuffer frame) {
        return Api.of(RequestHeader.apiKey(frame));
    }

    private static RequestHeader headerOf(final Exchange exchange) {
        if (exchange.codec() == null) {
            exchange.codec(new RequestHeader());
        }
        return RequestHeader.of(exchange);
    }
}
