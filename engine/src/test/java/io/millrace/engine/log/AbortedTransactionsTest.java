package io.millrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.KafkaBatches;
import io.millrace.engine.port.DiskStatus;
import io.millrace.engine.port.SeededEntropy;
import io.millrace.engine.sim.SimDisk;
import io.millrace.engine.sim.SimDiskFaults;
import io.millrace.engine.sim.SimDiskImage;
import io.millrace.engine.sim.SimTime;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.AbortedTxn;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.CompletedTxn;
import org.apache.kafka.storage.internals.log.ProducerAppendInfo;
import org.apache.kafka.storage.internals.log.ProducerStateManager;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.TransactionIndex;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lists of aborted transactions against those that Apache Kafka makes of the same log, whatever happens to it. */
class AbortedTransactionsTest {
    private static final int PRODUCERS = 5;

    @TempDir
    private Path directory;

    private SimDiskImage image = new SimDiskImage();
    private final SimDiskFaults faults = SimDiskFaults.none();
    private LogBench bench;
    private int[] sequences;
    private boolean[] open;

    @BeforeEach
    void begin() {
        begin(LogConfig.DEFAULT.withSegmentBytes(1_500));
    }

    private void begin(final LogConfig config) {
        image = new SimDiskImage();
        bench = newBench().config(config);
        bench.create();
        sequences = new int[PRODUCERS];
        open = new boolean[PRODUCERS];
    }

    private LogBench newBench() {
        return LogBench.on(new SimDisk(image, new SimTime(), faults, new SeededEntropy(1)));
    }

    @Test
    void shouldListWhatKafkaLists() throws Exception {
        write(new Random(1), 300);
        assertThat(bench.log.segments.size()).isGreaterThan(5);
        assertAsKafka();
        assertThat(bench.close()).isEqualTo(DiskStatus.OK);
        assertFilesAsKafka();
    }

    @Test
    void shouldWriteTheActiveSegmentsListWithTheLog() throws Exception {
        image = new SimDiskImage();
        bench = newBench();
        bench.create();
        write(new Random(2), 60);
        assertFilesAsKafka();
    }

    @Test
    void shouldHaveTheSameAfterAnyEnd() throws Exception {
        for (int seed = 0; seed < 30; seed++) {
            begin();
            final Random random = new Random(seed);
            write(random, 40 + random.nextInt(150));
            final boolean clean = random.nextBoolean();
            long recoveryPoint = 0;
            if (clean) {
                assertThat(bench.close()).isEqualTo(DiskStatus.OK);
                recoveryPoint = bench.log.endOffset();
            } else if (random.nextBoolean()) {
                bench.sync();
                bench.settle();
                recoveryPoint = bench.log.recoveryPoint();
            }
            reopen(recoveryPoint, clean);
            assertAsKafka();
            // Once more, on what recovery has written.
            write(random, 30);
            reopen(0, false);
            assertAsKafka();
            assertFilesAsKafka();
        }
    }

    @Test
    void shouldMakeDamagedListsAnew() throws Exception {
        write(new Random(3), 300);
        bench.close();
        final Random random = new Random(4);
        int damaged = 0;
        for (final Segment segment : bench.log.segments) {
            final String path = LogFiles.path(LogBench.DIRECTORY, segment.baseOffset, LogFiles.TXN_INDEX);
            final byte[] bytes = list(segment);
            if (bytes != null) {
                damaged++;
                if (random.nextBoolean()) {
                    image.put(path, Arrays.copyOf(bytes, bytes.length - 1));
                } else {
                    bytes[1] = 7;
                    image.put(path, bytes);
                }
            }
        }
        assertThat(damaged).isGreaterThan(3);
        reopen(bench.log.endOffset(), true);
        assertThat(bench.report.findings()).hasSize(damaged).allMatch(each -> each.contains("aborted"));
        assertThat(bench.report.isDamaged()).isFalse();
        assertAsKafka();
        assertFilesAsKafka();
    }

    @Test
    void shouldCutTheListsWithTheLog() throws Exception {
        for (int seed = 0; seed < 20; seed++) {
            begin();
            final Random random = new Random(seed);
            write(random, 200);
            final LogBench.Stored at = bench.stored.get(random.nextInt(bench.stored.size()));
            final int[] ended = {LogBench.UNANSWERED};
            bench.log.truncateTo(at.baseOffset(), status -> ended[0] = status);
            bench.until(() -> ended[0] != LogBench.UNANSWERED);
            assertThat(ended[0]).isEqualTo(DiskStatus.OK);
            bench.stored.removeIf(each -> each.baseOffset() >= at.baseOffset());
            bench.appended = bench.log.appendedOffset();
            bench.stable = bench.log.stableOffset();
            assertAsKafka();
            reopen(0, false);
            assertAsKafka();
            assertFilesAsKafka();
        }
    }

