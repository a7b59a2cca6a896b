package io.millrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.KafkaBatches;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** A log on a simulated disk, and hands that fill and compact it. */
abstract class CompactionBed {
    static final LogConfig CONFIG =
            LogConfig.DEFAULT.withSegmentBytes(1_000).withIndex(1 << 20, 200).withRetention(-1, -1);

    static final CompactionSettings AT_ONCE = new CompactionSettings(true, 0, 1 << 20, 0.9, Double.MAX_VALUE);
    static final String SWAPPED = LogFiles.LOG + LogFiles.SWAP;

    final SimDiskImage image = new SimDiskImage();
    final SimTime time = new SimTime();
    final SimDiskFaults faults = SimDiskFaults.none();
    LogBench bench = newBench(CONFIG);
    long nowNs;

    LogBench newBench(final LogConfig config) {
        final LogBench made = LogBench.on(new SimDisk(image, time, faults, new SeededEntropy(1)))
                .config(config);
        made.compactWith(new KafkaFilter());
        return made;
    }

    String newest() {
        final String[] found = new String[1];
        bench.log.maxTimestampOffset((status, offset, timestampMs, epoch) -> found[0] = offset + " at " + timestampMs);
        bench.until(() -> found[0] != null);
        return found[0];
    }

    void put(final String key, final String value) {
        bench.append(KafkaBatches.batch()
                .of(new SimpleRecord(bench.nowMs, KafkaBatches.utf8(key), KafkaBatches.utf8(value))));
    }

    SimpleRecord record(final String key, final String value) {
        return KafkaBatches.record(bench.nowMs, key, value);
    }

    void transaction(final long producerId, final int sequence, final boolean commit, final SimpleRecord record) {
        bench.append(KafkaBatches.batch()
                .producer(producerId, 0, sequence)
                .transactional()
                .of(record));
        bench.append(KafkaBatches.marker(0, bench.nowMs, producerId, 0, 0, commit));
    }

    /** All that is there lies below the active segment. */
    void roll() {
        bench.settle();
        bench.log.startRoll(bench.nowMs);
        bench.settle();
        bench.sync();
        put("last", "one");
        bench.sync();
        bench.settle();
    }

    LogCompactor.Dirt dirt() {
        return bench.log.compactor().dirt(bench.log.appendedOffset(), 0, Long.MAX_VALUE, bench.nowMs);
    }

    int compact(final long minLagMs, final long deleteRetentionMs) {
        final LogCompactor.Dirt dirt =
                bench.log.compactor().dirt(bench.log.appendedOffset(), minLagMs, Long.MAX_VALUE, bench.nowMs);
        return run(dirt, CompactionSettings.DEFAULT, deleteRetentionMs);
    }

    int run(final LogCompactor.Dirt dirt, final CompactionSettings settings, final long deleteRetentionMs) {
        final int[] ended = {LogBench.UNANSWERED};
        final long beganNs = nowNs;
        bench.log
                .compactor()
                .start(CompactionRun.of(dirt, deleteRetentionMs, settings, bench.nowMs), status -> ended[0] = status);
        while (ended[0] == LogBench.UNANSWERED) {
            nowNs += 1_000_000;
            if (bench.log.compactor().doWork(nowNs) == 0 && ended[0] == LogBench.UNANSWERED) {
                bench.turn();
            }
        }
        bench.settle();
        if (ended[0] != DiskStatus.OK) {
            // The pause until the next try begins now.
            bench.nowMs += (nowNs - beganNs) / 1_000_000;
        }
        return ended[0];
    }

    List<String> names() {
        return new BlockingDisk(bench.disk).list(LogBench.DIRECTORY);
    }

    List<MutableRecordBatch> batches() {
        final List<MutableRecordBatch> found = new ArrayList<>();
        long offset = bench.log.startOffset();
        while (offset < bench.log.appendedOffset()) {
            final LogSlice slice = bench.context.leases().acquire();
            assertThat(bench.read(offset, bench.log.appendedOffset(), 1, slice)).isEqualTo(ReadResult.FOUND);
            final MutableRecordBatch batch = MemoryRecords.readableRecords(ByteBuffer.wrap(LogBench.bytesOf(slice)))
                    .batches()
                    .iterator()
                    .next();
            bench.context.leases().release(slice);
            batch.ensureValid();
            found.add(batch);
            offset = batch.nextOffset();
        }
        return found;
    }

    List<String> contents() {
        final List<String> found = new ArrayList<>();
        for (final MutableRecordBatch batch : batches()) {
            if (!batch.isControlBatch()) {
                for (final Record record : batch) {
                    found.add(record.offset() + " " + text(record.key()) + '=' + text(record.value()));
                }
            }
        }
        return found;
    }

    static String text(final ByteBuffer bytes) {
        return bytes == null ? "null" : new String(KafkaBatches.toBytes(bytes), StandardCharsets.UTF_8);
    }

    void reopenAndExpect(final List<String> contents) {
        final long end = bench.log.endOffset();
        image.kill(new SeededEntropy(3));
        bench = newBench(CONFIG);
        bench.recover(0, 0, false);
        assertThat(bench.report.isDamaged()).as(bench.report.toString()).isFalse();
        assertThat(bench.log.endOffset()).isEqualTo(end);
        assertThat(contents()).isEqualTo(contents);
    }
}
