package io.millrace.net.connection;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** The other end: sends frames and bytes, reads frames. */
final class FrameClient implements AutoCloseable {
    final Socket socket;
    private final DataInputStream in;

    FrameClient(final LoopbackCore core) throws IOException {
        socket = core.connect();
        in = new DataInputStream(socket.getInputStream());
    }

    static byte[] frame(final String text) throws IOException {
        return frame(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    static byte[] frame(final byte[] body) throws IOException {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(body.length);
        out.write(body);
        return bytes.toByteArray();
    }

    FrameClient send(final String... texts) throws IOException {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (final String text : texts) {
            bytes.write(frame(text));
        }
        return sendBytes(bytes.toByteArray());
    }

    FrameClient sendBytes(final byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    byte[] readFrame() throws IOException {
        final byte[] body = new byte[in.readInt()];
        in.readFully(body);
        return body;
    }

    String read() throws IOException {
        return new String(readFrame(), StandardCharsets.ISO_8859_1);
    }

    /** Whether the connection ends without another byte. */
    boolean isEnded() throws IOException {
        try {
            return in.read() < 0;
        } catch (final EOFException | SocketException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
