package io.millrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.KafkaBatches;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.Entropy;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimCrash;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import io.millrace.engine.status.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Lives and deaths of one log on a disk that is rough and loses power: what was stable stays, offsets stay dense,
 * nothing stale or foreign appears, and no producer is forgotten whose batches count.
 */
class LogCrashTest {
    private static final int SEEDS = 250;
    private static final int LIVES = 6;
    private static final int PRODUCERS = 4;

    private final SimDiskImage image = new SimDiskImage();
    private final SimTime time = new SimTime();
    private final List<LogBench.Stored> stored = new ArrayList<>();
    private long stable;
    private long appended;
    private long checkpoint;
    private long startCheckpoint;
    private boolean exists;
    private boolean clean;
    private long nowMs = 1_000_000;
    private long recoveries;
    private boolean acksFollowPageCache;
    private final Entropy modes = new SeededEntropy(4);

    @Test
    void shouldKeepWhatWasStableWhateverCrashes() {
        long recovered = 0;
        long batches = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            final LogCrashTest world = new LogCrashTest();
            final Entropy entropy = new SeededEntropy(seed);
            for (int life = 0; life < LIVES; life++) {
                world.live("seed " + seed + " life " + life, life, entropy);
            }
            recovered += world.recoveries;
            batches += world.stored.size();
        }
        assertThat(recovered).isGreaterThan(SEEDS * 3L);
        assertThat(batches).isGreaterThan(SEEDS * 20L);
    }

    private void live(final String name, final int life, final Entropy entropy) {
        final SimDiskFaults faults = entropy.nextInt(3) == 0 ? SimDiskFaults.none() : SimDiskFaults.rough();
        final SimDisk disk = new SimDisk(image, time, faults, entropy.stream("disk" + life));
        final LogBench bench =
                LogBench.on(disk).config(LogContract.SMALL.withRetention(entropy.nextInt(3) == 0 ? 3_000 : -1, -1));
        bench.context.residentBytesMax(32 << 20);
        bench.nowMs = nowMs;
        image.crashAtOperation(image.operations() + 20 + entropy.nextInt(400));
        boolean ended = false;
        try {
            if (!open(name, bench, disk)) {
                return;
            }
            ended = work(entropy, bench);
        } catch (final SimCrash crash) {
            assertThat(crash).hasMessageContaining("operation");
        } catch (final DiskException full) {
            // A start on a full disk fails as a whole, and is tried again.
            assertThat(full.status()).as(name).isEqualTo(DiskStatus.NO_SPACE);
        } finally {
            remember(bench);
        }
        clean = ended;
        if (!clean && entropy.nextInt(3) > 0) {
            image.crash(entropy);
            appended = Math.min(appended, stable);
        } else {
            image.kill(entropy);
        }
    }

    private boolean open(final String name, final LogBench bench, final SimDisk disk) {
        if (!exists) {
            final int[] status = {LogBench.UNANSWERED};
            bench.log = LogCreation.create(
                    bench.context, LogBench.DIRECTORY, bench.config, bench, 1, 2, nowMs, ended -> status[0] = ended);
            bench.log.listener(bench);
            bench.until(() -> status[0] != LogBench.UNANSWERED);
            if (status[0] != DiskStatus.OK) {
                for (final String path : new BlockingDisk(disk).list(LogBench.DIRECTORY)) {
                    new BlockingDisk(disk).unlink(LogBench.DIRECTORY + '/' + path);
                }
                bench.log = null;
                return false;
            }
            exists = true;
            return true;
        }
        acksFollowPageCache = modes.nextInt(2) == 0;
        bench.acksFollowPageCache(acksFollowPageCache).recover(checkpoint, startCheckpoint, clean);
        recoveries++;
        check(name, bench);
        return true;
    }

    private void check(final String name, final LogBench bench) {
        final String what = name + " " + bench.report;
        assertThat(bench.report.isDamaged()).as(what).isFalse();
        final long end = bench.log.endOffset();
        assertThat(end).as(what).isGreaterThanOrEqualTo(Math.max(stable, appended));
        if (acksFollowPageCache) {
            // How far it was synced beyond the checkpoint may never have been written down.
            assertThat(bench.log.stableOffset()).as(what).isBetween(checkpoint, end);
        } else {
            assertThat(bench.log.stableOffset()).as(what).isEqualTo(end);
        }
        bench.stored.addAll(stored);
        bench.stored.removeIf(each -> each.nextOffset() > end);
        if (!bench.stored.isEmpty()) {
            assertThat(bench.stored.getLast().nextOffset()).as(what).isEqualTo(end);
        }
        bench.assertAllReadable();
        for (int producer = 0; producer < PRODUCERS; producer++) {
            final byte[] last = lastOf(bench, producer);
            if (last != null) {
                assertThat(bench.table.check(KafkaBatches.ours(last)))
                        .as(what + " producer " + producer)
                        .isEqualTo(Outcome.DUPLICATE);
            }
        }
        stored.clear();
        stored.addAll(bench.stored);
        stable = Math.max(stable, bench.log.stableOffset());
        appended = end;
    }

    private boolean work(final Entropy entropy, final LogBench bench) {
        for (int i = 0; i < 150 && !bench.log.isOffline(); i++) {
            switch (entropy.nextInt(10)) {
                case 0 -> bench.log.sync();
                case 1 -> bench.log.applyRetention(bench.nowMs, bench.log.stableOffset());
                case 2 -> checkpoint(bench);
                case 3, 4 -> bench.turn();
                case 5 -> bench.log.rollIfDue(bench.nowMs);
                default -> produce(entropy, bench);
            }
            nowMs += entropy.nextInt(50);
            bench.nowMs = nowMs;
        }
        if (entropy.nextInt(3) > 0) {
            return false;
        }
        bench.settle();
        final boolean closed = bench.close() == DiskStatus.OK;
        if (closed) {
            checkpoint(bench);
        }
        return closed;
    }

    /** The checkpoint files are written now and then, and only by a log that is well. */
    private void checkpoint(final LogBench bench) {
        checkpoint = bench.log.recoveryPoint();
        startCheckpoint = bench.log.startOffset();
    }

    private static void produce(final Entropy entropy, final LogBench bench) {
        final int producer = entropy.nextInt(PRODUCERS + 1);
        final KafkaBatches batch = KafkaBatches.batch();
        if (producer < PRODUCERS) {
            final byte[] last = lastOf(bench, producer);
            batch.producer(
                    1_000 + producer,
                    0,
                    last == null ? 0 : KafkaBatches.ours(last).lastSequence() + 1);
        }
        final byte[] bytes = batch.count(1 + entropy.nextInt(3), bench.nowMs);
        // While a failed write is being undone the producers know already and the bench does not yet.
        if (bench.table.check(KafkaBatches.ours(bytes)) == Outcome.OK) {
            bench.offer(bytes);
        }
    }

    private static byte[] lastOf(final LogBench bench, final int producer) {
        for (int i = bench.stored.size() - 1; i >= 0; i--) {
            final byte[] bytes = bench.stored.get(i).bytes();
            if (KafkaBatches.ours(bytes).producerId() == 1_000 + producer) {
                return bytes;
            }
        }
        return null;
    }

    private void remember(final LogBench bench) {
        if (bench.log != null) {
            stored.clear();
            stored.addAll(bench.stored);
            stable = Math.max(stable, bench.stable);
            appended = Math.max(appended, bench.appended);
        }
    }
}
