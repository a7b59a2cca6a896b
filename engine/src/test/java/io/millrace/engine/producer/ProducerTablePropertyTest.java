package io.millrace.engine.producer;

import static io.millrace.engine.batch.KafkaBatches.batch;
import static io.millrace.engine.batch.KafkaBatches.kafka;
import static io.millrace.engine.batch.KafkaBatches.ours;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.status.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.agrona.DirectBuffer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.BatchMetadata;
import org.apache.kafka.storage.internals.log.ProducerAppendInfo;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;
import org.apache.kafka.storage.internals.log.ProducerStateManager;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random producers against Apache Kafka's own state machine, and random failures against a table that had none. */
class ProducerTablePropertyTest {
    private static final long NOW_MS = 1_700_000_000_000L;
    private static final int EXPIRATION_MS = 86_400_000;

    @TempDir
    private Path directory;

    @Test
    void shouldDecideAsKafkaDoes() throws Exception {
        for (long seed = 0; seed < 40; seed++) {
            final Random random = new Random(seed);
            final ProducerTable table = new ProducerTable(EXPIRATION_MS, new Crc32c(), NOW_MS);
            final ProducerStateManager kafka = new ProducerStateManager(
                    new TopicPartition("t", 0),
                    directory.toFile(),
                    60_000,
                    new ProducerStateManagerConfig(EXPIRATION_MS, false),
                    Time.SYSTEM);
            final List<int[]> sent = new ArrayList<>();
            long endOffset = random.nextInt(1_000);
            for (int step = 0; step < 400; step++) {
                final int[] batch = nextBatch(random, sent);
                final byte[] bytes = batch().at(endOffset)
                        .producer(batch[0], batch[1], batch[2])
                        .count(batch[3], NOW_MS + step);
                final Outcome expected = decide(kafka, kafka(bytes));
                final Outcome actual = table.check(ours(bytes));
                assertThat(actual).as("seed %d step %d", seed, step).isEqualTo(expected);
                if (actual == Outcome.DUPLICATE) {
                    assertThat(table.duplicateBaseOffset())
                            .isEqualTo(duplicate(kafka, kafka(bytes)).firstOffset());
                } else if (actual == Outcome.OK) {
                    table.apply(ours(bytes), NOW_MS);
                    endOffset += batch[3];
                    sent.add(batch);
                }
            }
        }
    }

    @Test
    void shouldBeAsIfRolledBackBatchesHadNeverBeen() {
        for (long seed = 0; seed < 100; seed++) {
            final Random random = new Random(seed);
            final ProducerTable table = new ProducerTable(EXPIRATION_MS, new Crc32c(), NOW_MS);
            final List<int[]> sent = new ArrayList<>();
            final List<byte[]> log = new ArrayList<>();
            int settled = 0;
            for (int step = 0; step < 200; step++) {
                final int dice = random.nextInt(20);
                if (dice == 0) {
                    settled += random.nextInt(log.size() - settled + 1);
                    table.settle(
                            settled == log.size()
                                    ? endOf(log)
                                    : ours(log.get(settled)).baseOffset());
                } else if (dice == 1) {
                    final int keep = settled + random.nextInt(log.size() - settled + 1);
                    table.rollBackTo(
                            keep == log.size()
                                    ? endOf(log)
                                    : ours(log.get(keep)).baseOffset());
                    log.subList(keep, log.size()).clear();
                } else {
                    final int[] batch = nextBatch(random, sent);
                    final byte[] bytes = batch().at(endOf(log))
                            .producer(batch[0], batch[1], batch[2])
                            .count(batch[3], NOW_MS);
                    if (table.check(ours(bytes)) == Outcome.OK) {
                        table.apply(ours(bytes), NOW_MS);
                        log.add(bytes);
                        sent.add(batch);
                    }
                }
                assertThat(contents(table)).as("seed %d step %d", seed, step).isEqualTo(contents(replay(log)));
            }
        }
    }

