package io.millrace.engine.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class WakePipeTest {
    private static final int MORE_THAN_A_PIPE_HOLDS = 100_000;

    @Test
    void shouldWakeWhoSelectsUntilDrained() throws Exception {
        try (Selector selector = Selector.open();
                WakePipe pipe = WakePipe.open()) {
            pipe.source().register(selector, SelectionKey.OP_READ);
            assertThat(selector.selectNow()).isZero();
            final CompletableFuture<Void> other = CompletableFuture.runAsync(pipe::wake);
            assertThat(selector.select()).isEqualTo(1);
            other.join();
            selector.selectedKeys().clear();
            pipe.drain();
            assertThat(selector.selectNow()).isZero();
        }
    }

    @Test
    void shouldNeverBlockWhoWakes() throws Exception {
        try (Selector selector = Selector.open();
                WakePipe pipe = WakePipe.open()) {
            pipe.source().register(selector, SelectionKey.OP_READ);
            for (int i = 0; i < MORE_THAN_A_PIPE_HOLDS; i++) {
                pipe.wake();
            }
            assertThat(selector.selectNow()).isEqualTo(1);
            selector.selectedKeys().clear();
            pipe.drain();
            assertThat(selector.selectNow()).isZero();
        }
    }

    @Test
    void shouldTouchNoDescriptorOnceClosed() throws Exception {
        final WakePipe pipe = WakePipe.open();
        pipe.close();
        pipe.wake();
        try (WakePipe another = WakePipe.open();
                Selector selector = Selector.open()) {
            another.source().register(selector, SelectionKey.OP_READ);
            pipe.wake();
            assertThat(selector.selectNow()).isZero();
        }
    }
}
