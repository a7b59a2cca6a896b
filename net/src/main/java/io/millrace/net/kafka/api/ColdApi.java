package io.millrace.net.kafka.api;

import io.millrace.engine.port.Housekeeping;
import io.millrace.net.connection.CloseReason;
import io.millrace.net.connection.Exchange;
import io.millrace.net.connection.PooledBuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/**
 * An API that is not worth its own flyweights: reads and writes bodies by Kafka's generated message classes, which are
 * right for every version by construction and allocate. Requests are limited in size, since a small array of bytes
 * grows into a large one of objects.
 */
public final class ColdApi<Q extends ApiMessage> implements ApiHandler {
    private static final int ANSWER_BYTES_MAX = 256 << 20;

    /** Larger requests close the connection; some ten thousand topics fit. */
    public static final int REQUEST_BYTES_MAX = 2 * 1024 * 1024;

    private final Supplier<Q> newRequest;
    private final ColdHandler<Q> handler;

    public ColdApi(final Supplier<Q> newRequest, final ColdHandler<Q> handler) {
        this.newRequest = newRequest;
        this.handler = handler;
    }

    @Override
    public void handle(final Exchange exchange, final RequestHeader header) {
        final Q request = header.bodyLength() <= REQUEST_BYTES_MAX ? parse(exchange, header) : null;
        if (request == null) {
            exchange.fail(CloseReason.MALFORMED_REQUEST);
            return;
        }
        header.keepClientId(exchange.frame());
        exchange.releaseFrame();
        handler.handle(exchange, header, request);
    }

    /** The body, or null if the bytes do not parse: the generated classes throw whatever comes their way. */
    private Q parse(final Exchange exchange, final RequestHeader header) {
        final byte[] body = new byte[header.bodyLength()];
        exchange.frame().getBytes(header.bodyOffset(), body);
        final Q request = newRequest.get();
        try {
            request.read(new ByteBufferAccessor(ByteBuffer.wrap(body)), header.version());
            return request;
        } catch (final RuntimeException malformed) {
            return null;
        }
    }

    /** Answers the exchange, at once or in a later duty cycle. */
    public static void respond(final Exchange exchange, final Message response) {
        respond(exchange, response, RequestHeader.of(exchange).version());
    }

    /** As {@link #respond}, for an answer that nobody changes any more and that takes long to write: off the core. */
    public static void respondLarge(final Housekeeping lane, final Exchange exchange, final Message response) {
        final short version = RequestHeader.of(exchange).version();
        final ByteBuffer[] written = new ByteBuffer[1];
        final Runnable writing = () ->
                written[0] = MessageUtil.toByteBufferAccessor(response, version).buffer();
        if (!lane.submit(writing, () -> respond(exchange, written[0]))) {
            respond(exchange, response, version);
        }
    }

    /** Small requests that ask for very much are the client's mistake, and must not become the node's. */
    private static boolean isTooLarge(final Exchange exchange, final int length) {
        final boolean tooLarge = length < 0 || length > ANSWER_BYTES_MAX;
        if (tooLarge) {
            exchange.fail(CloseReason.MEMORY);
        }
        return tooLarge;
    }

    private static void respond(final Exchange exchange, final ByteBuffer body) {
        final RequestHeader header = RequestHeader.of(exchange);
        final int length = header.replyHeaderLength() + body.remaining();
        if (isTooLarge(exchange, length)) {
            return;
        }
        final PooledBuffer buffer = exchange.pool().take(length);
        final int at = header.writeReplyHeader(buffer);
        buffer.putBytes(at, body, body.position(), body.remaining());
        final ClientPayer payer = ClientPayer.of(exchange);
        final int throttleMs = payer == null ? 0 : payer.throttleMs(exchange, null);
        if (throttleMs > 0 && payer.field().isFirst(header.api(), header.version())) {
            buffer.putInt(at, throttleMs, ByteOrder.BIG_ENDIAN);
        }
        exchange.add(buffer, length);
        exchange.finish();
    }

    static void respond(final Exchange exchange, final Message response, final short version) {
        final RequestHeader header = RequestHeader.of(exchange);
        throttle(exchange, response);
        final ObjectSerializationCache cache = new ObjectSerializationCache();
        final int length;
        try {
            length = header.replyHeaderLength() + response.size(cache, version);
        } catch (final RuntimeException unwritable) {
            // A string that has grown, with what a client sent, beyond what the format has room for.
            exchange.fail(CloseReason.INTERNAL);
            return;
        }
        if (isTooLarge(exchange, length)) {
            return;
        }
        final PooledBuffer buffer = exchange.pool().take(length);
        final ByteBuffer target = buffer.byteBuffer().duplicate().clear();
        final int at = header.writeReplyHeader(buffer);
        target.position(at);
        response.write(new ByteBufferAccessor(target), cache, version);
        if (target.position() != length) {
            throw new IllegalStateException(
                    header.api() + " v" + version + " wrote " + target.position() + " bytes of " + length);
        }
        exchange.add(buffer, length);
        exchange.finish();
    }

    /** Has a client wait that took too much, and tells it so where the answer has a place for that. */
    private static void throttle(final Exchange exchange, final Message response) {
        final ClientPayer payer = ClientPayer.of(exchange);
        final int throttleMs = payer == null ? 0 : payer.throttleMs(exchange, null);
        if (throttleMs > 0) {
            payer.field().put(response, throttleMs);
        }
    }
}
