package io.millrace.engine.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

final class HotPartitionsTest {
    private final Statistics statistics = new Statistics();
    private final HotPartitions hot = statistics.hotPartitions("hot");
    private final StatisticsSection section =
            new StatisticsSection(new UnsafeBuffer(ByteBuffer.allocateDirect(StatisticsSection.BYTES)));

    @Test
    void shouldShowOthersWhatIsHot() {
        final String longest = "x".repeat(249) + "-2147483647";
        hot.begin(77, 1_000, 2_000, 30);
        hot.entry(0, "data/orders-0", 5, 600, 1_500, 20);
        hot.entry(1, longest, 0, 400, 500, 10);
        hot.end();
        assertThat(copy())
                .isEqualTo(new HotPartitions.Copy(
                        77,
                        1_000,
                        2_000,
                        30,
                        List.of(
                                new HotPartitions.Entry("orders-0", 600, 1_500, 20),
                                new HotPartitions.Entry(longest, 400, 500, 10))));
    }

    @Test
    void shouldForgetWhatIsHotNoMore() {
        hot.entry(0, "orders-0", 0, 1, 1, 1);
        hot.end();
        hot.noEntry(0);
        hot.end();
        assertThat(copy().entries()).isEmpty();
    }

    @Test
    void shouldLeaveOutAnEntryThatIsHalfWritten() {
        hot.entry(0, "orders-0", 0, 1, 1, 1);
        hot.entry(1, "orders-1", 0, 1, 1, 1);
        hot.end();
        section.publish(statistics);
        final long[] copied = section.values(section.names().getFirst());
        copied[8 + 5] = 'x';
        assertThat(HotPartitions.read(copied).entries())
                .extracting(HotPartitions.Entry::name)
                .containsExactly("orders-1");
    }

    @Test
    void shouldBeACounterToWhoKnowsNothingOfIt() {
        hot.end();
        hot.end();
        section.publish(statistics);
        final Statistic shown = section.names().getFirst();
        assertThat(shown.kind()).isEqualTo(Statistic.Kind.COUNTER);
        assertThat(section.values(shown)[0]).isEqualTo(2);
    }

    private HotPartitions.Copy copy() {
        section.publish(statistics);
        return HotPartitions.read(section.values(section.names().getFirst()));
    }
}
