package io.millrace.net.aeron;

import io.aeron.Aeron;
import io.millrace.engine.port.PeerLink;
import io.millrace.engine.port.PeerLinkDriver;
import io.millrace.engine.port.SeededEntropy;
import java.util.concurrent.locks.LockSupport;

/** Two Aeron clients of one embedded driver, on two channels. */
final class AeronPair implements PeerLinkDriver {
    private static final int STREAM = 1001;
    private static final long SETTLE_NS = 50_000;
    private static long pairs;

    private final EmbeddedDriver driver;
    private final String toRight;
    private final String toLeft;
    private final SeededEntropy entropy = new SeededEntropy(++pairs);
    private final Aeron leftClient;
    private Aeron rightClient;
    private final AeronPeerLink left;
    private AeronPeerLink right;

    AeronPair(final EmbeddedDriver driver, final String toRight, final String toLeft) {
        this.driver = driver;
        this.toRight = toRight;
        this.toLeft = toLeft;
        leftClient = driver.connect();
        rightClient = driver.connect();
        left = link(leftClient, toRight, STREAM, toLeft, STREAM + 1);
        right = link(rightClient, toLeft, STREAM + 1, toRight, STREAM);
    }

    private AeronPeerLink link(
            final Aeron client, final String out, final int outStream, final String in, final int inStream) {
        return new AeronPeerLink(new AeronPeerLinkContext()
                .aeron(client)
                .entropy(entropy)
                .outbound(out, outStream)
                .inbound(in, inStream)
                .termBytes(driver.context().termBytes()));
    }

    @Override
    public PeerLink left() {
        return left;
    }

    @Override
    public PeerLink right() {
        return right;
    }

    @Override
    public void settle() {
        LockSupport.parkNanos(SETTLE_NS);
    }

    @Override
    public void loseSession() {
        right.loseSession();
    }

    @Override
    public void restartRight() {
        rightClient.close();
        rightClient = driver.connect();
        right = link(rightClient, toLeft, STREAM + 1, toRight, STREAM);
    }

    @Override
    public void close() {
        leftClient.close();
        rightClient.close();
    }
}