    @Test
    void shouldUndoTheListWithAWriteThatFails() throws Exception {
        write(new Random(5), 20);
        bench.append(data(0));
        bench.settle();
        faults.noSpace(1_000_000, 1);
        bench.offer(marker(0, false));
        bench.settle();
        assertThat(bench.failures).isPositive();
        faults.heal();
        open[0] = true;
        assertAsKafka();
        bench.append(marker(0, false));
        bench.settle();
        assertAsKafka();
    }

    @Test
    void shouldTellReadersWhatOverlaps() throws Exception {
        write(new Random(6), 300);
        assertReadersAreToldAll(new Random(7), 300);
    }

    @Test
    void shouldTellReadersWhatOverlapsThoughAnIndexEntryIsWrong() throws Exception {
        for (int seed = 0; seed < 60; seed++) {
            begin(LogConfig.DEFAULT.withSegmentBytes(12_000).withIndex(1 << 20, 1_500));
            final Random random = new Random(seed);
            write(random, 300);
            assertThat(bench.close()).isEqualTo(DiskStatus.OK);
            for (final Segment segment : bench.log.segments) {
                final String path = LogFiles.path(LogBench.DIRECTORY, segment.baseOffset, LogFiles.INDEX);
                final byte[] index = image.contents(path);
                if (index.length > 0) {
                    turnBit(index, random);
                    image.put(path, index);
                }
            }
            reopen(bench.log.endOffset(), true);
            assertReadersAreToldAll(random, 100);
        }
    }

    /** So that the entries still ascend: others are made anew. */
    private static void turnBit(final byte[] index, final Random random) {
        final UnsafeBuffer entries = new UnsafeBuffer(index);
        final int at = random.nextInt(index.length / 4) * 4;
        while (true) {
            final int right = entries.getInt(at, ByteOrder.BIG_ENDIAN);
            entries.putInt(at, right ^ 1 << random.nextInt(12), ByteOrder.BIG_ENDIAN);
            boolean ascends = true;
            for (int i = 8; i < index.length; i += 4) {
                ascends &= entries.getInt(i, ByteOrder.BIG_ENDIAN) > entries.getInt(i - 8, ByteOrder.BIG_ENDIAN);
            }
            if (ascends) {
                return;
            }
            entries.putInt(at, right, ByteOrder.BIG_ENDIAN);
        }
    }

    /** Of each transaction that overlaps, and nothing beyond the limit. */
    private void assertReadersAreToldAll(final Random random, final int reads) throws Exception {
        final List<AbortedTxn> all = new ArrayList<>();
        kafka().values().forEach(all::addAll);
        for (int i = 0; i < reads; i++) {
            final int from = random.nextInt(bench.stored.size());
            final long offset = bench.stored.get(from).baseOffset();
            final int batches = 1 + random.nextInt(bench.stored.size() - from);
            final List<LogBench.Stored> below = bench.stored.subList(from, from + batches);
            final long limit = below.getLast().nextOffset();
            final LogSlice slice = bench.context.leases().acquire();
            assertThat(bench.read(offset, limit, 1 + random.nextInt(4_000), slice))
                    .isEqualTo(ReadResult.FOUND);
            assertThat(slice.length())
                    .isLessThanOrEqualTo(
                            below.stream().mapToInt(each -> each.bytes().length).sum());
            bench.log.collectAborted(offset, limit, slice);
            final List<String> told = new ArrayList<>();
            for (int j = 0; j < slice.abortedCount(); j++) {
                told.add(slice.abortedProducerId(j) + " " + slice.abortedFirstOffset(j));
            }
            final long end = endOf(new UnsafeBuffer(LogBench.bytesOf(slice)), offset);
            final List<String> needed = all.stream()
                    .filter(each -> each.lastOffset() >= offset && each.firstOffset() < end)
                    .map(each -> each.producerId() + " " + each.firstOffset())
                    .toList();
            assertThat(told).doesNotHaveDuplicates().containsAll(needed);
            bench.context.leases().release(slice);
            assertThat(slice.abortedCount()).isZero();
        }
    }

    /** Random producers with random transactions, as the owner of a partition would write them. */
    private void write(final Random random, final int batches) {
        for (int i = 0; i < batches; i++) {
            final int producer = random.nextInt(PRODUCERS);
            if (open[producer] && random.nextInt(3) == 0) {
                bench.append(marker(producer, random.nextInt(3) == 0));
            } else if (!open[producer] && random.nextInt(8) == 0) {
                bench.append(marker(producer, false)); // of a transaction that wrote nothing here
            } else {
                bench.append(data(producer));
            }
        }
        bench.settle();
    }

