package io.millrace.net.simulation;

import io.millrace.engine.log.LeaseTable;
import io.millrace.engine.log.Log;
import io.millrace.engine.log.LogContext;
import io.millrace.engine.log.LogSlice;
import io.millrace.engine.log.ReadResult;
import io.millrace.engine.port.Entropy;
import io.millrace.engine.replication.FeederSession;
import io.millrace.engine.replication.FollowerLog;
import io.millrace.engine.replication.FollowerSession;
import io.millrace.engine.sim.SimCrash;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimLane;
import io.millrace.engine.sim.SimLaneFaults;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A copy of a partition on a disk of its own, kept by the production follower over a simulated lane, while leaders come
 * and go, and readers hold slices of what is about to be cut. In the end it must equal its leader's log, byte for byte.
 */
final class SimReplica {
    private static final int SLICE_BYTES = 2_000;
    private static final long LEADER_EVERY_NS = 300_000;

    private final SimWorld world;
    private final Entropy entropy;
    private final SimDiskImage image = new SimDiskImage();
    private final SimDiskFaults faults =
            SimDiskFaults.none().delays(5_000, 200_000).shortMoves(20_000, 50_000);
    private final SimLane lane;
    private final SimLeader leader;
    private final FeederSession feeder;
    private LogContext context;
    private FollowerLog copy;
    private FollowerSession follower;
    private LogSlice slice;
    private byte[] leased;
    private long releaseAtNs;
    private long leaderDueNs;
    private int lives;
    private boolean healed;

    SimReplica(final SimWorld world) {
        this.world = world;
        entropy = world.entropy("replica");
        lane = new SimLane(
                world.time(), SimLaneFaults.none().rates(20_000, 1_000).sizes(20_000, 700), entropy.stream("lane"));
        leader = new SimLeader(entropy.stream("leader"));
        feeder = new FeederSession(lane.end(SimLane.LEFT), leader);
        start();
    }

    private void start() {
        lives++;
        context = new LogContext(
                new SimDisk(image, world.time(), faults, entropy.stream("disk-" + lives)),
                new LeaseTable(4, 0, 1),
                (work, done) -> false,
                (codec, buffer, at, length, most) -> null);
        copy = new FollowerLog(context, "copy", 0);
        follower = new FollowerSession(lane.end(SimLane.RIGHT), copy, entropy.nextLong());
    }

    void doWork() {
        final long nowNs = world.nowNs();
        if (!healed && nowNs >= leaderDueNs) {
            leaderDueNs = nowNs + LEADER_EVERY_NS;
            lead();
        }
        feeder.doWork(nowNs);
        try {
            follower.doWork(nowNs, world.nowMs());
        } catch (final SimCrash crash) {
            die(entropy.nextInt(2) == 0);
        }
        read(nowNs);
    }

    private void lead() {
        leader.append();
        if (entropy.nextInt(40) == 0) {
            leader.takeOver();
            world.count("replica.leader change");
        }
        if (entropy.nextInt(200) == 0) {
            die(entropy.nextInt(2) == 0);
        }
    }

    private void die(final boolean powerLoss) {
        slice = null;
        if (powerLoss) {
            image.crash(entropy.stream("crash-" + lives));
        } else {
            image.kill(entropy.stream("kill-" + lives));
        }
        world.count(powerLoss ? "replica.power loss" : "replica.kill");
        lane.restart(SimLane.RIGHT);
        start();
    }

    /** What a reader has leased stays as it is until he gives it back, whatever becomes of the log. */
    private void read(final long nowNs) {
        if (slice != null) {
            if (!Arrays.equals(bytesOf(slice), leased)) {
                throw new ViolationException(
                        "replica: bytes at offset " + slice.baseOffset() + " changed while leased");
            }
            if (nowNs >= releaseAtNs || healed) {
                context.leases().release(slice);
                slice = null;
            }
        } else if (!healed && copy.isReady() && entropy.nextInt(20) == 0) {
            lease(nowNs);
        }
    }

    private void lease(final long nowNs) {
        final Log log = copy.log();
        final long length = log.appendedOffset() - log.startOffset();
        if (length <= 0) {
            return;
        }
        final long offset = Math.max(log.startOffset(), log.appendedOffset() - 1 - entropy.nextInt(30));
        final LogSlice acquired = context.leases().acquire();
        if (log.read(offset, log.appendedOffset(), SLICE_BYTES, acquired) != ReadResult.FOUND) {
            context.leases().release(acquired);
            return;
        }
        slice = acquired;
        leased = bytesOf(slice);
        releaseAtNs = nowNs + entropy.nextInt(20_000_000);
    }

    private static byte[] bytesOf(final LogSlice slice) {
        final byte[] bytes = new byte[slice.length()];
        final int read = slice.read(0, new UnsafeBuffer(bytes), 0, bytes.length);
        return Arrays.copyOf(bytes, Math.max(0, read));
    }

    /** No more losses and no new leaders. */
    void heal() {
        healed = true;
        faults.heal();
    }

    boolean isDone() {
        return slice == null
                && follower.hasCaughtUp()
                && copy.log().stableOffset() == leader.endOffset()
                && context.disk().inFlight() == 0;
    }

    void audit() {
        final ByteArrayOutputStream ours = new ByteArrayOutputStream();
        for (final String path : image.paths()) {
            if (path.startsWith("copy-0/") && path.endsWith(".log")) {
                ours.writeBytes(image.contents(path));
            }
        }
        if (!Arrays.equals(ours.toByteArray(), leader.bytes())) {
            throw new ViolationException("replica: the copy differs from its leader's log");
        }
        world.trace(leader.endOffset());
        world.trace(follower.truncations());
        world.counts().merge("replica.cut back", follower.truncations(), Long::sum);
    }

    long nextDueNs() {
        return healed && isDone() ? Long.MAX_VALUE : world.nowNs() + 20_000;
    }
}
