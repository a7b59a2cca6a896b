package io.millrace.tools.it.support;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/** Requests to bytes and bytes to responses, by Kafka's generated classes, with nothing checked or filled in. */
public final class Wire {
    private static final String CLIENT_ID = "raw";

    private Wire() {}

    public static byte[] request(final ApiMessage request, final short version, final int correlation) {
        final ApiKeys api = ApiKeys.forId(request.apiKey());
        final RequestHeaderData header = header(api.id, version, correlation);
        return concat(bytes(header, api.requestHeaderVersion(version)), bytes(request, version));
    }

    /** A request's frame whose header says what its body may not be. */
    public static byte[] request(
            final short apiKey, final short version, final short headerVersion, final byte[] body) {
        return concat(bytes(header(apiKey, version, 1), headerVersion), body);
    }

    private static RequestHeaderData header(final short apiKey, final short version, final int correlation) {
        return new RequestHeaderData()
                .setRequestApiKey(apiKey)
                .setRequestApiVersion(version)
                .setCorrelationId(correlation)
                .setClientId(CLIENT_ID);
    }

    public static byte[] bytes(final Message message, final short version) {
        final ObjectSerializationCache cache = new ObjectSerializationCache();
        final int size = message.size(cache, version);
        final ByteBuffer buffer = ByteBuffer.allocate(size);
        message.write(new ByteBufferAccessor(buffer), cache, version);
        return buffer.array();
    }

    public static ApiMessage response(
            final ApiKeys api, final short version, final int correlation, final ByteBuffer payload) {
        final ByteBufferAccessor readable = new ByteBufferAccessor(payload.duplicate());
        final short headerVersion = api.responseHeaderVersion(version);
        final int answered = new ResponseHeaderData(readable, headerVersion).correlationId();
        if (answered != correlation) {
            throw new IllegalStateException(
                    api + " v" + version + ": correlation " + answered + " instead of " + correlation);
        }
        final ApiMessage response = api.messageType.newResponse();
        response.read(readable, version);
        if (readable.remaining() != 0) {
            throw new IllegalStateException(
                    api + " v" + version + ": " + readable.remaining() + " bytes too many in the answer");
        }
        return response;
    }

    public static byte[] concat(final byte[] first, final byte[] second) {
        final byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
