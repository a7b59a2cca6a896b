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
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/**
 * Lives and deaths of one log that is compacted again and again on a disk that is rough and loses power at any
 * operation: the last value of each key stays, nothing comes back that was deleted, nothing changes, and what is left
 * of a compaction is no damage.
 */
class CompactionCrashTest {
    private static final int SEEDS = 200;
    private static final int LIVES = 6;
    private static final int KEYS = 12;
    private static final LogConfig CONFIG =
            LogConfig.DEFAULT.withSegmentBytes(1_200).withIndex(1 << 20, 250).withRetention(-1, -1);

    private static final CompactionSettings SETTINGS =
            new CompactionSettings(true, 0, 128L << 20, 0.9, Double.MAX_VALUE);

    private record Written(String key, String value) {}

    private final SimDiskImage image = new SimDiskImage();
    private final SimTime time = new SimTime();
    private final TreeMap<Long, Written> written = new TreeMap<>();
    private LogBench bench;
    private String name;
    private long stable;
    private long checkpoint;
    private long cleanedTo = -1;
    private long startOffset;
    private boolean exists;
    private boolean clean;
    private int values;
    private long nowMs = 1_000_000;
    private int compactions;
    private int interrupted;

    @Test
    void shouldKeepTheLastValueOfEachKeyWhateverCrashes() {
        int compactions = 0;
        int interrupted = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            final CompactionCrashTest world = new CompactionCrashTest();
            final Entropy entropy = new SeededEntropy(seed);
            for (int life = 0; life < LIVES; life++) {
                world.live("seed " + seed + " life " + life, life, entropy);
            }
            compactions += world.compactions;
            interrupted += world.interrupted;
        }
        assertThat(compactions).as("compactions").isGreaterThan(SEEDS / 2);
        assertThat(interrupted).as("interrupted").isGreaterThan(SEEDS / 10);
    }

    private void live(final String newName, final int life, final Entropy entropy) {
        name = newName;
        final SimDiskFaults faults = entropy.nextInt(3) == 0 ? SimDiskFaults.none() : SimDiskFaults.rough();
        final SimDisk disk = new SimDisk(image, time, faults, entropy.stream("disk" + life));
        bench = LogBench.on(disk).config(CONFIG);
        bench.compactWith(new KafkaFilter());
        bench.nowMs = nowMs;
        image.crashAtOperation(image.operations() + 100 + entropy.nextInt(2_500));
        boolean ended = false;
        try {
            if (!open(disk)) {
                return;
            }
            ended = work(entropy);
        } catch (final SimCrash crash) {
            assertThat(crash).hasMessageContaining("operation");
        } catch (final DiskException full) {
            assertThat(full.status()).as(name).isEqualTo(DiskStatus.NO_SPACE);
        } finally {
            if (bench.log != null) {
                stable = Math.max(stable, bench.stable);
                assertThat(bench.offline).as(name + " " + bench.events).isZero();
                interrupted += bench.log.compactor().isBusy() ? 1 : 0;
            }
        }
        clean = ended;
        if (!clean && entropy.nextInt(3) > 0) {
            image.crash(entropy);
        } else {
            image.kill(entropy);
        }
    }

    private boolean open(final SimDisk disk) {
        if (exists) {
            bench.recover(checkpoint, startOffset, clean);
            bench.log.compactor().cleanedTo(cleanedTo);
            check();
            return true;
        }
        final int[] status = {LogBench.UNANSWERED};
        bench.log = LogCreation.create(
                bench.context, LogBench.DIRECTORY, CONFIG, bench, 1, 2, nowMs, ended -> status[0] = ended);
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

    private boolean work(final Entropy entropy) {
        long nowNs = 0;
        for (int i = 0; i < 1_200 && !bench.log.isOffline(); i++) {
            switch (entropy.nextInt(24)) {
                case 0 -> bench.log.sync();
                case 1 -> bench.log.applyRetention(bench.nowMs, bench.log.stableOffset());
                case 2 -> checkpoint();
                case 3, 4, 10, 11, 12, 13, 14, 15, 16 -> bench.turn();
                case 5 -> compact();
                case 6 -> deleteSome(entropy);
                case 7, 8, 9, 17, 18, 19 -> bench.log.compactor().doWork(nowNs += 1_000_000);
                default -> put(entropy);
            }
            nowMs += entropy.nextInt(50);
            bench.nowMs = nowMs;
        }
        if (bench.log.isOffline() || entropy.nextInt(3) > 0) {
            return false;
        }
        final int[] ended = {LogBench.UNANSWERED};
        bench.log.close(status -> ended[0] = status);
        while (ended[0] == LogBench.UNANSWERED) {
            if (!bench.turn()) {
                bench.log.compactor().doWork(nowNs += 1_000_000);
            }
        }
        if (ended[0] == DiskStatus.OK) {
            checkpoint();
        }
        return ended[0] == DiskStatus.OK;
    }

    private void checkpoint() {
        checkpoint = bench.log.recoveryPoint();
        startOffset = bench.log.startOffset();
        cleanedTo = bench.log.compactor().cleanedTo();
    }

    private void deleteSome(final Entropy entropy) {
        if (entropy.nextInt(20) == 0) {
            final long span = bench.log.stableOffset() - bench.log.startOffset();
            if (span > 0) {
                bench.log.advanceStartOffset(
                        bench.log.startOffset() + entropy.nextInt((int) span + 1), bench.log.stableOffset());
            }
        }
    }

    private void compact() {
        final LogCompactor.Dirt dirt =
                bench.log.compactor().dirt(bench.log.stableOffset(), 0, Long.MAX_VALUE, bench.nowMs);
        if (dirt != null) {
            bench.log
                    .compactor()
                    .start(
                            CompactionRun.of(dirt, 200, SETTINGS, bench.nowMs),
                            status -> compactions += status == DiskStatus.OK ? 1 : 0);
        }
    }

    private void put(final Entropy entropy) {
        final int count = 1 + entropy.nextInt(3);
        final SimpleRecord[] records = new SimpleRecord[count];
        final Written[] news = new Written[count];
        for (int i = 0; i < count; i++) {
            final String value = entropy.nextInt(4) == 0 ? null : "value-" + values++;
            news[i] = new Written("key-" + entropy.nextInt(KEYS), value);
            records[i] = new SimpleRecord(nowMs, KafkaBatches.utf8(news[i].key), KafkaBatches.utf8(value));
        }
        final KafkaBatches batch = KafkaBatches.batch();
        batch.codec(entropy.nextInt(3) == 0 ? CompressionType.LZ4 : CompressionType.NONE);
        final byte[] bytes = batch.of(records);
        if (bench.table.check(KafkaBatches.ours(bytes)) == Outcome.OK && bench.offer(bytes) == AppendResult.APPENDED) {
            final long base = bench.stored.getLast().baseOffset();
            written.tailMap(base, true).clear();
            for (int i = 0; i < count; i++) {
                written.put(base + i, news[i]);
            }
        }
    }

    private void check() {
        final String what = name + " " + bench.report;
        assertThat(bench.report.isDamaged()).as(what).isFalse();
        final long end = bench.log.endOffset();
        assertThat(end).as(what).isGreaterThanOrEqualTo(stable);
        written.tailMap(end, true).clear();
        stable = end;
        final Map<String, String> expected = new TreeMap<>();
        written.tailMap(bench.log.startOffset(), true).forEach((offset, each) -> put(expected, each));
        final Map<String, String> found = new TreeMap<>();
        long offset = bench.log.startOffset();
        while (offset < end) {
            final MutableRecordBatch batch = batchAt(offset, what);
            assertThat(batch.nextOffset()).as(what).isGreaterThan(offset);
            for (final Record record : batch) {
                final Written each = new Written(text(record.key()), text(record.value()));
                assertThat(each).as(what + " at " + record.offset()).isEqualTo(written.get(record.offset()));
                if (record.offset() >= bench.log.startOffset()) {
                    put(found, each);
                }
            }
            offset = batch.nextOffset();
        }
        assertThat(found).as(what).isEqualTo(expected);
    }

    private MutableRecordBatch batchAt(final long offset, final String what) {
        final LogSlice slice = bench.context.leases().acquire();
        try {
            assertThat(bench.read(offset, bench.log.endOffset(), 1, slice))
                    .as(what + " at " + offset)
                    .isEqualTo(ReadResult.FOUND);
            final MutableRecordBatch batch = MemoryRecords.readableRecords(ByteBuffer.wrap(LogBench.bytesOf(slice)))
                    .batches()
                    .iterator()
                    .next();
            batch.ensureValid();
            return batch;
        } finally {
            bench.context.leases().release(slice);
        }
    }

    private static void put(final Map<String, String> map, final Written each) {
        if (each.value == null) {
            map.remove(each.key);
        } else {
            map.put(each.key, each.value);
        }
    }

    private static String text(final ByteBuffer bytes) {
        return bytes == null ? null : new String(KafkaBatches.toBytes(bytes), StandardCharsets.UTF_8);
    }
}
