package io.millrace.tools.follow;

import io.aeron.Aeron;
import io.millrace.engine.log.LeaseTable;
import io.millrace.engine.log.LogContext;
import io.millrace.engine.os.DiskCompanion;
import io.millrace.engine.os.OsDisk;
import io.millrace.engine.os.OsEntropy;
import io.millrace.engine.os.OsTime;
import io.millrace.engine.port.Entropy;
import io.millrace.engine.port.Time;
import io.millrace.engine.replication.FeederSession;
import io.millrace.engine.replication.FollowerLog;
import io.millrace.engine.replication.FollowerSession;
import io.millrace.net.aeron.AeronPeerLink;
import io.millrace.net.aeron.AeronPeerLinkContext;
import io.millrace.net.aeron.EmbeddedDriver;
import io.millrace.net.aeron.EmbeddedDriverContext;
import io.millrace.net.kafka.client.KafkaFeedSource;
import java.io.IOException;

/**
 * Both halves of a copy, joined by a real lane: the feeder reads a broker, the follower writes a log. One thread, one
 * step at a time.
 */
public final class FollowAgent implements AutoCloseable {
    private static final int DATA_STREAM = 1;
    private static final int REVERSE_STREAM = 2;
    private static final int LEASES = 16;

    private final Time time = new OsTime();
    private final DataDirectoryLock lock;
    private final DiskCompanion companion;
    private final EmbeddedDriver driver;
    private final Aeron aeron;
    private final AeronPeerLink feederLink;
    private final AeronPeerLink followerLink;
    private final KafkaFeedSource source;
    private final FeederSession feeder;
    private final FollowerLog copy;
    private final FollowerSession follower;

    /** @throws IOException if the data directory cannot be used */
    public FollowAgent(final FollowContext context) throws IOException {
        lock = new DataDirectoryLock(context.dataDirectory());
        try {
            driver = new EmbeddedDriver(new EmbeddedDriverContext().directory(context.aeronDirectory()));
        } catch (final RuntimeException failure) {
            lock.close();
            throw failure;
        }
        final Entropy entropy = OsEntropy.fresh();
        aeron = driver.connect();
        feederLink = link(entropy.stream("feeder"), DATA_STREAM, REVERSE_STREAM);
        followerLink = link(entropy.stream("follower"), REVERSE_STREAM, DATA_STREAM);
        source = new KafkaFeedSource(context.from(), context.topic(), context.partition());
        feeder = new FeederSession(feederLink, source);
        companion = new DiskCompanion(context.dataDirectory());
        final LogContext logs = new LogContext(
                new OsDisk(companion, () -> {}),
                new LeaseTable(LEASES, 0, 1),
                (work, done) -> false,
                (codec, buffer, offset, length, bytesMax) -> {
                    throw new IOException("a copy looks into no batch");
                });
        copy = new FollowerLog(logs, context.topic(), context.partition());
        follower = new FollowerSession(followerLink, copy, entropy.nextLong());
    }

    private AeronPeerLink link(final Entropy entropy, final int outStream, final int inStream) {
        return new AeronPeerLink(new AeronPeerLinkContext()
                .aeron(aeron)
                .entropy(entropy)
                .outbound(EmbeddedDriver.ipcChannel(), outStream)
                .inbound(EmbeddedDriver.ipcChannel(), inStream)
                .termBytes(driver.context().termBytes()));
    }

    public int doWork() {
        final long nowNs = time.nanoTime();
        return feeder.doWork(nowNs) + follower.doWork(nowNs, time.epochMs());
    }

    /** Whether everything that the leader had committed when it was last heard of survives a power loss here. */
    public boolean hasCaughtUp() {
        return follower.hasCaughtUp();
    }

    public FollowerSession follower() {
        return follower;
    }

    public FollowerLog copy() {
        return copy;
    }

    /** Why nothing comes, for people; empty if all is well. */
    public String trouble() {
        return source.trouble();
    }

    @Override
    public void close() {
        try {
            copy.close();
        } finally {
            source.close();
            feederLink.close();
            followerLink.close();
            aeron.close();
            driver.close();
            companion.close();
            lock.close();
        }
    }
}
