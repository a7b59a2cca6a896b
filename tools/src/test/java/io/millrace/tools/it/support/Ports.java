package io.millrace.tools.it.support;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Free ports of the loopback address, below the range that outgoing connections take theirs from: a broker that comes
 * back on its port must not find a client's there.
 */
public final class Ports {
    private static final int FIRST = 12_000;
    private static final int COUNT = 19_000;
    private static final AtomicInteger NEXT =
            new AtomicInteger((int) (ProcessHandle.current().pid() * 131 % COUNT));

    private Ports() {}

    /** The first of several consecutive ports that are all free now. */
    public static int free(final int consecutive) {
        for (int attempt = 0; attempt < COUNT; attempt++) {
            final int first = FIRST + Math.floorMod(NEXT.getAndAdd(consecutive), COUNT - consecutive);
            if (areFree(first, consecutive)) {
                return first;
            }
        }
        throw new IllegalStateException("no free ports");
    }

    private static boolean areFree(final int first, final int consecutive) {
        for (int port = first; port < first + consecutive; port++) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            } catch (final IOException e) {
                return false;
            }
        }
        return true;
    }
}
