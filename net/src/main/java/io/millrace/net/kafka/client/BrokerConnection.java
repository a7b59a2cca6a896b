package io.millrace.net.kafka.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/** One request after the other to one broker, without blocking. Owned by one thread. */
final class BrokerConnection implements AutoCloseable {
    private static final String CLIENT_ID = "millrace-follow";
    private static final int FRAME_BYTES_MAX = 256 << 20;
    private static final int INITIAL_BYTES = 64 * 1024;

    private final SocketChannel channel;
    private final InetSocketAddress address;
    private ByteBuffer out = ByteBuffer.allocate(0);
    private ByteBuffer in = ByteBuffer.allocate(INITIAL_BYTES).limit(Integer.BYTES);
    private boolean inBody;
    private boolean connected;
    private ApiKeys asked;
    private short askedVersion;
    private int correlation;

    /** Begins to connect. */
    BrokerConnection(final InetSocketAddress address) throws IOException {
        this.address = address;
        if (address.isUnresolved()) {
            throw new IOException("unknown host " + address.getHostString());
        }
        channel = SocketChannel.open();
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            connected = channel.connect(address);
        } catch (final IOException failure) {
            channel.close();
            throw failure;
        }
    }

    InetSocketAddress address() {
        return address;
    }

    boolean isConnected() throws IOException {
        if (!connected) {
            connected = channel.finishConnect();
        }
        return connected;
    }

    boolean isBusy() {
        return asked != null;
    }

    void send(final ApiKeys api, final short version, final ApiMessage body) throws IOException {
        if (asked != null) {
            throw new IllegalStateException("asked " + api + " while waiting for " + asked);
        }
        asked = api;
        askedVersion = version;
        final short headerVersion = api.requestHeaderVersion(version);
        final RequestHeaderData header = new RequestHeaderData()
                .setRequestApiKey(api.id)
                .setRequestApiVersion(version)
                .setCorrelationId(++correlation)
                .setClientId(CLIENT_ID);
        final ObjectSerializationCache cache = new ObjectSerializationCache();
        final int size = header.size(cache, headerVersion) + body.size(cache, version);
        out = ByteBuffer.allocate(Integer.BYTES + size).putInt(size);
        final ByteBufferAccessor writable = new ByteBufferAccessor(out);
        header.write(writable, cache, headerVersion);
        body.write(writable, cache, version);
        out.flip();
        flush();
    }

    /**
     * Reads the answer into the message, if it is there whole. Its buffers are lent until the next call.
     *
     * @throws IOException if the connection is over
     */
    boolean receive(final Message answer) throws IOException {
        flush();
        while (asked != null) {
            if (channel.read(in) < 0) {
                throw new IOException("the broker closed the connection");
            }
            if (in.hasRemaining()) {
                return false;
            }
            in.flip();
            if (inBody) {
                parse(answer);
                return true;
            }
            beginBody();
        }
        return false;
    }

    private void beginBody() throws IOException {
        final int length = in.getInt();
        if (length < Integer.BYTES || length > FRAME_BYTES_MAX) {
            throw new IOException("an answer of " + length + " bytes: that is no Kafka broker");
        }
        if (in.capacity() < length) {
            in = ByteBuffer.allocate(Math.max(length, Math.min(FRAME_BYTES_MAX, in.capacity() * 2)));
        }
        in.clear().limit(length);
        inBody = true;
    }

    private void parse(final Message answer) throws IOException {
        try {
            final ByteBufferAccessor readable = new ByteBufferAccessor(in.duplicate());
            final ResponseHeaderData header =
                    new ResponseHeaderData(readable, asked.responseHeaderVersion(askedVersion));
            if (header.correlationId() != correlation) {
                throw new IOException("answer " + header.correlationId() + " to question " + correlation);
            }
            answer.read(readable, askedVersion);
        } catch (final RuntimeException malformed) {
            throw new IOException("the answer to " + asked + " cannot be read: " + malformed.getMessage(), malformed);
        }
        asked = null;
        inBody = false;
        in.clear().limit(Integer.BYTES);
    }

    private void flush() throws IOException {
        while (out.hasRemaining() && channel.write(out) > 0) {
            // as much as the socket takes
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (final IOException ignored) {
            // Nothing is lost: whatever was open is asked again.
        }
    }
}
