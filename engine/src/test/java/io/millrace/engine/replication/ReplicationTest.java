package io.millrace.engine.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.KafkaBatches;
import io.millrace.engine.log.AppendResult;
import io.millrace.engine.log.BlockingDisk;
import io.millrace.engine.log.LeaseTable;
import io.millrace.engine.log.LogConfig;
import io.millrace.engine.log.LogContext;
import io.millrace.engine.log.LogSlice;
import io.millrace.engine.log.ReadResult;
import io.millrace.engine.port.Disk;
import io.millrace.engine.port.DiskFile;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimLane;
import io.millrace.engine.sim.SimLaneFaults;
import io.millrace.engine.sim.SimTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A leader's log, a lane that loses sessions, a follower that is killed: the copy is the same in the end. */
class ReplicationTest {
    private static final String DIRECTORY = "topic-0";
    private static final LogConfig CONFIG =
            LogConfig.DEFAULT.withSegmentBytes(3_000).withIndex(1 << 20, 300);
    private static final FeedFacts FACTS = new FeedFacts(0x1234, 0x5678, 0, CONFIG);
    private static final int CYCLES_MAX = 400_000;
    private static final long CYCLE_NS = 20_000;

    private final SimTime time = new SimTime();
    private SimDiskImage leaderImage = new SimDiskImage();
    private SimDiskImage followerImage = new SimDiskImage();
    private SeededEntropy entropy;
    private int lives;

    private Disk leaderDisk;
    private FollowerLog leader;
    private int epoch = 1;
    private LogFeedSource source;
    private SimLane lane;
    private FeederSession feeder;

    private LogContext copyContext;
    private FollowerLog copy;
    private FollowerSession follower;

    @BeforeEach
    void begin() {
        begin(1, SimLaneFaults.none());
    }

    private void begin(final long seed, final SimLaneFaults faults) {
        entropy = new SeededEntropy(seed);
        leaderDisk = disk(leaderImage);
        final LogContext context = context(leaderDisk);
        leader = new FollowerLog(context, "topic", 0);
        leader.open(FACTS, time.epochMs());
        source = new LogFeedSource(context, leader.log(), FACTS);
        lane = new SimLane(time, faults.sizes(20_000, 700), entropy.stream("lane"));
        feeder = new FeederSession(lane.end(SimLane.LEFT), source);
        startFollower();
    }

