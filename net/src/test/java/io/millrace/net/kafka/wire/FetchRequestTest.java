package io.millrace.net.kafka.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FetchRequestTest {
    private final FetchRequest request = new FetchRequest();

    static IntStream versions() {
        return IntStream.rangeClosed(FetchRequest.VERSION_MIN, FetchRequest.VERSION_MAX);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void shouldReadWhatGeneratedClassesWrite(final int version) {
        final Generated generated = new Generated(version);
        for (int i = 0; i < 300; i++) {
            final FetchRequestData expected = generated.fetchRequest(version);
            final byte[] bytes = Generated.encode(expected, version);

            assertThat(wrap(bytes, bytes.length, version)).isTrue();
            assertHead(expected);
            assertTopics(expected);
            request.rewindForgotten();
            assertForgotten(expected);
            request.rewind();
            assertTopics(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void shouldRefuseEveryTruncation(final int version) {
        final Generated generated = new Generated(version);
        for (int i = 0; i < 30; i++) {
            final byte[] bytes = Generated.encode(generated.fetchRequest(version), version);
            for (int length = 0; length < bytes.length; length++) {
                assertThat(wrap(bytes, length, version)).isFalse();
                assertThat(request.nextTopic()).isFalse();
                assertThat(request.nextPartition()).isFalse();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void shouldRefuseExactlyWhatGeneratedClassesRefuse(final int version) {
        final Generated generated = new Generated(version);
        for (int i = 0; i < 3_000; i++) {
            final byte[] bytes = generated.damaged(Generated.encode(generated.fetchRequest(version), version));
            final FetchRequestData expected = new FetchRequestData();
            boolean wellFormed = true;
            try {
                expected.read(Generated.readable(bytes, bytes.length), (short) version);
            } catch (final RuntimeException e) {
                wellFormed = false;
            }
            assertThat(wrap(bytes, bytes.length, version)).isEqualTo(wellFormed);
        }
    }

    private boolean wrap(final byte[] bytes, final int length, final int version) {
        return request.wrap(Generated.buffer(bytes, length), Generated.offset(), length, version);
    }

    private void assertHead(final FetchRequestData expected) {
        final int replica = request.version() >= 15 ? expected.replicaState().replicaId() : expected.replicaId();
        assertThat(request.replicaId()).isEqualTo(replica);
        assertThat(request.replicaEpoch()).isEqualTo(expected.replicaState().replicaEpoch());
        assertThat(request.maxWaitMs()).isEqualTo(expected.maxWaitMs());
        assertThat(request.minBytes()).isEqualTo(expected.minBytes());
        assertThat(request.maxBytes()).isEqualTo(expected.maxBytes());
        assertThat(request.isolationLevel()).isEqualTo(expected.isolationLevel());
        assertThat(request.sessionId()).isEqualTo(expected.sessionId());
        assertThat(request.sessionEpoch()).isEqualTo(expected.sessionEpoch());
        assertThat(request.topicCount()).isEqualTo(expected.topics().size());
        assertThat(request.forgottenTopicCount())
                .isEqualTo(expected.forgottenTopicsData().size());
        assertThat(text(request.rackOffset(), request.rackLength())).isEqualTo(expected.rackId());
        assertThat(text(request.clusterIdOffset(), request.clusterIdLength())).isEqualTo(expected.clusterId());
    }

    private void assertTopics(final FetchRequestData expected) {
        for (final FetchTopic topic : expected.topics()) {
            assertThat(request.nextTopic()).isTrue();
            assertTopic(topic.topicId(), topic.topic());
            for (final FetchPartition partition : topic.partitions()) {
                assertThat(request.nextPartition()).isTrue();
                assertThat(request.partition()).isEqualTo(partition.partition());
                assertThat(request.currentLeaderEpoch()).isEqualTo(partition.currentLeaderEpoch());
                assertThat(request.fetchOffset()).isEqualTo(partition.fetchOffset());
                assertThat(request.lastFetchedEpoch()).isEqualTo(partition.lastFetchedEpoch());
                assertThat(request.logStartOffset()).isEqualTo(partition.logStartOffset());
                assertThat(request.partitionMaxBytes()).isEqualTo(partition.partitionMaxBytes());
                assertThat(request.replicaHighWatermark()).isEqualTo(partition.highWatermark());
            }
            assertThat(request.nextPartition()).isFalse();
        }
        assertThat(request.nextTopic()).isFalse();
    }

    private void assertForgotten(final FetchRequestData expected) {
        for (final ForgottenTopic topic : expected.forgottenTopicsData()) {
            assertThat(request.nextTopic()).isTrue();
            assertTopic(topic.topicId(), topic.topic());
            for (final int partition : topic.partitions()) {
                assertThat(request.nextPartition()).isTrue();
                assertThat(request.partition()).isEqualTo(partition);
            }
            assertThat(request.nextPartition()).isFalse();
        }
        assertThat(request.nextTopic()).isFalse();
    }

    private void assertTopic(final Uuid id, final String name) {
        if (request.hasTopicIds()) {
            assertThat(request.topicIdMsb()).isEqualTo(id.getMostSignificantBits());
            assertThat(request.topicIdLsb()).isEqualTo(id.getLeastSignificantBits());
        } else {
            assertThat(text(request.nameOffset(), request.nameLength())).isEqualTo(name);
        }
    }

    private String text(final int offset, final int length) {
        return length < 0 ? null : request.buffer().getStringWithoutLengthUtf8(offset, length);
    }
}
