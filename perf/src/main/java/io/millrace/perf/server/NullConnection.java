package io.millrace.perf.server;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;

/** One client of the null broker: frames in, answers out, both in order. */
final class NullConnection {
    private static final int FIRST_BYTES = 128 << 10;

    private final SocketChannel channel;
    private final SelectionKey key;
    private final Deque<ByteBuffer> unsent = new ArrayDeque<>();
    private ByteBuffer in = ByteBuffer.allocateDirect(FIRST_BYTES);

    NullConnection(final SocketChannel channel, final SelectionKey key) {
        this.channel = channel;
        this.key = key;
    }

    void read(final NullApis apis) throws IOException {
        if (channel.read(in) < 0) {
            throw new EOFException("closed by the client");
        }
        in.flip();
        while (in.remaining() >= Integer.BYTES) {
            final int size = in.getInt(in.position());
            if (in.remaining() < Integer.BYTES + size) {
                makeRoom(Integer.BYTES + size);
                break;
            }
            final ByteBuffer frame = in.slice(in.position() + Integer.BYTES, size);
            in.position(in.position() + Integer.BYTES + size);
            apis.handle(this, frame);
        }
        in.compact();
        flush();
    }

    private void makeRoom(final int bytes) {
        if (in.capacity() < bytes) {
            in = ByteBuffer.allocateDirect(Integer.highestOneBit(bytes) << 1)
                    .put(in)
                    .flip();
        }
    }

    void answer(final ByteBuffer response) {
        unsent.add(response);
    }

    void flush() throws IOException {
        while (!unsent.isEmpty()) {
            channel.write(unsent.toArray(ByteBuffer[]::new));
            while (!unsent.isEmpty() && !unsent.peek().hasRemaining()) {
                unsent.remove();
            }
            if (!unsent.isEmpty()) {
                key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                return;
            }
        }
        key.interestOps(SelectionKey.OP_READ);
    }
}
