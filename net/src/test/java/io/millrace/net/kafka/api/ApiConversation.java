package io.millrace.net.kafka.api;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;

/** A client that speaks by Kafka's generated classes, or by bytes. */
final class ApiConversation implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private int correlationId;

    ApiConversation(final Socket socket) throws IOException {
        this.socket = socket;
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
    }

    static byte[] encode(
            final ApiMessage request, final short version, final int correlationId, final String clientId) {
        final short headerVersion = ApiKeys.forId(request.apiKey()).requestHeaderVersion(version);
        final RequestHeaderData header = new RequestHeaderData()
                .setRequestApiKey(request.apiKey())
                .setRequestApiVersion(version)
                .setCorrelationId(correlationId)
                .setClientId(clientId);
        final ByteBuffer head =
                MessageUtil.toByteBufferAccessor(header, headerVersion).buffer();
        final ByteBuffer body =
                MessageUtil.toByteBufferAccessor(request, version).buffer();
        return ByteBuffer.allocate(head.remaining() + body.remaining())
                .put(head)
                .put(body)
                .array();
    }

    <R extends ApiMessage> R ask(final ApiMessage request, final int version, final R response) throws IOException {
        sendFrame(encode(request, (short) version, ++correlationId, "conversation"));
        return read(response, version);
    }

    <R extends ApiMessage> R read(final R response, final int version) throws IOException {
        final ByteBuffer frame = ByteBuffer.wrap(readFrame());
        final ResponseHeaderData header = new ResponseHeaderData(
                new ByteBufferAccessor(frame), ApiKeys.forId(response.apiKey()).responseHeaderVersion((short) version));
        if (header.correlationId() != correlationId) {
            throw new AssertionError("correlation id " + header.correlationId() + ", expected " + correlationId);
        }
        response.read(new ByteBufferAccessor(frame), (short) version);
        if (frame.hasRemaining()) {
            throw new AssertionError(frame.remaining() + " bytes behind the answer");
        }
        return response;
    }

    void sendFrame(final byte[] frame) throws IOException {
        out.writeInt(frame.length);
        out.write(frame);
    }

    void correlationId(final int newCorrelationId) {
        correlationId = newCorrelationId;
    }

    byte[] readFrame() throws IOException {
        final byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        return frame;
    }

    boolean isEnded() throws IOException {
        return in.read() < 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
