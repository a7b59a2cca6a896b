package io.millrace.engine.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.status.Statistic.Unit;
import java.nio.ByteBuffer;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

final class StatisticsTest {
    private final Statistics statistics = new Statistics();
    private final StatisticsSection section =
            new StatisticsSection(new UnsafeBuffer(ByteBuffer.allocateDirect(StatisticsSection.BYTES)));

    @Test
    void shouldPutEveryValueIntoTheBucketThatBeginsAtOrBelowIt() {
        for (long value = 0; value < 1L << 20; value += 1 + value / 100) {
            final int bucket = HistogramShape.bucketOf(value);
            assertThat(HistogramShape.lowestOf(bucket)).isLessThanOrEqualTo(value);
            assertThat(HistogramShape.lowestOf(bucket + 1)).isGreaterThan(value);
        }
    }

    @Test
    void shouldKeepBucketsNarrowAndInOrder() {
        for (int bucket = 8; bucket < HistogramShape.BUCKETS - 1; bucket++) {
            final long lowest = HistogramShape.lowestOf(bucket);
            final long next = HistogramShape.lowestOf(bucket + 1);
            assertThat(HistogramShape.bucketOf(lowest)).isEqualTo(bucket);
            assertThat(HistogramShape.bucketOf(next - 1)).isEqualTo(bucket);
            assertThat((next - lowest) * 8).isLessThanOrEqualTo(lowest);
        }
    }

    @Test
    void shouldCountWhatIsTooLargeInTheLastBucketAndWhatIsTooSmallInTheFirst() {
        assertThat(HistogramShape.bucketOf(Long.MAX_VALUE)).isEqualTo(HistogramShape.BUCKETS - 1);
        assertThat(HistogramShape.bucketOf(-1)).isZero();
    }

    @Test
    void shouldShowOthersWhatWasCounted() {
        final Tally requests = statistics.counter("requests", Unit.COUNT);
        final Histogram latency = statistics.histogram("latency", Unit.NS);
        requests.add(3);
        latency.record(1_000_000);
        latency.record(2_000);
        section.publish(statistics);
        requests.increment();
        latency.record(-5);
        section.publish(statistics);

        final List<Statistic> names = section.names();
        assertThat(names).extracting(Statistic::name).containsExactly("requests", "latency");
        assertThat(names).extracting(Statistic::kind).containsExactly(Statistic.Kind.COUNTER, Statistic.Kind.HISTOGRAM);
        assertThat(section.values(names.getFirst())).containsExactly(4);
        final long[] seen = section.values(names.getLast());
        assertThat(seen[HistogramShape.COUNT]).isEqualTo(3);
        assertThat(seen[HistogramShape.SUM]).isEqualTo(1_002_000);
        assertThat(seen[HistogramShape.LARGEST]).isEqualTo(1_000_000);
        assertThat(seen[HistogramShape.FIRST_BUCKET + HistogramShape.bucketOf(1_000_000 >> HistogramShape.TIME_SHIFT)])
                .isEqualTo(1);
        assertThat(seen[HistogramShape.FIRST_BUCKET]).isEqualTo(1);
    }

    @Test
    void shouldTakeInNamesThatComeLaterAndCutThoseThatAreTooLong() {
        statistics.counter("first", Unit.COUNT).add(1);
        section.publish(statistics);
        statistics.gauge("x".repeat(100), Unit.BYTES).set(7);
        section.publish(statistics);
        assertThat(section.names())
                .extracting(Statistic::name)
                .containsExactly("first", "x".repeat(Statistics.NAME_BYTES_MAX));
        assertThat(section.values(section.names().getLast())).containsExactly(7);
    }

    @Test
    void shouldGoOnCountingWhenThereIsNoRoomToShowMore() {
        for (int i = 0; i < Statistics.NAMES_MAX + 10; i++) {
            statistics.counter("counter " + i, Unit.COUNT).increment();
        }
        final Histogram unseen = statistics.histogram("unseen", Unit.COUNT);
        unseen.record(1);
        assertThat(unseen.count()).isEqualTo(1);
        section.publish(statistics);
        assertThat(section.names()).hasSize(Statistics.NAMES_MAX);
    }

    @Test
    void shouldKeepTheLastSlowCycles() {
        final SlowCycles slow = statistics.slowCycles("slow");
        final long[] termNs = new long[SlowCycles.TERMS_MAX];
        final int[] termWork = new int[SlowCycles.TERMS_MAX];
        for (int i = 1; i <= SlowCycles.RECORDS + 5; i++) {
            termNs[2] = 1000L * i;
            termWork[2] = i;
            slow.record(i, 2000L * i, 3L * i, 5L * i, termNs, termWork);
        }
        section.publish(statistics);
        final long[] seen = section.values(section.names().getFirst());
        assertThat(seen[0]).isEqualTo(SlowCycles.RECORDS + 5);
        final int at = 1 + 4 * SlowCycles.RECORD_SLOTS;
        assertThat(seen[at + SlowCycles.NUMBER]).isEqualTo(SlowCycles.RECORDS + 5);
        assertThat(seen[at + SlowCycles.LENGTH_NS]).isEqualTo(2000L * (SlowCycles.RECORDS + 5));
        assertThat(seen[at + SlowCycles.CPU_NS]).isEqualTo(5L * (SlowCycles.RECORDS + 5));
        assertThat(seen[at + SlowCycles.TERM_NS + 2]).isEqualTo(1000L * (SlowCycles.RECORDS + 5));
        assertThat(seen[at + SlowCycles.TERM_WORK + 2]).isEqualTo(SlowCycles.RECORDS + 5);
        assertThat(seen[1 + 5 * SlowCycles.RECORD_SLOTS]).isEqualTo(6);
    }
}
