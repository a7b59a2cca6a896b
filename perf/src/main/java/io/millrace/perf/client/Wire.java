package io.millrace.perf.client;

import java.nio.ByteBuffer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/** Frames of Kafka's protocol, size included, by the message classes of kafka-clients. */
public final class Wire {
    private static final String CLIENT_ID = "millrace-perf";
    private static final int KEY_AND_VERSION_BYTES = 4;

    private Wire() {}

    /** A whole request, ready to be sent any number of times. */
    public static ByteBuffer request(
            final ApiKeys api, final short version, final int correlationId, final ApiMessage body) {
        final RequestHeaderData header = new RequestHeaderData()
                .setRequestApiKey(api.id)
                .setRequestApiVersion(version)
                .setCorrelationId(correlationId)
                .setClientId(CLIENT_ID);
        return frame(header, api.requestHeaderVersion(version), body, version);
    }

    /** A whole response to the request that had this header. */
    public static ByteBuffer response(final RequestHeaderData request, final ApiMessage body) {
        final short version = request.requestApiVersion();
        final ResponseHeaderData header = new ResponseHeaderData().setCorrelationId(request.correlationId());
        final short headerVersion = ApiKeys.forId(request.requestApiKey()).responseHeaderVersion(version);
        return frame(header, headerVersion, body, version);
    }

    /** Reads a request's header; the buffer's position is at the body then. */
    public static RequestHeaderData readHeader(final ByteBuffer frame) {
        final int start = frame.position();
        final ApiKeys api = ApiKeys.forId(frame.getShort(start));
        final short version = frame.getShort(start + KEY_AND_VERSION_BYTES / 2);
        return new RequestHeaderData(new ByteBufferAccessor(frame), api.requestHeaderVersion(version));
    }

    private static ByteBuffer frame(
            final ApiMessage header, final short headerVersion, final ApiMessage body, final short version) {
        final ObjectSerializationCache cache = new ObjectSerializationCache();
        final int size = header.size(cache, headerVersion) + body.size(cache, version);
        final ByteBufferAccessor out = new ByteBufferAccessor(ByteBuffer.allocate(Integer.BYTES + size));
        out.writeInt(size);
        header.write(out, cache, headerVersion);
        body.write(out, cache, version);
        out.flip();
        return out.buffer();
    }
}
