package io.millrace.engine.producer;

import static io.millrace.engine.batch.KafkaBatches.batch;
import static io.millrace.engine.batch.KafkaBatches.ours;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.status.Outcome;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;
import org.apache.kafka.storage.internals.log.ProducerStateManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProducerSnapshotTest {
    private static final long DAY_MS = 86_400_000;
    private static final long NOW_MS = 1_700_000_000_000L;

    @TempDir
    private Path directory;

    private final ProducerTable table = new ProducerTable(DAY_MS, new Crc32c(), NOW_MS);

    @Test
    void shouldBeReadByKafka() throws IOException {
        table.apply(ours(batch().at(10).producer(1, 2, 3).count(4, NOW_MS)), NOW_MS);
        table.apply(ours(batch().at(14).producer(1, 2, 7).count(2, NOW_MS)), NOW_MS);
        table.apply(ours(batch().at(16).producer(99, 0, 0).transactional().count(1, NOW_MS)), NOW_MS);

        final List<ProducerStateEntry> entries = ProducerStateManager.readSnapshot(file(table.encodeSnapshot()));
        assertThat(entries).hasSize(2);
        final ProducerStateEntry first = entries.getFirst();
        assertThat(first.producerId()).isEqualTo(1);
        assertThat(first.producerEpoch()).isEqualTo((short) 2);
        assertThat(first.lastTimestamp()).isEqualTo(NOW_MS + 1);
        assertThat(first.lastDataOffset()).isEqualTo(15);
        assertThat(first.firstDataOffset()).isEqualTo(14);
        assertThat(first.batchMetadata().iterator().next().lastSeq()).isEqualTo(8);
        assertThat(first.coordinatorEpoch()).isEqualTo(-1);
        assertThat(first.currentTxnFirstOffset()).isEmpty();
        assertThat(entries.get(1).currentTxnFirstOffset()).isEqualTo(OptionalLong.of(16));
    }

    @Test
    void shouldReadWhatKafkaWrote() throws IOException {
        final Map<Long, ProducerStateEntry> entries = new HashMap<>();
        entries.put(7L, new ProducerStateEntry(7, (short) 1, 5, NOW_MS, OptionalLong.empty()));
        entries.put(8L, new ProducerStateEntry(8, (short) 3, 6, NOW_MS, OptionalLong.of(17)));
        final File file = directory.resolve("kafka.snapshot").toFile();
        ProducerStateManager.writeSnapshot(file, entries, false);

        final byte[] bytes = Files.readAllBytes(file.toPath());
        assertThat(table.loadSnapshot(new UnsafeBuffer(bytes), 0, bytes.length, NOW_MS))
                .isTrue();
        assertThat(table.size()).isEqualTo(2);
        final List<ProducerStateEntry> back = ProducerStateManager.readSnapshot(file(table.encodeSnapshot()));
        assertThat(back)
                .extracting(Object::toString)
                .containsExactlyInAnyOrderElementsOf(
                        entries.values().stream().map(Object::toString).toList());
    }

    @Test
    void shouldEncodeWhatWasFrozenWhateverHappensAfter() {
        for (int producer = 0; producer < 100; producer++) {
            table.apply(ours(batch().at(producer).producer(producer, 0, 0).count(1, NOW_MS)), NOW_MS);
        }
        final DirectBuffer then = table.encodeSnapshot();
        final Supplier<DirectBuffer> frozen = table.freezeSnapshot();
        for (int producer = 50; producer < 150; producer++) {
            final int sequence = producer < 100 ? 1 : 0;
            table.apply(
                    ours(batch().at(50 + producer)
                            .producer(producer, 0, sequence)
                            .count(1, NOW_MS)),
                    NOW_MS);
        }
        final DirectBuffer between = table.encodeSnapshot();
        final Supplier<DirectBuffer> frozenLater = table.freezeSnapshot();
        table.rollBackTo(150);
        table.removeExpired(NOW_MS + 2 * DAY_MS, Integer.MAX_VALUE);
        table.clear();

        assertThat(frozen.get()).isEqualTo(then);
        assertThat(frozenLater.get()).isEqualTo(between).isNotEqualTo(then);
    }

    @Test
    void shouldKeepTheWholeWindowOverARestart() {
        for (int i = 0; i < 7; i++) {
            table.apply(ours(batch().at(i * 10L).producer(5, 0, i * 10).count(10, NOW_MS)), NOW_MS);
        }
        final ProducerTable restarted = reload(table, NOW_MS);
        for (int i = 2; i < 7; i++) {
            final BatchFlyweight retry = ours(batch().producer(5, 0, i * 10).count(10, NOW_MS));
            assertThat(restarted.check(retry)).isEqualTo(Outcome.DUPLICATE);
            assertThat(restarted.duplicateBaseOffset()).isEqualTo(i * 10L);
        }
        assertThat(restarted.encodeSnapshot()).isEqualTo(table.encodeSnapshot());
    }

    @Test
    void shouldRememberWhenAProducerOfOldRecordsWasLastHeardOf() {
        table.apply(ours(batch().producer(5, 0, 0).count(1, 1_000)), NOW_MS);
        assertThat(reload(table, NOW_MS + DAY_MS - 1).size()).isEqualTo(1);
        assertThat(reload(table, NOW_MS + DAY_MS).size()).isZero();
    }

    @Test
    void shouldRefuseEveryDamagedByteAndEveryCut() {
        for (int i = 0; i < 3; i++) {
            table.apply(ours(batch().at(i).producer(5 + i % 2, 0, i / 2).count(1, NOW_MS)), NOW_MS);
        }
        final DirectBuffer sound = table.encodeSnapshot();
        final Random random = new Random(3);
        for (int at = 0; at < sound.capacity(); at++) {
            final UnsafeBuffer damaged = copy(sound);
            damaged.putByte(at, (byte) (damaged.getByte(at) ^ 1 << random.nextInt(8)));
            assertThat(table.loadSnapshot(damaged, 0, damaged.capacity(), NOW_MS))
                    .isFalse();
            assertThat(table.loadSnapshot(sound, 0, at, NOW_MS)).isFalse();
            assertThat(table.size()).isZero();
        }
        assertThat(table.loadSnapshot(sound, 0, sound.capacity(), NOW_MS)).isTrue();
    }

    private static ProducerTable reload(final ProducerTable from, final long nowMs) {
        final DirectBuffer bytes = from.encodeSnapshot();
        final ProducerTable restarted = new ProducerTable(DAY_MS, new Crc32c(), nowMs);
        assertThat(restarted.loadSnapshot(bytes, 0, bytes.capacity(), nowMs)).isTrue();
        return restarted;
    }

    private File file(final DirectBuffer snapshot) throws IOException {
        final byte[] bytes = new byte[snapshot.capacity()];
        snapshot.getBytes(0, bytes);
        return Files.write(directory.resolve("00000000000000000017.snapshot"), bytes)
                .toFile();
    }

    private static UnsafeBuffer copy(final DirectBuffer source) {
        final byte[] bytes = new byte[source.capacity()];
        source.getBytes(0, bytes);
        return new UnsafeBuffer(bytes);
    }
}
