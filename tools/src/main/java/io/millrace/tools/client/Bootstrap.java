package io.millrace.tools.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The addresses that a command begins with, and how long it waits for an answer. */
final class Bootstrap {
    private static final int PORT_MAX = 65_535;
    private static final int CONNECT_MS_MAX = 5_000;

    private final String text;
    private final List<InetSocketAddress> addresses = new ArrayList<>();
    private final int timeoutSeconds;

    /** @throws IllegalArgumentException if the text is not HOST:PORT[,HOST:PORT]… */
    Bootstrap(final String text, final int timeoutSeconds) {
        this.text = text;
        this.timeoutSeconds = timeoutSeconds;
        for (final String address : text.split(",", -1)) {
            addresses.add(parse(address.strip()));
        }
    }

    private static InetSocketAddress parse(final String address) {
        final int colon = address.lastIndexOf(':');
        try {
            final int port = Integer.parseInt(address.substring(colon + 1));
            if (colon > 0 && port > 0 && port <= PORT_MAX) {
                return InetSocketAddress.createUnresolved(address.substring(0, colon), port);
            }
        } catch (final NumberFormatException notAPort) {
            // told below
        }
        throw new IllegalArgumentException(
                "--bootstrap " + address + ": expected HOST:PORT, such as " + ClientOptions.BOOTSTRAP);
    }

    /**
     * Fails at once if nobody listens there: a Kafka client would go on trying until its time is up, and not say why.
     *
     * @throws CommandFailure with the reason of the last address
     */
    void check() {
        String reason = "";
        for (final InetSocketAddress address : addresses) {
            try (Socket socket = new Socket()) {
                final InetAddress host = InetAddress.getByName(address.getHostString());
                socket.connect(
                        new InetSocketAddress(host, address.getPort()),
                        Math.min(CONNECT_MS_MAX, timeoutSeconds * 1000));
                return;
            } catch (final UnknownHostException nobody) {
                reason = "no such host";
            } catch (final SocketTimeoutException silent) {
                reason = "no answer";
            } catch (final IOException refused) {
                reason = Failures.plain(refused).toLowerCase(Locale.ROOT);
            }
        }
        throw new CommandFailure("cannot reach a broker at " + text + " (" + reason
                + "): start one with ./run.sh start, or name another with --bootstrap HOST:PORT");
    }

    int timeoutSeconds() {
        return timeoutSeconds;
    }

    @Override
    public String toString() {
        return text;
    }
}
