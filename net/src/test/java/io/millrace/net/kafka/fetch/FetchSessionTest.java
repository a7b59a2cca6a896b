package io.millrace.net.kafka.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FetchSessionTest {
    @Test
    void shouldCountEpochsLikeTheProtocol() {
        assertThat(FetchSession.nextEpoch(0)).isEqualTo(1);
        assertThat(FetchSession.nextEpoch(Integer.MAX_VALUE)).isEqualTo(1);
        assertThat(FetchSession.nextEpoch(-1)).isEqualTo(-1);
        assertThat(FetchSession.isFull(0)).isTrue();
        assertThat(FetchSession.isFull(-1)).isTrue();
        assertThat(FetchSession.isFull(1)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldKeepWhatWasNotMentionedAndForgetWhatWas(final boolean byId) {
        final FetchSession session = new FetchSession(1, byId, 0, 2);
        session.update(requests(byId)
                .fetch("a", 0, 10)
                .fetch("b", 0, 20)
                .fetch("a", 1, 30)
                .build());
        assertThat(offsets(session)).containsExactly(10L, 20L, 30L);
        session.update(requests(byId).fetch("b", 0, 21).build());
        assertThat(offsets(session)).containsExactly(10L, 21L, 30L);
        session.update(
                requests(byId).forget("a", 0).forget("a", 0).forget("c", 5).build());
        assertThat(offsets(session)).containsExactly(21L, 30L);
        session.update(requests(byId).fetch("a", 0, 11).forget("b", 0).build());
        assertThat(offsets(session)).containsExactly(30L, 11L);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldAgreeWithAMapOverLongUse(final boolean byId) {
        final Random random = new Random(5);
        final FetchSession session = new FetchSession(1, byId, 0, 0);
        final Map<String, Long> expected = new LinkedHashMap<>();
        for (int round = 0; round < 500; round++) {
            final SessionRequests request = requests(byId);
            for (int i = random.nextInt(20); i > 0; i--) {
                final String topic = "topic-" + random.nextInt(20);
                final int partition = random.nextInt(30);
                final long offset = random.nextInt(1000);
                request.fetch(topic, partition, offset);
                expected.put(topic + "/" + partition, offset);
            }
            for (int i = random.nextInt(15); i > 0; i--) {
                final String topic = "topic-" + random.nextInt(20);
                final int partition = random.nextInt(30);
                request.forget(topic, partition);
                expected.remove(topic + "/" + partition);
            }
            session.update(request.build());
            assertThat(offsets(session)).containsExactlyElementsOf(expected.values());
        }
    }

    @Test
    void shouldLetThoseThatHadBytesQueueUpBehindTheOthers() {
        final FetchSession session = new FetchSession(1, false, 0, 0);
        final SessionRequests request = SessionRequests.byName();
        for (int i = 0; i < 5; i++) {
            request.fetch("a", i, i);
        }
        session.update(request.build());
        session.partitions()[0].taken = 100;
        session.partitions()[2].taken = 100;
        session.rotate();
        assertThat(offsets(session)).containsExactly(1L, 3L, 4L, 0L, 2L);
        session.rotate();
        assertThat(offsets(session)).containsExactly(1L, 3L, 4L, 0L, 2L);
        session.update(
                SessionRequests.byName().fetch("a", 2, 200).forget("a", 3).build());
        assertThat(offsets(session)).containsExactly(1L, 4L, 0L, 200L);
    }

    @Test
    void shouldTellOnlyWhatIsNew() {
        final FetchPartition partition = new FetchPartition();
        read(partition, 10, 0, 0);
        assertThat(partition.hasNews()).isTrue();
        read(partition, 10, 0, 0);
        assertThat(partition.hasNews()).isFalse();
        read(partition, 11, 0, 0);
        assertThat(partition.hasNews()).isTrue();
        read(partition, 11, 3, 0);
        assertThat(partition.hasNews()).isTrue();
        read(partition, 11, 3, 0);
        assertThat(partition.hasNews()).isFalse();
        read(partition, 11, 3, 70);
        assertThat(partition.hasNews()).isTrue();
    }

    @Test
    void shouldTellAnErrorEachTimeAndThePartitionWhenItIsOver() {
        final FetchPartition partition = new FetchPartition();
        read(partition, 10, 0, 0);
        partition.hasNews();
        for (int i = 0; i < 2; i++) {
            partition.clearRound();
            partition.refused(Errors.OFFSET_OUT_OF_RANGE);
            assertThat(partition.hasNews()).isTrue();
        }
        read(partition, 10, 0, 0);
        assertThat(partition.hasNews()).isTrue();
    }

    private static void read(
            final FetchPartition partition, final long highWatermark, final long start, final int bytes) {
        partition.clearRound();
        partition.highWatermark = highWatermark;
        partition.logStartOffset = start;
        partition.taken = bytes;
    }

    private static SessionRequests requests(final boolean byId) {
        return byId ? SessionRequests.byId() : SessionRequests.byName();
    }

    private static List<Long> offsets(final FetchSession session) {
        final List<Long> offsets = new ArrayList<>();
        for (int i = 0; i < session.size(); i++) {
            offsets.add(session.partitions()[i].fetchOffset);
        }
        return offsets;
    }
}
