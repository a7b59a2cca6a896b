package io.millrace.net.broker;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.RequestUtils;

/** The smallest client there is: one request at a time, waited for. For warming up and for training runs. */
public final class LoopbackClient implements AutoCloseable {
    private static final String CLIENT_ID = "millrace-warm-up";
    private static final int ANSWER_BYTES_MAX = 64 * 1024 * 1024;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final OutputStream out;
    private int correlationId;

    public LoopbackClient(final InetSocketAddress address, final int timeoutMs) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(timeoutMs);
        socket.connect(address, timeoutMs);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    /** Sends the request and returns its parsed answer. */
    public ApiMessage exchange(final ApiKeys api, final short version, final ApiMessage request) throws IOException {
        final RequestHeaderData header = new RequestHeaderData()
                .setRequestApiKey(api.id)
                .setRequestApiVersion(version)
                .setCorrelationId(++correlationId)
                .setClientId(CLIENT_ID);
        final ByteBuffer frame = RequestUtils.serialize(header, api.requestHeaderVersion(version), request, version);
        final ByteBuffer whole = ByteBuffer.allocate(Integer.BYTES + frame.remaining());
        whole.putInt(frame.remaining()).put(frame);
        out.write(whole.array());
        final int length = in.readInt();
        if (length < 0 || length > ANSWER_BYTES_MAX) {
            throw new IOException("an answer of " + length + " bytes");
        }
        final byte[] answer = new byte[length];
        in.readFully(answer);
        final ByteBufferAccessor bytes = new ByteBufferAccessor(ByteBuffer.wrap(answer));
        final ResponseHeaderData answerHeader = new ResponseHeaderData(bytes, api.responseHeaderVersion(version));
        if (answerHeader.correlationId() != correlationId) {
            throw new IOException("answer " + answerHeader.correlationId() + " to request " + correlationId);
        }
        final ApiMessage response = api.messageType.newResponse();
        response.read(bytes, version);
        return response;
    }

    /** Ends the conversation and waits until the broker has ended it too. */
    public void hangUp() throws IOException {
        socket.shutdownOutput();
        if (in.read() >= 0) {
            throw new IOException("an answer to nothing");
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