    private byte[] data(final int producer) {
        open[producer] = true;
        return KafkaBatches.batch()
                .producer(producer, 0, sequences[producer]++)
                .transactional()
                .count(1, bench.nowMs);
    }

    private byte[] marker(final int producer, final boolean commit) {
        open[producer] = false;
        return KafkaBatches.marker(0, bench.nowMs, producer, 0, 0, commit);
    }

    private void reopen(final long recoveryPoint, final boolean clean) {
        image.kill(new SeededEntropy(2));
        final LogBench before = bench;
        bench = newBench().config(before.config);
        bench.stored.addAll(before.stored);
        bench.recover(recoveryPoint, 0, clean);
        bench.stored.removeIf(each -> each.nextOffset() > bench.log.endOffset());
        assertThat(bench.log.endOffset()).isEqualTo(before.log.endOffset());
    }

    private void assertAsKafka() throws Exception {
        final Map<Long, List<AbortedTxn>> expected = kafka();
        for (final Segment segment : bench.log.segments) {
            final List<AbortedTxn> ours = new ArrayList<>();
            for (int i = 0; segment.hasAborted() && i < segment.aborted.count(); i++) {
                ours.add(new AbortedTxn()
                        .setProducerId(segment.aborted.producerId(i))
                        .setFirstOffset(segment.aborted.firstOffset(i))
                        .setLastOffset(segment.aborted.lastOffset(i))
                        .setLastStableOffset(segment.aborted.lastStableOffset(i)));
            }
            assertThat(ours).isEqualTo(expected.getOrDefault(segment.baseOffset, List.of()));
        }
    }

    private void assertFilesAsKafka() throws Exception {
        final Map<Long, List<AbortedTxn>> expected = kafka();
        assertThat(expected).isNotEmpty();
        for (final Segment segment : bench.log.segments) {
            final byte[] bytes = list(segment);
            if (bytes == null) {
                assertThat(expected.get(segment.baseOffset)).isNull();
            } else {
                final Path file = directory.resolve("index");
                Files.write(file, bytes);
                final TransactionIndex index = new TransactionIndex(segment.baseOffset, file.toFile());
                index.sanityCheck();
                assertThat(index.allAbortedTxns()).isEqualTo(expected.get(segment.baseOffset));
                index.close();
                Files.delete(file);
            }
        }
    }

    private byte[] list(final Segment segment) {
        final String path = LogFiles.path(LogBench.DIRECTORY, segment.baseOffset, LogFiles.TXN_INDEX);
        return image.exists(path) ? image.contents(path) : null;
    }

    /** What Apache Kafka lists for each segment. */
    private Map<Long, List<AbortedTxn>> kafka() throws Exception {
        final ProducerStateManager kafka = new ProducerStateManager(
                new TopicPartition("t", 0),
                directory.toFile(),
                60_000,
                new ProducerStateManagerConfig(86_400_000, false),
                Time.SYSTEM);
        final Map<Long, List<AbortedTxn>> lists = new HashMap<>();
        for (final LogBench.Stored stored : bench.stored) {
            final RecordBatch batch = MemoryRecords.readableRecords(ByteBuffer.wrap(stored.bytes()))
                    .batches()
                    .iterator()
                    .next();
            final ProducerAppendInfo info = kafka.prepareUpdate(batch.producerId(), AppendOrigin.REPLICATION);
            final Optional<CompletedTxn> completed = info.append(batch, Optional.empty());
            kafka.update(info);
            if (completed.isPresent()) {
                final CompletedTxn txn = completed.get();
                if (txn.isAborted()) {
                    lists.computeIfAbsent(
                                    bench.log.segments.get(bench.log.segmentHolding(txn.lastOffset())).baseOffset,
                                    base -> new ArrayList<>())
                            .add(new AbortedTxn()
                                    .setProducerId(txn.producerId())
                                    .setFirstOffset(txn.firstOffset())
                                    .setLastOffset(txn.lastOffset())
                                    .setLastStableOffset(kafka.lastStableOffset(txn)));
                }
                kafka.completeTxn(txn);
            }
        }
        return lists;
    }

    private static long endOf(final UnsafeBuffer bytes, final long baseOffset) {
        final BatchFlyweight batch = new BatchFlyweight();
        long end = baseOffset;
        int at = 0;
        while (bytes.capacity() - at >= BatchFlyweight.HEADER_BYTES) {
            batch.wrap(bytes, at, bytes.capacity() - at);
            end = batch.nextOffset();
            at += batch.sizeInBytes();
        }
        return end;
    }
}
