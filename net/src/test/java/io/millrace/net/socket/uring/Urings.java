package io.millrace.net.socket.uring;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.millrace.engine.os.Descriptors;
import io.millrace.net.socket.SocketSettings;
import io.millrace.net.socket.Transport;
import io.millrace.net.socket.Wakers;

/** Transports on io_uring, for tests; where the system has none the test is skipped. */
public final class Urings {
    private Urings() {}

    public static Transport open() {
        return open(UringSizes.DEFAULTS);
    }

    public static UringTransport open(final UringSizes sizes) {
        return open(sizes, SocketSettings.DEFAULTS);
    }

    static UringTransport open(final UringSizes sizes, final SocketSettings settings) {
        try {
            UringProbe.run();
            return UringTransport.open(settings, sizes, Wakers.open(), Descriptors::of);
        } catch (final UringException missing) {
            assumeThat(missing.getMessage()).isNull();
            throw new AssertionError(missing);
        }
    }
}