    private void startFollower() {
        copyContext = context(disk(followerImage));
        copy = new FollowerLog(copyContext, "topic", 0);
        follower = new FollowerSession(lane.end(SimLane.RIGHT), copy, entropy.nextLong());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldCopyEveryByteThroughLossesAndKills(final long seed) {
        leaderImage = new SimDiskImage();
        followerImage = new SimDiskImage();
        begin(seed, SimLaneFaults.none().rates(20_000, 2_000));
        for (int round = 0; round < 6; round++) {
            appendMany(30);
            cycles(300);
            if (round % 2 == 1) {
                killFollower();
            }
            if (round == 3) {
                epoch++;
                source.restart();
            }
        }
        untilCaughtUp();
        assertThat(lane.losses()).isPositive();
        assertSameFiles();
    }

    @Test
    void shouldCutADivergedTailOnceItsReadersAreGone() {
        appendMany(40);
        untilCaughtUp();
        final long common = leader.log().endOffset();
        epoch = 2;
        appendMany(10);
        untilCaughtUp();
        final LogSlice slice = copyContext.leases().acquire();
        assertThat(read(common, slice)).isEqualTo(ReadResult.FOUND);
        final byte[] leased = bytesOf(slice);

        // Another leader, that never had epoch 2, takes over.
        leader.truncateTo(common);
        until(() -> leader.isReady());
        epoch = 3;
        appendMany(20);
        source.restart();
        cycles(20_000);

        assertThat(copy.isReady()).as("waits for the reader").isFalse();
        assertThat(bytesOf(slice)).isEqualTo(leased);
        copyContext.leases().release(slice);
        untilCaughtUp();
        assertThat(follower.truncations()).isEqualTo(1);
        assertSameFiles();
    }

    @Test
    void shouldBeginAnewWhenTheLeaderKeptNothingOfIt() {
        appendMany(10);
        untilCaughtUp();
        killFollower();
        appendMany(100);
        leader.advanceStartTo(startOfSegment(3));
        source.restart();
        untilCaughtUp();
        cycles(1_000);
        assertThat(follower.truncations()).isEqualTo(1);
        assertThat(copy.log().startOffset()).isEqualTo(leader.log().startOffset());
        assertSameFiles();
    }

    @Test
    void shouldMoveItsStartWithTheLeaders() {
        appendMany(100);
        untilCaughtUp();
        leader.advanceStartTo(startOfSegment(2));
        untilCaughtUp();
        until(() -> copy.log().startOffset() == leader.log().startOffset());
        cycles(1_000);
        assertSameFiles();
    }

    @Test
    void shouldGoOnAfterAnOrderlyEnd() {
        appendMany(50);
        untilCaughtUp();
        copy.close();
        lane.restart(SimLane.RIGHT);
        startFollower();
        appendMany(50);
        untilCaughtUp();
        assertThat(copy.findings()).isEmpty();
        assertSameFiles();
    }

    private void killFollower() {
        followerImage.kill(entropy.stream("kill" + lives));
        lane.restart(SimLane.RIGHT);
        startFollower();
    }

    private long startOfSegment(final int number) {
        return Long.parseLong(files(leaderDisk).keySet().stream()
                .skip(number)
                .findFirst()
                .orElseThrow()
                .substring(0, 20));
    }

    private void appendMany(final int batches) {
        for (int i = 0; i < batches; i++) {
            final byte[] bytes = KafkaBatches.batch().count(1 + i % 9, time.epochMs());
            final BatchFlyweight batch = new BatchFlyweight().wrap(new UnsafeBuffer(bytes), 0, bytes.length);
            batch.baseOffset(leader.log().endOffset());
            batch.partitionLeaderEpoch(epoch);
            until(() -> leader.append(batch, 0, time.epochMs()) == AppendResult.APPENDED);
        }
        until(() -> leader.log().stableOffset() == leader.log().endOffset());
    }

    private void untilCaughtUp() {
        until(() -> follower.hasCaughtUp()
                && copy.log().stableOffset() == leader.log().endOffset());
        until(() -> feeder.acknowledgedOffset() == leader.log().endOffset());
    }

    private void until(final BooleanSupplier condition) {
        for (int i = 0; !condition.getAsBoolean(); i++) {
            if (i == CYCLES_MAX) {
                throw new AssertionError(
                        "did not happen; leader ends at " + leader.log().endOffset() + ", copy at "
                                + (copy.isOpen() ? copy.log().endOffset() : -1));
            }
            cycle();
        }
    }

    private void cycles(final int count) {
        for (int i = 0; i < count; i++) {
            cycle();
        }
    }

    private void cycle() {
        time.advance(CYCLE_NS);
        leader.doWork(time.nanoTime(), time.epochMs());
        feeder.doWork(time.nanoTime());
        follower.doWork(time.nanoTime(), time.epochMs());
    }

    private ReadResult read(final long offset, final LogSlice slice) {
        return copy.log().read(offset, copy.log().endOffset(), 10_000, slice);
    }

    private static byte[] bytesOf(final LogSlice slice) {
        final byte[] bytes = new byte[slice.length()];
        slice.read(0, new UnsafeBuffer(bytes), 0, bytes.length);
        return bytes;
    }

    private void assertSameFiles() {
        final Map<String, byte[]> ours = files(copyContext.disk());
        final Map<String, byte[]> theirs = files(leaderDisk);
        assertThat(ours.keySet()).isEqualTo(theirs.keySet());
        theirs.forEach((name, bytes) -> assertThat(ours.get(name)).as(name).isEqualTo(bytes));
        assertThat(theirs.size()).isGreaterThan(1);
    }

    private static Map<String, byte[]> files(final Disk disk) {
        final BlockingDisk blocking = new BlockingDisk(disk);
        final Map<String, byte[]> files = new TreeMap<>();
        final List<String> names = new ArrayList<>(blocking.list(DIRECTORY));
        names.removeIf(name -> !name.endsWith(".log"));
        for (final String name : names) {
            final DiskFile file = blocking.open(DIRECTORY + '/' + name, Disk.OpenMode.READ_ONLY);
            final byte[] bytes = new byte[(int) file.size()];
            final int length = blocking.read(file, 0, new UnsafeBuffer(bytes), 0, bytes.length);
            files.put(name, Arrays.copyOf(bytes, length));
            file.close();
        }
        return files;
    }

    private LogContext context(final Disk disk) {
        return new LogContext(
                disk, new LeaseTable(16, 0, 1), (work, done) -> false, (codec, buffer, at, length, most) -> null);
    }

    private SimDisk disk(final SimDiskImage image) {
        return new SimDisk(
                image, time, SimDiskFaults.none().shortMoves(50_000, 50_000), entropy.stream("disk" + lives++));
    }
}
