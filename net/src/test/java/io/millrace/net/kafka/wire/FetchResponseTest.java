package io.millrace.net.kafka.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.NodeEndpoint;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FetchResponseTest {
    private static final int ROUNDS = 300;

    private final WireWriter writer = new WireWriter();
    private final FetchResponse response = new FetchResponse();
    private final NodeEndpoints nodes = new NodeEndpoints(4);
    private final List<Integer> slicePositions = new ArrayList<>();
    private final List<ByteBuffer> slices = new ArrayList<>();

    static IntStream versions() {
        return IntStream.rangeClosed(FetchRequest.VERSION_MIN, FetchRequest.VERSION_MAX);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void shouldWriteTheBytesThatGeneratedClassesWriteAroundTheSlices(final int version) {
        final Generated generated = new Generated(version);
        for (int i = 0; i < ROUNDS; i++) {
            final FetchResponseData expected = random(generated, version);

            write(writer.measure(), expected, version);
            final UnsafeBuffer target = new UnsafeBuffer(new byte[writer.length()]);
            write(writer.wrap(target, 0, target.capacity()), expected, version);

            assertThat(writer.overflowed()).isFalse();
            assertThat(merged(target)).isEqualTo(Generated.encode(expected, version));
        }
    }

    private byte[] merged(final UnsafeBuffer metadata) {
        final ByteArrayOutputStream merged = new ByteArrayOutputStream();
        int done = 0;
        for (int i = 0; i < slices.size(); i++) {
            merged.write(metadata.byteArray(), done, slicePositions.get(i) - done);
            done = slicePositions.get(i);
            merged.writeBytes(slices.get(i).array());
        }
        merged.write(metadata.byteArray(), done, metadata.capacity() - done);
        return merged.toByteArray();
    }

    private void write(final WireWriter target, final FetchResponseData data, final int version) {
        slices.clear();
        slicePositions.clear();
        response.begin(
                target,
                version,
                data.throttleTimeMs(),
                data.errorCode(),
                data.sessionId(),
                data.responses().size());
        for (final FetchableTopicResponse topic : data.responses()) {
            final int partitions = topic.partitions().size();
            if (version >= 13) {
                response.topic(
                        topic.topicId().getMostSignificantBits(),
                        topic.topicId().getLeastSignificantBits(),
                        partitions);
            } else {
                final UnsafeBuffer name = new UnsafeBuffer(topic.topic().getBytes(UTF_8));
                response.topic(name, 0, name.capacity(), partitions);
            }
            topic.partitions().forEach(this::write);
            response.endTopic();
        }
        nodes.clear();
        for (final NodeEndpoint node : data.nodeEndpoints()) {
            nodes.add(node.nodeId(), node.host(), node.port());
        }
        response.end(nodes);
    }

    private void write(final PartitionData p) {
        final List<AbortedTransaction> aborted = p.abortedTransactions();
        response.partition(
                p.partitionIndex(),
                p.errorCode(),
                p.highWatermark(),
                p.lastStableOffset(),
                p.logStartOffset(),
                aborted == null ? -1 : aborted.size());
        if (aborted != null) {
            aborted.forEach(a -> response.aborted(a.producerId(), a.firstOffset()));
        }
        final ByteBuffer records = ((MemoryRecords) p.records()).buffer();
        slicePositions.add(response.records(p.preferredReadReplica(), records.remaining()));
        slices.add(records);
        response.endPartition(
                p.divergingEpoch().epoch(),
                p.divergingEpoch().endOffset(),
                p.currentLeader().leaderId(),
                p.currentLeader().leaderEpoch());
    }

    private static FetchResponseData random(final Generated generated, final int version) {
        final Random random = generated.random();
        final FetchResponseData result = new FetchResponseData()
                .setThrottleTimeMs(random.nextInt())
                .setErrorCode((short) random.nextInt())
                .setResponses(generated.list(4, t -> topic(generated, version)));
        if (version >= 7) {
            result.setSessionId(random.nextInt());
        }
        if (version >= 16) {
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

    private static FetchableTopicResponse topic(final Generated generated, final int version) {
        final FetchableTopicResponse topic =
                new FetchableTopicResponse().setPartitions(generated.list(4, p -> partition(generated, version)));
        return version >= 13 ? topic.setTopicId(generated.uuid()) : topic.setTopic(generated.string());
    }

    private static PartitionData partition(final Generated generated, final int version) {
        final Random random = generated.random();
        final PartitionData result = new PartitionData()
                .setPartitionIndex(random.nextInt())
                .setErrorCode((short) random.nextInt())
                .setHighWatermark(random.nextLong())
                .setLastStableOffset(random.nextLong())
                .setLogStartOffset(random.nextLong())
                .setAbortedTransactions(random.nextBoolean() ? null : generated.list(3, a -> aborted(random)))
                .setRecords(MemoryRecords.readableRecords(ByteBuffer.wrap(generated.bytes(random.nextInt(300)))));
        if (version >= 11) {
            result.setPreferredReadReplica(random.nextInt(3) - 1);
        }
        if (version >= 12 && random.nextBoolean()) {
            result.divergingEpoch().setEpoch(random.nextInt(9)).setEndOffset(random.nextLong());
        }
        if (version >= 12 && random.nextBoolean()) {
            result.currentLeader().setLeaderId(random.nextInt(9)).setLeaderEpoch(random.nextInt());
        }
        return result;
    }

    private static AbortedTransaction aborted(final Random random) {
        return new AbortedTransaction().setProducerId(random.nextLong()).setFirstOffset(random.nextLong());
    }
}