    private static long endOf(final List<byte[]> log) {
        return log.isEmpty() ? 0 : ours(log.getLast()).nextOffset();
    }

    private static ProducerTable replay(final List<byte[]> log) {
        final ProducerTable table = new ProducerTable(EXPIRATION_MS, new Crc32c(), NOW_MS);
        for (final byte[] bytes : log) {
            table.replay(ours(bytes).bytes(), 0, bytes.length);
        }
        return table;
    }

    /** Entries in Kafka's reading, without regard to slots. */
    private List<String> contents(final ProducerTable table) {
        final DirectBuffer snapshot = table.encodeSnapshot();
        final ProducerSnapshot reader = new ProducerSnapshot(new Crc32c());
        assertThat(reader.wrap(snapshot, 0, snapshot.capacity())).isTrue();
        final List<String> contents = new ArrayList<>();
        while (reader.next()) {
            final ProducerEntries entries = new ProducerEntries();
            final int slot = entries.acquire(reader.producerId());
            reader.copyTo(entries, slot);
            final StringBuilder text =
                    new StringBuilder().append(reader.producerId()).append('/').append(entries.epoch(slot));
            for (int i = 0; i < entries.batches(slot); i++) {
                text.append(' ').append(entries.batchFirstSequence(slot, i));
                text.append('@').append(entries.batchFirstOffset(slot, i));
                text.append('-').append(entries.batchLastOffset(slot, i));
            }
            contents.add(text.toString());
        }
        contents.sort(Comparator.naturalOrder());
        return contents;
    }

    /** Producer, epoch, sequence, count: mostly what comes next, sometimes a retry, a gap, another epoch. */
    private static int[] nextBatch(final Random random, final List<int[]> sent) {
        final int producer = random.nextInt(4);
        final int dice = random.nextInt(10);
        if (dice < 3 && !sent.isEmpty()) {
            return sent.get(Math.max(0, sent.size() - 1 - random.nextInt(12)));
        }
        int[] last = null;
        for (final int[] batch : sent) {
            last = batch[0] == producer ? batch : last;
        }
        final int count = 1 + random.nextInt(5);
        if (last == null) {
            return new int[] {producer, random.nextInt(3), Integer.MAX_VALUE - random.nextInt(20), count};
        }
        final int next = (last[2] + last[3]) & Integer.MAX_VALUE;
        return switch (dice) {
            case 3 -> new int[] {producer, last[1], (next + 1 + random.nextInt(3)) & Integer.MAX_VALUE, count};
            case 4 -> new int[] {producer, last[1] + 1, random.nextInt(2), count};
            case 5 -> new int[] {producer, Math.max(0, last[1] - 1), next, count};
            default -> new int[] {producer, last[1], next, count};
        };
    }

    private static Outcome decide(final ProducerStateManager kafka, final RecordBatch batch) {
        if (duplicate(kafka, batch) != null) {
            return Outcome.DUPLICATE;
        }
        try {
            final ProducerAppendInfo info = kafka.prepareUpdate(batch.producerId(), AppendOrigin.CLIENT);
            info.append(batch, Optional.empty());
            kafka.update(info);
            return Outcome.OK;
        } catch (final OutOfOrderSequenceException e) {
            return Outcome.OUT_OF_ORDER_SEQUENCE;
        } catch (final InvalidProducerEpochException e) {
            return Outcome.STALE_PRODUCER_EPOCH;
        }
    }

    /** As the log asks it: the same epoch and exactly the same range of sequences. */
    private static BatchMetadata duplicate(final ProducerStateManager kafka, final RecordBatch batch) {
        final ProducerStateEntry entry = kafka.lastEntry(batch.producerId()).orElse(null);
        if (entry == null || entry.producerEpoch() != batch.producerEpoch()) {
            return null;
        }
        return entry.batchMetadata().stream()
                .filter(known -> known.firstSeq() == batch.baseSequence() && known.lastSeq() == batch.lastSequence())
                .findFirst()
                .orElse(null);
    }
}
