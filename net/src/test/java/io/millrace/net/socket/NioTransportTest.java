package io.millrace.net.socket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class NioTransportTest extends TransportContract {
    @Override
    protected Transport open() {
        return new NioTransport(SocketSettings.DEFAULTS, Wakers.open(), FileSends.NONE);
    }

    @Test
    void shouldBeWokenBySelectorWhereThereIsNoPipe() {
        try (NioTransport plain = new NioTransport(SocketSettings.DEFAULTS, null, FileSends.NONE)) {
            plain.wakeup();
            assertThat(plain.poll(TimeUnit.HOURS.toNanos(1))).isZero();
            plain.wakeup();
            assertThat(plain.poll(TimeUnit.HOURS.toNanos(1))).isZero();
        }
    }
}
