package io.millrace.net.connection;

import io.millrace.engine.log.LogSlice;
import io.millrace.engine.port.Endpoint;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Sends a connection's answers in their order, once a duty cycle: small pieces of many answers are copied together and
 * sent as one, large buffers as they are, large slices of files without passing through here. One for each core.
 */
final class FrameWriter {
    private static final int BUFFER_BYTES_MIN = 16 * 1024;
    private static final int FILE_BYTES_MIN = 16 * 1024;
    /** A turn ends after so much. Enough that the calls do not count, little enough that nobody is delayed. */
    private static final int TURN_BYTES_MAX = 64 * 1024;

    private static final int UNREADABLE = -2;

    private final UnsafeBuffer gathered;
    private final ConnectionCounters counters;

    FrameWriter(final UnsafeBuffer gathered, final ConnectionCounters counters) {
        this.gathered = gathered;
        this.counters = counters;
    }

    /** Sends until all is sent, the output is full, or the connection had its share; returns bytes sent. */
    long flush(final Connection connection) {
        long total = 0;
        connection.onSent(0);
        Exchange exchange = connection.sending();
        while (exchange != null && total < TURN_BYTES_MAX) {
            if (exchange.failure != null) {
                connection.close(exchange.failure);
                return total;
            }
            final int piece = connection.sendPiece();
            final long left = exchange.pieceLength(piece) - connection.sendOffset();
            final boolean isAlone = isLarge(connection, exchange, piece, left);
            final long asked = isAlone ? Math.min(left, TURN_BYTES_MAX) : gather(connection);
            if (asked == UNREADABLE) {
                connection.close(CloseReason.DISK);
                return total;
            }
            final long sent = isAlone
                    ? sendAlone(connection, exchange, piece, asked)
                    : connection.endpoint().send(gathered, 0, (int) asked);
            if (sent == Endpoint.CLOSED) {
                connection.close(CloseReason.PEER);
                return total;
            }
            counters.sends++;
            total += sent;
            connection.copiesNext = sent == 0;
            connection.onSent(sent);
            if (sent < asked) {
                connection.onOutputFull();
                return total;
            }
            exchange = connection.sending();
        }
        return total;
    }

    /** A file that gave nothing is asked by a read the next time, which tells a full stream from a failed file. */
    private static boolean isLarge(
            final Connection connection, final Exchange exchange, final int piece, final long left) {
        return exchange.piece(piece) instanceof PooledBuffer
                ? left >= BUFFER_BYTES_MIN
                : left >= FILE_BYTES_MIN && !connection.copiesNext;
    }

    private static long sendAlone(
            final Connection connection, final Exchange exchange, final int piece, final long bytes) {
        final long offset = exchange.pieceOffset(piece) + connection.sendOffset();
        if (exchange.piece(piece) instanceof PooledBuffer buffer) {
            return connection.endpoint().send(buffer, (int) offset, (int) bytes);
        }
        final LogSlice slice = (LogSlice) exchange.piece(piece);
        return connection.endpoint().send(slice.file(), slice.position() + offset, bytes);
    }

    /** Copies pieces together from where sending stands; returns how many bytes, or {@link #UNREADABLE}. */
    private int gather(final Connection connection) {
        int filled = 0;
        int ahead = 0;
        int piece = connection.sendPiece();
        long offset = connection.sendOffset();
        for (Exchange exchange = connection.sending(); exchange != null; exchange = connection.sending(++ahead)) {
            for (; piece < exchange.pieceCount(); piece++) {
                final long left = exchange.pieceLength(piece) - offset;
                final int room = (int) Math.min(left, Math.min(TURN_BYTES_MAX, gathered.capacity()) - filled);
                if ((room == 0 && left > 0) || (filled > 0 && isLarge(connection, exchange, piece, left))) {
                    return filled;
                }
                if (!copy(exchange, piece, offset, filled, room)) {
                    return filled > 0 ? filled : UNREADABLE;
                }
                filled += room;
                if (room < left) {
                    return filled;
                }
                offset = 0;
            }
            piece = 0;
        }
        return filled;
    }

    private boolean copy(
            final Exchange exchange, final int piece, final long offset, final int target, final int length) {
        final long from = exchange.pieceOffset(piece) + offset;
        if (exchange.piece(piece) instanceof PooledBuffer buffer) {
            gathered.putBytes(target, buffer, (int) from, length);
            return true;
        }
        return ((LogSlice) exchange.piece(piece)).read((int) from, gathered, target, length) == length;
    }
}
