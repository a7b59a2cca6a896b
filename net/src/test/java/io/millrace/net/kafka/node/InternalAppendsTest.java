package io.millrace.net.kafka.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.core.InternalAppends;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.status.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Batches of the broker's own, of any size and as many at a time as there are. */
class InternalAppendsTest {
    @ParameterizedTest
    @CsvSource({"300, 1", "20, 600", "2000, 30", "100000, 2"})
    void shouldGiveBackTheMemoryOfWhateverItAppends(final int bytes, final int count) {
        final TestNode node = new TestNode(2, 64);
        final TopicImage topic = node.createTopic("topic", 2, Map.of());
        final InternalAppends appends = new InternalAppends(node.core(0));
        final UnsafeBuffer batch = new UnsafeBuffer(Requests.bytes(Requests.batch("x".repeat(bytes))));
        final List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            appends.append(
                    topic.partition(i % 2), batch, 0, batch.capacity(), (outcome, baseOffset) -> outcomes.add(outcome));
        }
        node.await(() -> outcomes.size() == count);
        assertThat(outcomes).containsOnly(Outcome.OK);
    }
}
