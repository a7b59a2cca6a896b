package io.millrace.tools.it;

import static io.millrace.tools.it.support.Clients.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.millrace.tools.it.support.Answer;
import io.millrace.tools.it.support.Batches;
import io.millrace.tools.it.support.BrokerUnderTest;
import io.millrace.tools.it.support.Brokers;
import io.millrace.tools.it.support.Clients;
import io.millrace.tools.it.support.RawConnection;
import io.millrace.tools.it.support.Wire;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes that no good client sends get an answer or a closed connection, and a good client beside notices nothing. */
class HostileInputIT {
    private static final int FRAME_MAX = 104_857_600;
    private static final String TOPIC = "hostile";

    private static BrokerUnderTest broker;
    private static int goodRecords;

    @BeforeAll
    static void launch() {
        broker = Brokers.launch();
        Clients.createTopic(broker, TOPIC, 1);
        Clients.createTopic(broker, "good", 1);
    }

    @AfterAll
    static void close() {
        if (broker != null) {
            broker.close();
        }
    }

    @AfterEach
    void shouldServeAGoodClient() {
        try (var producer = Clients.producer(broker)) {
            Clients.get(producer.send(new ProducerRecord<>("good", bytes("v" + goodRecords++))));
        }
        assertThat(Clients.readAll(broker, goodRecords, new TopicPartition("good", 0)))
                .hasSize(goodRecords);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, 0, FRAME_MAX + 1, Integer.MAX_VALUE})
    void shouldCloseOnAFrameLengthThatCannotBe(final int length) {
        expectClosed(ByteBuffer.allocate(40).putInt(length).array());
    }

    @Test
    void shouldCloseOnAFrameTooShortForAHeader() {
        for (int length = 1; length < 8; length++) {
            expectClosed(frame(new byte[length]));
        }
    }

    @Test
    void shouldCloseOnAHeaderThatCannotBe() {
        expectClosed(frame(header(3, 1, 1_000)));
        expectClosed(frame(header(3, 1, -2)));
        expectClosed(frame(header(3, 1, 30_000)));
        expectClosed(frame(header(-1, 0, -1)));
        expectClosed(frame(header(999, 0, -1)));
        expectClosed(frame(header(3, 99, -1)));
        expectClosed(frame(header(3, -1, -1)));
        expectClosed(frame(header(0, 14, -1)));
        expectClosed(frame(header(1, 3, -1)));
    }

    /** Requests that only a controller answers: Vote, AlterPartition, Envelope, BrokerRegistration and their like. */
    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6, 7, 52, 53, 54, 56, 58, 59, 62, 63, 67, 70, 73, 82})
    void shouldCloseOnAnApiThatIsNotForClients(final int key) {
        expectClosed(frame(Wire.concat(header(key, 0, -1), new byte[40])));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void shouldCloseOnAProduceThatIsOnlyNominallyServed(final int version) {
        expectClosed(frame(Wire.concat(header(0, version, -1), new byte[40])));
    }

    @Test
    void shouldCloseOnABodyThatCannotBeRead() {
        final byte[] listOfMany =
                ByteBuffer.allocate(4).putInt(Integer.MAX_VALUE).array();
        final byte[] listOfLess = ByteBuffer.allocate(4).putInt(-5).array();
        expectClosed(frame(Wire.concat(header(3, 1, -1), listOfMany)));
        expectClosed(frame(header(3, 1, -1)));
        expectClosed(frame(Wire.concat(header(1, 4, -1), new byte[10])));
        expectClosed(frame(Wire.concat(header(0, 3, -1), new byte[3])));
        expectClosed(frame(Wire.concat(header(0, 3, -1), Wire.concat(new byte[8], listOfMany))));
        expectClosed(frame(Wire.concat(header(2, 1, -1), Wire.concat(new byte[4], listOfMany))));
        expectClosed(frame(Wire.concat(header(2, 1, -1), Wire.concat(new byte[4], listOfLess))));
    }

    @Test
    void shouldCloseOnOtherProtocols() {
        expectClosed("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        final byte[] hello = new byte[200];
        new Random(1).nextBytes(hello);
        System.arraycopy(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3}, 0, hello, 0, 11);
        expectClosed(hello);
    }

    @Test
    void shouldAnswerAnUnknownVersionOfApiVersionsInTheOldestForm() {
        try (RawConnection connection = new RawConnection(broker)) {
            final byte[] body = Wire.bytes(new ApiVersionsRequestData(), (short) 3);
            connection.sendFrame(Wire.request(ApiKeys.API_VERSIONS.id, (short) 99, (short) 2, body));
            final Answer answer = connection.receive();
            assertThat(answer.isFrame()).isTrue();
            assertThat(answer.payload().getInt()).isEqualTo(1);
            final ApiVersionsResponseData data =
                    new ApiVersionsResponseData(new ByteBufferAccessor(answer.payload()), (short) 0);
            assertThat(data.errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
            assertThat(data.apiKeys().find(ApiKeys.API_VERSIONS.id).maxVersion())
                    .isGreaterThanOrEqualTo((short) 4);
            expectAnswer(connection);
        }
    }

    @Test
    void shouldCloseWhenAnUnansweredProduceFails() {
        try (RawConnection connection = new RawConnection(broker)) {
            connection.send(produce(Batches.plain("lost"), "nobody-made-this").setAcks((short) 0), 9);
            assertThat(connection.receive().kind()).isEqualTo(Answer.Kind.CLOSED);
        }
    }

    @Test
    void shouldRefuseNullRecords() {
        Assumptions.assumeTrue(broker.isMillrace(), "skipped: Apache Kafka never answers this");
        try (RawConnection connection = new RawConnection(broker)) {
            assertThat(errorOf(connection, produce(null, TOPIC))).isEqualTo(Errors.INVALID_RECORD.code());
            expectAnswer(connection);
        }
    }

    @Test
    void shouldRefuseRecordsWhoseOffsetsLie() {
        Assumptions.assumeTrue(broker.isMillrace(), "skipped: Apache Kafka stores them");
        final byte[] lying = Batches.edited(Batches.plain("offset"), batch -> batch.put(Batches.RECORDS + 3, (byte) 8));
        try (RawConnection connection = new RawConnection(broker)) {
            assertThat(errorOf(connection, produce(lying, TOPIC))).isEqualTo(Errors.INVALID_RECORD.code());
        }
    }

    @Test
    void shouldReadARequestThatComesByteByByte() {
        try (RawConnection connection = new RawConnection(broker)) {
            final ApiMessage request = new MetadataRequestData().setTopics(null);
            for (final byte one : frame(Wire.request(request, (short) 12, 7))) {
                connection.sendBytes(new byte[] {one});
            }
            assertThat(connection.receive().payload().getInt()).isEqualTo(7);
        }
    }

    @Test
    void shouldAnswerPipelinedRequestsInTheirOrder() {
        final int count = 1_000;
        try (RawConnection connection = new RawConnection(broker)) {
            for (int i = 1; i <= count; i++) {
                final ApiMessage request =
                        i % 3 == 0 ? produce(Batches.plain("p" + i), TOPIC) : new MetadataRequestData().setTopics(null);
                connection.sendFrame(Wire.request(request, (short) 9, i));
            }
            for (int i = 1; i <= count; i++) {
                assertThat(connection.receive().payload().getInt()).isEqualTo(i);
            }
        }
    }

    @Test
    void shouldNeitherHangNorDieOfRandomDamage() {
        Assumptions.assumeTrue(broker.isMillrace(), "skipped: Apache Kafka never answers some of these");
        final long seed = Long.getLong("millrace.it.seed", 20_251);
        final Random random = new Random(seed);
        final byte[][] good = {
            Wire.request(produce(Batches.plain("a", "b"), TOPIC), (short) 9, 1),
            Wire.request(produce(Batches.plain("a", "b"), TOPIC), (short) 3, 1),
            Wire.request(new MetadataRequestData().setTopics(null), (short) 12, 1),
            Wire.request(new ApiVersionsRequestData().setClientSoftwareName("a"), (short) 3, 1),
        };
        for (int i = 0; i < 400; i++) {
            final byte[] bad = damaged(random, good[random.nextInt(good.length)]);
            assertThatCode(() -> {
                        try (RawConnection connection = new RawConnection(broker)) {
                            connection.sendFrame(bad);
                            connection.endOutput();
                            assertThat(connection.receive().kind()).isNotEqualTo(Answer.Kind.SILENCE);
                        }
                    })
                    .as("seed %d, round %d: %s", seed, i, Arrays.toString(bad))
                    .doesNotThrowAnyException();
        }
    }

    private static byte[] damaged(final Random random, final byte[] good) {
        final byte[] bad = Arrays.copyOf(good, 1 + random.nextInt(good.length));
        final int changes = random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
        }
        return random.nextBoolean() ? bad : Arrays.copyOf(bad, good.length);
    }

    @Test
    void shouldServeAGoodClientBesideSlowOnes() {
        final List<RawConnection> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                final RawConnection connection = new RawConnection(broker);
                connection.sendBytes(Arrays.copyOf(frame(new byte[5_000]), i % 100));
                slow.add(connection);
            }
            Clients.createTopic(broker, "beside-slow", 2);
            try (var producer = Clients.producer(broker)) {
                for (int i = 0; i < 1_000; i++) {
                    producer.send(new ProducerRecord<>("beside-slow", i % 2, null, new byte[1_000]));
                    slow.get(i % slow.size()).sendBytes(new byte[1]);
                }
            }
            assertThat(Clients.readAll(
                            broker, 1_000, new TopicPartition("beside-slow", 0), new TopicPartition("beside-slow", 1)))
                    .hasSize(1_000);
        } finally {
            slow.forEach(RawConnection::close);
        }
    }

    @Test
    void shouldClaimMemoryAsBytesArrive() {
        Assumptions.assumeTrue(broker.isMillrace(), "skipped: Apache Kafka runs out of memory here");
        final List<RawConnection> announcing = new ArrayList<>();
        try {
            for (int i = 0; i < 67; i++) {
                final RawConnection connection = new RawConnection(broker);
                connection.sendBytes(ByteBuffer.allocate(4).putInt(100_000_000).array());
                connection.sendBytes(Wire.concat(header(0, 9, -1), new byte[100_000]));
                announcing.add(connection);
            }
            shouldServeAGoodClient();
        } finally {
            announcing.forEach(RawConnection::close);
        }
    }

    private static short errorOf(final RawConnection connection, final ProduceRequestData request) {
        return connection
                .call(request, 9, ProduceResponseData.class)
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .get(0)
                .errorCode();
    }

    private static void expectClosed(final byte[] sent) {
        try (RawConnection connection = new RawConnection(broker)) {
            connection.sendBytes(sent);
            assertThat(connection.receive(Duration.ofSeconds(10)).kind())
                    .as(() -> Arrays.toString(Arrays.copyOf(sent, Math.min(sent.length, 60))))
                    .isEqualTo(Answer.Kind.CLOSED);
        }
    }

    private static void expectAnswer(final RawConnection connection) {
        connection.send(new MetadataRequestData().setTopics(null), 12);
        assertThat(connection.receive(ApiKeys.METADATA, 12)).isNotNull();
    }

    private static byte[] frame(final byte[] payload) {
        return ByteBuffer.allocate(4 + payload.length)
                .putInt(payload.length)
                .put(payload)
                .array();
    }

    /** A header of version 1 whose client id has the given length but no bytes. */
    private static byte[] header(final int key, final int version, final int clientIdLength) {
        return ByteBuffer.allocate(10)
                .putShort((short) key)
                .putShort((short) version)
                .putInt(1)
                .putShort((short) clientIdLength)
                .array();
    }

    private static ProduceRequestData produce(final byte[] batch, final String topic) {
        final ProduceRequestData request =
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(10_000);
        request.topicData()
                .add(new TopicProduceData()
                        .setName(topic)
                        .setPartitionData(List.of(new PartitionProduceData()
                                .setIndex(0)
                                .setRecords(batch == null ? null : Batches.records(batch)))));
        return request;
    }
}
