package io.millrace.net.kafka.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.agrona.collections.IntArrayList;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.ProduceResponseData.NodeEndpoint;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProduceResponseTest {
    private static final int ROUNDS = 300;

    private final WireWriter writer = new WireWriter();
    private final ProduceResponse response = new ProduceResponse();
    private final NodeEndpoints nodes = new NodeEndpoints(4);

    static IntStream versions() {
        return IntStream.rangeClosed(ProduceRequest.VERSION_MIN, ProduceRequest.VERSION_MAX);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void shouldWriteTheBytesThatGeneratedClassesWrite(final int version) {
        final Generated generated = new Generated(version);
        for (int i = 0; i < ROUNDS; i++) {
            final ProduceResponseData expected = random(generated, version);
            final byte[] bytes = Generated.encode(expected, version);

            writer.measure();
            write(expected, version);
            assertThat(writer.length()).isEqualTo(bytes.length);
            assertThat(writer.overflowed()).isFalse();

            final UnsafeBuffer target = new UnsafeBuffer(new byte[bytes.length + 3]);
            writer.wrap(target, 3, bytes.length);
            write(expected, version);
            assertThat(new UnsafeBuffer(target, 3, bytes.length)).isEqualTo(new UnsafeBuffer(bytes));
            assertThat(writer.overflowed()).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void shouldSayThatTheRegionIsTooSmall(final int version) {
        final Generated generated = new Generated(version);
        final ProduceResponseData expected = random(generated, version);
        final int length = Generated.encode(expected, version).length;
        for (int room = 0; room < length; room++) {
            writer.wrap(new UnsafeBuffer(new byte[room]), 0, room);
            write(expected, version);
            assertThat(writer.overflowed()).isTrue();
            assertThat(writer.length()).isEqualTo(length);
        }
    }

    private void write(final ProduceResponseData data, final int version) {
        response.begin(writer, version, data.responses().size());
        for (final TopicProduceResponse topic : data.responses()) {
            final int partitions = topic.partitionResponses().size();
            if (version >= 13) {
                response.topic(
                        topic.topicId().getMostSignificantBits(),
                        topic.topicId().getLeastSignificantBits(),
                        partitions);
            } else {
                final UnsafeBuffer name = new UnsafeBuffer(topic.name().getBytes(UTF_8));
                response.topic(name, 0, name.capacity(), partitions);
            }
            for (final PartitionProduceResponse p : topic.partitionResponses()) {
                final IntArrayList badRecords = new IntArrayList();
                p.recordErrors().forEach(refused -> badRecords.addInt(refused.batchIndex()));
                response.partition(
                        p.index(),
                        p.errorCode(),
                        p.baseOffset(),
                        p.logAppendTimeMs(),
                        p.logStartOffset(),
                        badRecords,
                        p.recordErrors().stream()
                                .map(BatchIndexAndErrorMessage::batchIndexErrorMessage)
                                .toList(),
                        p.errorMessage(),
                        p.currentLeader().leaderId(),
                        p.currentLeader().leaderEpoch());
            }
            response.endTopic();
        }
        nodes.clear();
        for (final NodeEndpoint node : data.nodeEndpoints()) {
            nodes.add(node.nodeId(), node.host(), node.port());
        }
        response.end(data.throttleTimeMs(), nodes);
    }

    private static ProduceResponseData random(final Generated generated, final int version) {
        final Random random = generated.random();
        final ProduceResponseData result = new ProduceResponseData().setThrottleTimeMs(random.nextInt());
        for (int i = random.nextInt(4); i > 0; i--) {
            final TopicProduceResponse topic = new TopicProduceResponse()
                    .setPartitionResponses(generated.list(4, p -> partition(generated, version)));
            if (version >= 13) {
                topic.setTopicId(generated.uuid());
            } else {
                topic.setName(generated.string());
            }
            result.responses().mustAdd(topic);
        }
        if (version >= 10) {
            for (int i = random.nextInt(4); i > 0; i--) {
                result.nodeEndpoints()
                        .mustAdd(new NodeEndpoint()
                                .setNodeId(i)
                                .setHost(generated.string())
                                .setPort(random.nextInt()));
            }
        }
        return result;
    }

    private static PartitionProduceResponse partition(final Generated generated, final int version) {
        final Random random = generated.random();
        final PartitionProduceResponse result = new PartitionProduceResponse()
                .setIndex(random.nextInt())
                .setErrorCode((short) random.nextInt())
                .setBaseOffset(random.nextLong())
                .setLogAppendTimeMs(random.nextLong())
                .setLogStartOffset(random.nextLong())
                .setErrorMessage(random.nextBoolean() ? null : generated.string());
        if (version >= 8 && random.nextBoolean()) {
            result.setRecordErrors(List.of(new BatchIndexAndErrorMessage()
                    .setBatchIndex(random.nextInt(1000))
                    .setBatchIndexErrorMessage(random.nextBoolean() ? null : generated.string())));
        }
        if (version >= 10 && random.nextBoolean()) {
            result.setCurrentLeader(
                    new LeaderIdAndEpoch().setLeaderId(random.nextInt(5)).setLeaderEpoch(random.nextInt()));
        }
        return result;
    }
}
