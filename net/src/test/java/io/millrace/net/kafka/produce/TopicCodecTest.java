package io.millrace.net.kafka.produce;

import static io.millrace.net.kafka.node.Requests.add;
import static io.millrace.net.kafka.node.Requests.fetch;
import static io.millrace.net.kafka.node.Requests.partitions;
import static io.millrace.net.kafka.node.Requests.produce;
import static io.millrace.net.kafka.node.Requests.raw;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.net.kafka.node.Requests;
import io.millrace.net.kafka.node.TestClient;
import io.millrace.net.kafka.node.TestNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What topics do that have a codec of their own, or look into compressed batches. */
class TopicCodecTest {
    private static final int VERSION = 12;
    private static final int HEADER = BatchFlyweight.HEADER_BYTES;

    private final TestNode node = new TestNode(2, 64);
    private final TestClient client = node.connect(0);

    static Stream<Arguments> codecs() {
        return Stream.of(CompressionType.values())
                .flatMap(from -> Stream.of(CompressionType.values()).map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest
    @MethodSource("codecs")
    void shouldStoreInTheTopicsCodecWhatWasSentInAny(final CompressionType from, final CompressionType to) {
        final TopicImage topic = codecTopic(to, Map.of());
        final byte[] sent = Requests.bytes(
                MemoryRecords.withIdempotentRecords(Compression.of(from).build(), 7, (short) 3, 0, records(20)));
        for (int i = 0; i < 2; i++) {
            // The second time it is a duplicate.
            final PartitionProduceResponse answer = send(topic, raw(sent.clone()));
            assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
            assertThat(answer.baseOffset()).isZero();
        }
        final MutableRecordBatch stored = onlyBatch(topic);
        assertThat(stored.compressionType()).isEqualTo(to);
        assertThat(stored.producerId()).isEqualTo(7);
        assertThat(stored.producerEpoch()).isEqualTo((short) 3);
        assertThat(stored.baseSequence()).isZero();
        assertThat(stored.lastOffset()).isEqualTo(19);
        assertThat(stored.maxTimestamp()).isEqualTo(1019);
        assertThat(texts(stored)).containsExactly(texts(records(20)));
        if (from == to) {
            assertThat(stored.sizeInBytes()).isEqualTo(sent.length);
        }
        assertThat(node.connections(0).pool().usedBytes()).isZero();
    }

    @Test
    void shouldStampWhatIsPackedAnew() {
        final TopicImage topic = codecTopic(CompressionType.LZ4, Map.of("message.timestamp.type", "LogAppendTime"));
        final PartitionProduceResponse answer =
                send(topic, MemoryRecords.withRecords(Compression.gzip().build(), records(3)));
        assertThat(answer.errorCode()).isZero();
        final MutableRecordBatch stored = onlyBatch(topic);
        assertThat(stored.compressionType()).isEqualTo(CompressionType.LZ4);
        assertThat(stored.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(stored.maxTimestamp()).isEqualTo(answer.logAppendTimeMs());
    }

    @Test
    void shouldKeepTheOrderOfAPartitionAndHoldUpNoOther() {
        final TopicImage topic = codecTopic(CompressionType.GZIP, Map.of());
        final TopicImage plain = node.createTopic("plain", 1, Map.of());
        final TestClient other = node.connect(0);
        node.holdHousekeeping(true);
        for (int i = 0; i < 10; i++) {
            final Compression codec =
                    i % 2 == 0 ? Compression.NONE : Compression.gzip().build();
            client.send(add(produce(-1), VERSION, topic, 0, Requests.batch(codec, "v" + i)), VERSION);
        }
        assertThat(all(other.call(
                        add(produce(-1), VERSION, plain, 0, Requests.batch("x")), VERSION, ProduceResponseData::new)))
                .allMatch(answer -> answer.errorCode() == 0);
        node.run(50);
        assertThat(client.hasAnswer()).isFalse();
        node.holdHousekeeping(false);
        for (int i = 0; i < 10; i++) {
            assertThat(all(client.receive(VERSION, ProduceResponseData::new))
                            .getFirst()
                            .baseOffset())
                    .isEqualTo(i);
        }
        assertThat(batches(topic))
                .extracting(MutableRecordBatch::compressionType)
                .containsOnly(CompressionType.GZIP);
        assertThat(batches(topic).stream().flatMap(each -> Stream.of(texts(each))))
                .containsExactly(
                        IntStream.range(0, 10).mapToObj(i -> "null=v" + i).toArray(String[]::new));
    }

    @Test
    void shouldMeasureWhatWasSentAndWhatBecameOfIt() {
        final TopicImage topic = codecTopic(CompressionType.NONE, Map.of("max.message.bytes", "2000"));
        final SimpleRecord large = new SimpleRecord(1000, new byte[10_000]);
        assertThat(error(topic, MemoryRecords.withRecords(Compression.gzip().build(), large)))
                .isEqualTo(Errors.MESSAGE_TOO_LARGE);
        final TopicImage packing =
                node.createTopic("packing", 1, Map.of("compression.type", "zstd", "max.message.bytes", "2000"));
        // Apache Kafka too takes the size as it was sent first.
        assertThat(error(packing, MemoryRecords.withRecords(Compression.NONE, large)))
                .isEqualTo(Errors.MESSAGE_TOO_LARGE);
        assertThat(batches(topic)).isEmpty();
        assertThat(batches(packing)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void shouldRefuseRecordsWithoutKeysOnCompactedTopicsAndNameThem(final CompressionType codec) {
        final TopicImage topic = node.createTopic("compacted", 1, Map.of("cleanup.policy", "compact"));
        final PartitionProduceResponse answer = send(
                topic,
                MemoryRecords.withRecords(
                        Compression.of(codec).build(),
                        record("a", "1"),
                        record(null, "2"),
                        record("c", "3"),
                        record(null, "4")));
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.INVALID_RECORD);
        assertThat(answer.recordErrors())
                .extracting(BatchIndexAndErrorMessage::batchIndex)
                .containsExactly(1, 3);
        assertThat(answer.recordErrors())
                .extracting(BatchIndexAndErrorMessage::batchIndexErrorMessage)
                .containsOnly("Compacted topic cannot accept message without key in topic partition compacted-0");
        assertThat(answer.errorMessage()).startsWith("One or more records have been rejected due to 2 record errors");
        assertThat(batches(topic)).isEmpty();
        assertThat(node.connections(0).pool().usedBytes()).isZero();

        assertThat(send(topic, MemoryRecords.withRecords(Compression.of(codec).build(), record("a", "1")))
                        .baseOffset())
                .isZero();
        assertThat(onlyBatch(topic).compressionType()).isEqualTo(codec);
    }

    @Test
    void shouldLookAtTimestampsOfPackedRecords() {
        final TopicImage topic = node.createTopic(
                "times", 1, Map.of("record.validation", "full", "message.timestamp.after.max.ms", "1000"));
        final long far = Long.MAX_VALUE / 2;
        final MemoryRecords batch = MemoryRecords.withRecords(
                Compression.gzip().build(), record("a", "1"), new SimpleRecord(far, new byte[1]));
        final PartitionProduceResponse answer = send(topic, batch);
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.INVALID_TIMESTAMP);
        assertThat(answer.recordErrors())
                .extracting(BatchIndexAndErrorMessage::batchIndex)
                .containsExactly(1);
        assertThat(answer.recordErrors().getFirst().batchIndexErrorMessage())
                .startsWith("Timestamp " + far + " of message with offset 1 is out of range.");
    }

    @Test
    void shouldAnswerForTheInsideOfBatchesWhereThatIsAskedFor() {
        final TopicImage full = node.createTopic("full", 1, Map.of("record.validation", "full"));
        final TopicImage headers = node.createTopic("headers", 1, Map.of());
        final byte[] sound =
                Requests.bytes(MemoryRecords.withRecords(Compression.gzip().build(), records(5)));
        final byte[] tooFew = header(sound, 6);
        final byte[] tooMany = header(sound, 4);
        assertThat(error(full, raw(tooFew.clone()))).isEqualTo(Errors.INVALID_RECORD);
        assertThat(error(full, raw(tooMany.clone()))).isEqualTo(Errors.INVALID_RECORD);
        assertThat(error(headers, raw(tooFew.clone()))).isEqualTo(Errors.NONE);

        final byte[] garbage = sound.clone();
        Arrays.fill(garbage, HEADER + 20, sound.length, (byte) 0x5a);
        assertThat(error(full, raw(header(garbage, 5)))).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
        final byte[] cut = Arrays.copyOf(sound, sound.length - 20);
        ByteBuffer.wrap(cut).putInt(BatchFlyweight.LENGTH_AT, cut.length - BatchFlyweight.LENGTH_OVERHEAD_BYTES);
        assertThat(error(full, raw(header(cut, 5)))).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
        assertThat(batches(full)).isEmpty();
        assertThat(error(full, raw(sound))).isEqualTo(Errors.NONE);
    }

    @Test
    void shouldNumberRecordsThatCountWrongly() {
        final TopicImage full = node.createTopic("full", 1, Map.of("record.validation", "full"));
        final byte[] sound =
                Requests.bytes(MemoryRecords.withRecords(Compression.NONE, record("a", "1"), record("b", "2")));
        // length, attributes, timestamp delta, offset delta: that of the second record
        final int second = HEADER + 1 + sound[HEADER] / 2;
        assertThat(sound[second + 3]).isEqualTo((byte) 2);
        sound[second + 3] = 4;
        final byte[] packed = gzip(sound);
        assertThat(error(full, raw(packed))).isEqualTo(Errors.NONE);
        final MutableRecordBatch stored = onlyBatch(full);
        assertThat(stored.compressionType()).isEqualTo(CompressionType.GZIP);
        assertThat(stored).extracting(Record::offset).containsExactly(0L, 1L);
        assertThat(texts(stored)).containsExactly("a=1", "b=2");
    }

    @Test
    void shouldCorrectTheLargestTimestampOfTheHeader() {
        final TopicImage full = node.createTopic("full", 1, Map.of("record.validation", "full"));
        final byte[] sound =
                Requests.bytes(MemoryRecords.withRecords(Compression.gzip().build(), records(5)));
        ByteBuffer.wrap(sound).putLong(BatchFlyweight.MAX_TIMESTAMP_AT, 999_999);
        assertThat(error(full, raw(header(sound, 5)))).isEqualTo(Errors.NONE);
        assertThat(onlyBatch(full).maxTimestamp()).isEqualTo(1004);
    }

    @Test
    void shouldRefuseWhatUnpacksToMoreThanThereIsMemoryFor() {
        final TopicImage full = node.createTopic("full", 1, Map.of("record.validation", "full"));
        final byte[] bomb =
                new byte[(int) Math.min(1 << 30, Runtime.getRuntime().maxMemory() / 16) + 1_000];
        assertThat(error(full, MemoryRecords.withRecords(Compression.zstd().build(), new SimpleRecord(1000, bomb))))
                .isEqualTo(Errors.MESSAGE_TOO_LARGE);
        assertThat(batches(full)).isEmpty();
    }

    /** Such a batch ended the broker once: packing it took more heap than there was. */
    @Test
    void shouldRefuseToPackWhatThereIsNoMemoryFor() {
        final TopicImage topic =
                node.createTopic("packed", 1, Map.of("compression.type", "gzip", "max.message.bytes", "104857600"));
        final byte[] large =
                new byte[(int) Math.min(1 << 30, Runtime.getRuntime().maxMemory() / 16) + 1_000];
        assertThat(error(topic, MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(1000, large))))
                .isEqualTo(Errors.MESSAGE_TOO_LARGE);
        assertThat(batches(topic)).isEmpty();
    }

    @Test
    void shouldRefuseRecordsThatAreLargerThanTheTopicTakes() {
        final TopicImage topic = node.createTopic(
                "full", 1, Map.of("record.validation", "full", "max.decompressed.message.bytes", "1000"));
        final Compression gzip = Compression.gzip().build();
        assertThat(error(topic, MemoryRecords.withRecords(gzip, new SimpleRecord(1000, new byte[995]))))
                .isEqualTo(Errors.INVALID_RECORD);
        assertThat(error(topic, MemoryRecords.withRecords(gzip, new SimpleRecord(1000, new byte[900]))))
                .isEqualTo(Errors.NONE);
    }

    @Test
    void shouldKeepMemoryOfADeletedTopicUntilNobodyLooksAtIt() {
        final TopicImage topic = codecTopic(CompressionType.GZIP, Map.of());
        node.holdHousekeeping(true);
        for (int i = 0; i < 3; i++) {
            client.send(add(produce(-1), VERSION, topic, 0, Requests.batch("v" + i)), VERSION);
        }
        node.run(5);
        node.deleteTopic("codec");
        node.run(5);
        assertThat(client.hasAnswer()).isFalse();
        assertThat(node.connections(0).pool().usedBytes()).isPositive();
        node.holdHousekeeping(false);
        for (int i = 0; i < 3; i++) {
            assertThat(all(client.receive(VERSION, ProduceResponseData::new)))
                    .allMatch(answer -> answer.errorCode() == Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        }
        assertThat(node.connections(0).pool().usedBytes()).isZero();
    }

    @Test
    void shouldStoreWhatAClientLeftBehindAndLetGoOfItsMemory() {
        final TopicImage topic = codecTopic(CompressionType.GZIP, Map.of());
        final TestClient leaving = node.connect(0);
        node.holdHousekeeping(true);
        leaving.send(add(produce(-1), VERSION, topic, 0, Requests.batch("a")), VERSION);
        node.run(5);
        leaving.hangUp();
        node.run(100);
        assertThat(node.connections(0).pool().usedBytes()).isPositive();
        node.holdHousekeeping(false);
        node.run(100);
        assertThat(node.connections(0).pool().usedBytes()).isZero();
        assertThat(texts(onlyBatch(topic))).containsExactly("null=a");
    }

    @Test
    void shouldTellATimeOutWhileOthersLookAndTheAnswerToThoseBehind() {
        final TopicImage topic = codecTopic(CompressionType.GZIP, Map.of());
        node.holdHousekeeping(true);
        client.send(add(produce(-1).setTimeoutMs(1500), VERSION, topic, 0, Requests.batch("a")), VERSION);
        assertThat(all(client.receive(VERSION, ProduceResponseData::new))
                        .getFirst()
                        .errorCode())
                .isEqualTo(Errors.REQUEST_TIMED_OUT.code());
        node.holdHousekeeping(false);
        assertThat(send(topic, Requests.batch("b")).baseOffset()).isEqualTo(1);
        assertThat(node.connections(0).pool().usedBytes()).isZero();
    }

    @Test
    void shouldFollowAChangeWhileBatchesAreUnderWay() {
        final TopicImage topic = codecTopic(CompressionType.GZIP, Map.of());
        node.holdHousekeeping(true);
        client.send(add(produce(-1), VERSION, topic, 0, Requests.batch("a")), VERSION);
        client.send(add(produce(-1), VERSION, topic, 0, Requests.batch("b")), VERSION);
        node.run(5);
        alter(topic, "compression.type", "producer");
        node.holdHousekeeping(false);
        for (int i = 0; i < 2; i++) {
            assertThat(all(client.receive(VERSION, ProduceResponseData::new))
                            .getFirst()
                            .baseOffset())
                    .isEqualTo(i);
        }
        assertThat(batches(topic))
                .extracting(MutableRecordBatch::compressionType)
                .containsExactly(CompressionType.GZIP, CompressionType.NONE);
        alter(topic, "compression.type", "zstd");
        send(topic, Requests.batch("c"));
        assertThat(batches(topic).getLast().compressionType()).isEqualTo(CompressionType.ZSTD);
    }

    private void alter(final TopicImage topic, final String name, final String value) {
        final AlterConfigsResource resource =
                new AlterConfigsResource().setResourceType((byte) 2).setResourceName(topic.name());
        resource.configs().add(new AlterableConfig().setName(name).setValue(value));
        final IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        request.resources().add(resource);
        assertThat(node.connect(0)
                        .call(request, 1, IncrementalAlterConfigsResponseData::new)
                        .responses())
                .allMatch(answer -> answer.errorCode() == 0);
    }

    private TopicImage codecTopic(final CompressionType codec, final Map<String, String> more) {
        final Map<String, String> configs = new TreeMap<>(more);
        configs.put("compression.type", codec == CompressionType.NONE ? "uncompressed" : codec.name);
        return node.createTopic("codec", 1, configs);
    }

    private Errors error(final TopicImage topic, final MemoryRecords records) {
        return Errors.forCode(send(topic, records).errorCode());
    }

    private PartitionProduceResponse send(final TopicImage topic, final MemoryRecords records) {
        final ProduceRequestData request = add(produce(-1), VERSION, topic, 0, records);
        return all(client.call(request, VERSION, ProduceResponseData::new)).getFirst();
    }

    private static List<PartitionProduceResponse> all(final ProduceResponseData response) {
        final List<PartitionProduceResponse> all = new ArrayList<>();
        response.responses().forEach(answer -> all.addAll(answer.partitionResponses()));
        return all;
    }

    private MutableRecordBatch onlyBatch(final TopicImage topic) {
        assertThat(batches(topic)).hasSize(1);
        return batches(topic).getFirst();
    }

    private List<MutableRecordBatch> batches(final TopicImage topic) {
        final FetchResponseData response =
                node.connect(1).call(add(fetch(0, 0), 12, topic, 0, 0), 12, FetchResponseData::new);
        final List<MutableRecordBatch> batches = new ArrayList<>();
        for (final MutableRecordBatch batch :
                ((MemoryRecords) partitions(response).getFirst().records()).batches()) {
            batch.ensureValid();
            batches.add(batch);
        }
        return batches;
    }

    /** The same with a header that announces so many records, and a good checksum. */
    private static byte[] header(final byte[] batch, final int count) {
        final byte[] changed = batch.clone();
        final ByteBuffer bytes = ByteBuffer.wrap(changed);
        bytes.putInt(BatchFlyweight.RECORD_COUNT_AT, count).putInt(BatchFlyweight.LAST_OFFSET_DELTA_AT, count - 1);
        final UnsafeBuffer view = new UnsafeBuffer(changed);
        final int from = BatchFlyweight.ATTRIBUTES_AT;
        bytes.putInt(BatchFlyweight.CRC_AT, new Crc32c().compute(view, from, changed.length - from));
        return changed;
    }

    private static byte[] gzip(final byte[] batch) {
        try {
            final ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(batch, 0, HEADER);
            try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
                gzip.write(batch, HEADER, batch.length - HEADER);
            }
            final byte[] packed = out.toByteArray();
            ByteBuffer.wrap(packed)
                    .putInt(BatchFlyweight.LENGTH_AT, packed.length - BatchFlyweight.LENGTH_OVERHEAD_BYTES)
                    .putShort(BatchFlyweight.ATTRIBUTES_AT, (short) CompressionType.GZIP.id);
            return header(packed, ByteBuffer.wrap(batch).getInt(BatchFlyweight.RECORD_COUNT_AT));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SimpleRecord[] records(final int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new SimpleRecord(1000 + i, utf8("key-" + i), utf8("value-" + "x".repeat(i))))
                .toArray(SimpleRecord[]::new);
    }

    private static SimpleRecord record(final String key, final String value) {
        return new SimpleRecord(1000, utf8(key), utf8(value));
    }

    private static byte[] utf8(final String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static String[] texts(final SimpleRecord... records) {
        return Stream.of(records)
                .map(each -> text(each.key()) + '=' + text(each.value()))
                .toArray(String[]::new);
    }

    private static String[] texts(final MutableRecordBatch batch) {
        final List<String> texts = new ArrayList<>();
        for (final Record record : batch) {
            texts.add(text(record.key()) + '=' + text(record.value()));
        }
        return texts.toArray(String[]::new);
    }

    private static String text(final ByteBuffer bytes) {
        return bytes == null
                ? "null"
                : StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }
}
