package io.millrace.perf.client;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Queue;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One socket of a raw load: prebuilt frames out, whole answers in, nothing decoded that need not be. Many of them share
 * a selector and a thread. A buffer may be shared by all connections of a thread as long as answers are small.
 */
final class RawConnection {
    /** Takes one whole answer, its size field left out; only valid during the call. */
    interface AnswerHandler {
        void onAnswer(RawConnection connection, UnsafeBuffer buffer, int offset, int length) throws IOException;
    }

    private final SocketChannel channel;
    private final SelectionKey key;
    private final AnswerHandler handler;
    private final Queue<ByteBuffer> unsent = new ArrayDeque<>();
    private final UnsafeBuffer view = new UnsafeBuffer();
    private ByteBuffer in;

    /** Whatever the load keeps for this connection. */
    final int index;

    RawConnection(
            final int port, final Selector selector, final int index, final int inputBytes, final AnswerHandler handler)
            throws IOException {
        this.index = index;
        this.handler = handler;
        this.in = ByteBuffer.allocateDirect(inputBytes);
        channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        key = channel.register(selector, SelectionKey.OP_READ, this);
        view.wrap(in);
    }

    /** Sends a frame now, as far as the socket takes it. The frame's position is left alone. */
    void send(final ByteBuffer frame) throws IOException {
        unsent.add(frame.duplicate());
        if (unsent.size() == 1) {
            flush();
        }
    }

    void onReady() throws IOException {
        if (key.isWritable()) {
            flush();
        }
        if (key.isReadable()) {
            read();
        }
    }

    private void flush() throws IOException {
        while (!unsent.isEmpty()) {
            channel.write(unsent.peek());
            if (unsent.peek().hasRemaining()) {
                key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                return;
            }
            unsent.remove();
        }
        key.interestOps(SelectionKey.OP_READ);
    }

    private void read() throws IOException {
        if (channel.read(in) < 0) {
            throw new EOFException("the broker closed connection " + index);
        }
        int position = 0;
        while (in.position() - position >= Integer.BYTES) {
            final int size = in.getInt(position);
            if (Integer.BYTES + size > in.capacity()) {
                grow(Integer.BYTES + size);
            }
            if (in.position() - position < Integer.BYTES + size) {
                break;
            }
            handler.onAnswer(this, view, position + Integer.BYTES, size);
            position += Integer.BYTES + size;
        }
        if (position > 0) {
            in.flip().position(position);
            in.compact();
        }
    }

    private void grow(final int bytes) {
        final ByteBuffer larger = ByteBuffer.allocateDirect(bytes);
        larger.put(in.flip());
        in = larger;
        view.wrap(in);
    }

    void close() throws IOException {
        channel.close();
    }
}
