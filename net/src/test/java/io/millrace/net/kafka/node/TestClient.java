package io.millrace.net.kafka.node;

import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;

/** A client of a {@link TestNode} that speaks by Kafka's generated classes. */
public final class TestClient {
    private final TestNode node;
    private final MemoryEndpoint endpoint;
    private String clientId = "test";
    private int nextCorrelation;
    private int nextAnswer;

    TestClient(final TestNode node, final MemoryEndpoint endpoint) {
        this.node = node;
        this.endpoint = endpoint;
    }

    /** Calls itself so from now on. */
    public TestClient named(final String name) {
        clientId = name;
        return this;
    }

    public <R extends ApiMessage> R call(final ApiMessage request, final int version, final Supplier<R> response) {
        send(request, version);
        return receive(version, response);
    }

    public void send(final ApiMessage request, final int version) {
        send(encode(request, version));
    }

    /** Sends a frame that was made by {@link #encode}. */
    public void send(final byte[] frame) {
        endpoint.arrive(frame);
    }

    public byte[] encode(final ApiMessage request, final int version) {
        final short headerVersion = ApiKeys.forId(request.apiKey()).requestHeaderVersion((short) version);
        final RequestHeaderData header = new RequestHeaderData()
                .setRequestApiKey(request.apiKey())
                .setRequestApiVersion((short) version)
                .setCorrelationId(nextCorrelation++)
                .setClientId(clientId);
        final ByteBuffer head =
                MessageUtil.toByteBufferAccessor(header, headerVersion).buffer();
        final ByteBuffer body =
                MessageUtil.toByteBufferAccessor(request, (short) version).buffer();
        final int size = head.remaining() + body.remaining();
        return ByteBuffer.allocate(Integer.BYTES + size)
                .putInt(size)
                .put(head)
                .put(body)
                .array();
    }

    /** Waits for the answer to the oldest request that has none yet. */
    public <R extends ApiMessage> R receive(final int version, final Supplier<R> response) {
        final byte[][] frame = new byte[1][];
        node.await(() -> (frame[0] = endpoint.takeFrame()) != null || endpoint.isClosed());
        if (frame[0] == null) {
            throw new AssertionError("closed without an answer");
        }
        return decode(frame[0], version, response.get());
    }

    /** Takes the answer to the oldest request that has none yet, which is there, without looking at it. */
    public int skipAnswer() {
        return endpoint.skipFrame();
    }

    /** Whether the whole answer to the oldest request that has none yet is there. */
    public boolean hasAnswer() {
        return endpoint.hasFrame();
    }

    private <R extends ApiMessage> R decode(final byte[] frame, final int version, final R response) {
        final ByteBufferAccessor bytes = new ByteBufferAccessor(ByteBuffer.wrap(frame));
        final short headerVersion = ApiKeys.forId(response.apiKey()).responseHeaderVersion((short) version);
        final int correlation = new ResponseHeaderData(bytes, headerVersion).correlationId();
        if (correlation != nextAnswer++) {
            throw new AssertionError("answer " + correlation + ", expected " + (nextAnswer - 1));
        }
        response.read(bytes, (short) version);
        if (bytes.remaining() != 0) {
            throw new AssertionError(bytes.remaining() + " bytes too many");
        }
        return response;
    }

    public boolean isClosed() {
        return endpoint.isClosed();
    }

    /** Takes nothing any more of what it is sent. */
    public void stall() {
        endpoint.stall();
    }

    /** Goes away without a word. */
    public void hangUp() {
        endpoint.hangUp();
    }

    /** Bytes that came straight from files. */
    public long fileBytes() {
        return endpoint.fileBytes();
    }
}
