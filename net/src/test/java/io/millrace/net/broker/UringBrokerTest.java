package io.millrace.net.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.net.socket.uring.Urings;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A whole node whose sockets are on io_uring. */
final class UringBrokerTest extends BrokerTest {
    @BeforeEach
    void assumeIoUring() {
        Urings.open().close();
    }

    @AfterEach
    void shouldReallyHaveBeenOnIoUring() {
        assertThat(logged.toString(StandardCharsets.UTF_8)).doesNotContain("no io_uring");
    }

    @Override
    protected String transport() {
        return "io_uring";
    }
}
