package io.millrace.net.broker;

import io.millrace.engine.os.Descriptors;
import io.millrace.engine.os.WakePipe;
import io.millrace.engine.settings.BrokerSettings;
import io.millrace.engine.settings.Settings;
import io.millrace.net.socket.NioTransport;
import io.millrace.net.socket.SocketSettings;
import io.millrace.net.socket.Transport;
import io.millrace.net.socket.Waker;
import io.millrace.net.socket.uring.UringException;
import io.millrace.net.socket.uring.UringProbe;
import io.millrace.net.socket.uring.UringSizes;
import io.millrace.net.socket.uring.UringTransport;
import java.io.UncheckedIOException;

/** Opens the cores' transports, of one kind for all of them. */
final class Transports {
    private static final String IO_URING = "io_uring";

    /**
     * The cores' transports.
     *
     * @param told which kind it is, and why it is not the one that was wanted
     */
    record Chosen(Transport[] transports, String told) {}

    private Transports() {}

    /** What is wanted, or NIO where the system does not allow that: then the log says so, in a line. */
    static Chosen open(final int count, final Settings settings, final BrokerLog log, final Opened opened) {
        final SocketSettings sockets = new SocketSettings(
                settings.intOf(BrokerSettings.SOCKET_SEND_BUFFER_BYTES),
                settings.intOf(BrokerSettings.SOCKET_RECEIVE_BUFFER_BYTES),
                settings.intOf(BrokerSettings.SOCKET_LISTEN_BACKLOG_SIZE));
        String told = "nio";
        if (settings.stringOf(BrokerSettings.TRANSPORT).equals(IO_URING)) {
            try {
                UringProbe.run();
                final Transport[] rings = openUrings(count, sockets);
                for (final Transport ring : rings) {
                    opened.add(ring::close);
                }
                return new Chosen(rings, IO_URING);
            } catch (final UringException refused) {
                told = "nio, since io_uring cannot be used here: " + refused.getMessage();
                log.warn("no io_uring, sockets are served through NIO: " + refused.getMessage());
            }
        }
        final Transport[] transports = new Transport[count];
        for (int core = 0; core < count; core++) {
            transports[core] = openNio(sockets);
            opened.add(transports[core]::close);
        }
        return new Chosen(transports, told);
    }

    private static Transport openNio(final SocketSettings sockets) {
        final Waker waker = waker();
        try {
            return new NioTransport(sockets, waker, KernelFileSends.orNone());
        } catch (final UncheckedIOException noSelector) {
            if (waker != null) {
                waker.close().run();
            }
            throw noSelector;
        }
    }

    private static Transport[] openUrings(final int count, final SocketSettings sockets) throws UringException {
        final Transport[] transports = new Transport[count];
        for (int core = 0; core < count; core++) {
            final Waker waker = waker();
            try {
                transports[core] = UringTransport.open(sockets, UringSizes.DEFAULTS, waker, Descriptors::of);
            } catch (final UringException refused) {
                if (waker != null) {
                    waker.close().run();
                }
                for (int opened = 0; opened < core; opened++) {
                    transports[opened].close();
                }
                throw refused;
            }
        }
        return transports;
    }

    private static Waker waker() {
        final WakePipe pipe = WakePipe.open();
        return pipe == null ? null : new Waker(pipe.source(), pipe::wake, pipe::drain, pipe::close);
    }
}
