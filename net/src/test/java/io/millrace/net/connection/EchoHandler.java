package io.millrace.net.connection;

import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * A protocol for tests: the first byte says what to do, the answer repeats the frame.
 * {@code e} at once, {@code h} when told to, {@code o} when told to and overlapping others of its kind, {@code n} no
 * answer, {@code x} close, {@code b} an answer of as many bytes as the int behind it says.
 */
final class EchoHandler implements FrameHandler {
    final List<Exchange> held = new ArrayList<>();
    final List<Exchange> abandoned = new ArrayList<>();
    int started;

    @Override
    public boolean mayOverlap(final DirectBuffer frame, final int offset, final int length) {
        return frame.getByte(offset) == 'o' || frame.getByte(offset) == 'n';
    }

    @Override
    public void onFrame(final Exchange exchange) {
        started++;
        switch (exchange.frame().getByte(0)) {
            case 'e' -> answer(exchange, exchange.frameLength());
            case 'b' -> answer(exchange, exchange.frame().getInt(1));
            case 'h', 'o' -> {
                held.add(exchange);
                exchange.listener(abandoned::add);
            }
            case 'n' -> exchange.finishWithoutReply();
            default -> exchange.fail(CloseReason.MALFORMED_REQUEST);
        }
    }

    /** Answers what was held, by its place in the order of starting. */
    void answerHeld(final int index) {
        final Exchange exchange = held.remove(index);
        answer(exchange, exchange.frameLength());
    }

    static void answer(final Exchange exchange, final int length) {
        final PooledBuffer buffer = exchange.pool().take(4 + length);
        buffer.putBytes(4, exchange.frame(), 0, Math.min(length, exchange.frameLength()));
        exchange.add(buffer, 4 + length);
        exchange.finish();
    }
}
