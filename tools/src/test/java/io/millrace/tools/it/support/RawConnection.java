package io.millrace.tools.it.support;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** A socket on which a test says exactly the bytes it wants to. */
public final class RawConnection implements AutoCloseable {
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(20);
    private static final int FRAME_BYTES_MAX = 200_000_000;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final OutputStream out;
    private int correlation;

    public RawConnection(final BrokerUnderTest broker) {
        this(broker.port());
    }

    public RawConnection(final int port) {
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
            socket.setTcpNoDelay(true);
            in = new DataInputStream(socket.getInputStream());
            out = socket.getOutputStream();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends bytes as they are. False if the other side has closed. */
    public boolean sendBytes(final byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
            return true;
        } catch (final SocketException e) {
            return false;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a frame: the payload behind its length. */
    public boolean sendFrame(final byte[] payload) {
        return sendBytes(ByteBuffer.allocate(4 + payload.length)
                .putInt(payload.length)
                .put(payload)
                .array());
    }

    public boolean send(final ApiMessage request, final int version) {
        return sendFrame(Wire.request(request, (short) version, ++correlation));
    }

    /** The correlation id of the request that was sent last. */
    public int correlation() {
        return correlation;
    }

    public Answer receive() {
        return receive(ANSWER_WITHIN);
    }

    public Answer receive(final Duration limit) {
        try {
            socket.setSoTimeout((int) limit.toMillis());
            final int length = in.readInt();
            if (length < 0 || length > FRAME_BYTES_MAX) {
                throw new IllegalStateException("a frame of " + length + " bytes");
            }
            final byte[] payload = new byte[length];
            in.readFully(payload);
            return Answer.frame(payload);
        } catch (final SocketTimeoutException e) {
            return Answer.SILENCE;
        } catch (final EOFException | SocketException e) {
            return Answer.CLOSED;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The answer's body; fails if there is none, or if it has bytes too many or too few. */
    public ApiMessage receive(final ApiKeys api, final int version) {
        final Answer answer = receive();
        if (!answer.isFrame()) {
            throw new IllegalStateException(api + " v" + version + ": " + answer.kind());
        }
        return Wire.response(api, (short) version, correlation, answer.payload());
    }

    public <R extends ApiMessage> R call(final ApiMessage request, final int version, final Class<R> response) {
        send(request, version);
        return response.cast(receive(ApiKeys.forId(request.apiKey()), version));
    }

    /** Says that nothing more will be sent, and goes on reading. */
    public void endOutput() {
        try {
            socket.shutdownOutput();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
