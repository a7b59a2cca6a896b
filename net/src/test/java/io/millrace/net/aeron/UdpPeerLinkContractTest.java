package io.millrace.net.aeron;

import io.millrace.engine.port.PeerLinkContract;
import io.millrace.engine.port.PeerLinkDriver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class UdpPeerLinkContractTest extends PeerLinkContract {
    private static EmbeddedDriver driver;

    @BeforeAll
    static void launch() {
        driver = new EmbeddedDriver(new EmbeddedDriverContext());
    }

    @AfterAll
    static void end() {
        driver.close();
    }

    @Override
    protected PeerLinkDriver connect() {
        return new AeronPair(
                driver,
                EmbeddedDriver.udpChannel("127.0.0.1:" + freePort()),
                EmbeddedDriver.udpChannel("127.0.0.1:" + freePort()));
    }

    private static int freePort() {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0))) {
            return socket.getLocalPort();
        } catch (final IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
