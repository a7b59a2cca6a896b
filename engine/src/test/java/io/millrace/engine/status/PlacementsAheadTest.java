package io.millrace.engine.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

final class PlacementsAheadTest {
    private final Statistics statistics = new Statistics();
    private final PlacementsAhead ahead = statistics.placementsAhead();
    private final StatisticsSection section =
            new StatisticsSection(new UnsafeBuffer(ByteBuffer.allocateDirect(StatisticsSection.BYTES)));

    private long[] copied() {
        section.publish(statistics);
        return section.values(section.names().getFirst());
    }

    @Test
    void shouldShowOthersWhereThePartitionsAre() {
        ahead.begin(2);
        ahead.entry(0, Long.MAX_VALUE, 3);
        ahead.entry(1, 7L << 32 | 4, 0);
        assertThat(PlacementsAhead.read(copied()))
                .containsExactly(
                        new PlacementsAhead.Entry(Long.MAX_VALUE, 3), new PlacementsAhead.Entry(7L << 32 | 4, 0));
        ahead.begin(0);
        assertThat(PlacementsAhead.read(copied())).isEmpty();
    }

    @Test
    void shouldLeaveOutAnEntryThatIsHalfWritten() {
        ahead.begin(2);
        ahead.entry(0, 5, 1);
        ahead.entry(1, 6, 1);
        final long[] copied = copied();
        copied[2] = 0;
        assertThat(PlacementsAhead.read(copied)).containsExactly(new PlacementsAhead.Entry(6, 1));
    }

    @Test
    void shouldCountMoreThanItShows() {
        ahead.begin(1_000);
        for (int i = 0; i < 1_000; i++) {
            ahead.entry(i, i, 1);
        }
        final long[] copied = copied();
        assertThat(copied[0]).isEqualTo(1_000);
        assertThat(PlacementsAhead.read(copied)).hasSize(PlacementsAhead.ENTRIES);
    }
}
