package io.millrace.net.kafka.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class FetchLimitsTest {
    private final FetchLimits limits = new FetchLimits();

    @Test
    void shouldTakeEverythingWithinTheLimits() {
        limits.begin(1000);
        assertThat(limits.take(300, 100, 500)).isEqualTo(300);
        assertThat(limits.take(0, 0, 500)).isZero();
        assertThat(limits.take(500, 100, 500)).isEqualTo(500);
        assertThat(limits.total()).isEqualTo(800);
    }

    @Test
    void shouldCutALaterBatchButNeverTheFirstOfAPartition() {
        limits.begin(300);
        assertThat(limits.take(250, 100, 1000)).isEqualTo(250);
        assertThat(limits.take(400, 51, 1000)).isZero();
        assertThat(limits.take(400, 50, 1000)).isEqualTo(50);
        assertThat(limits.take(400, 1, 1000)).isZero();
    }

    @Test
    void shouldGiveOneWholeBatchHoweverSmallTheLimits() {
        limits.begin(10);
        assertThat(limits.take(0, 0, 5)).isZero();
        assertThat(limits.take(5000, 5000, 5)).isEqualTo(5000);
        assertThat(limits.take(5, 5, 5)).isZero();

        limits.begin(0);
        assertThat(limits.take(70, 70, 0)).isEqualTo(70);
        assertThat(limits.take(70, 70, 100)).isZero();
    }

    @Test
    void shouldGiveNoMoreThanTheFirstBatchWhenThatIsTooLarge() {
        limits.begin(1000);
        assertThat(limits.take(300, 200, 100)).isEqualTo(200);
        assertThat(limits.take(300, 200, 100)).isZero();
    }

    @Test
    void shouldKeepTheAnswerWithinItsLimitButForAFirstBatch() {
        final Random random = new Random(3);
        for (int round = 0; round < 10_000; round++) {
            final int max = random.nextInt(2000);
            limits.begin(max);
            int firstTaken = -1;
            long total = 0;
            for (int i = random.nextInt(10); i > 0; i--) {
                final int firstBatch = 1 + random.nextInt(800);
                final int partitionMax = random.nextInt(1500);
                final int available = Math.max(firstBatch, Math.min(partitionMax, random.nextInt(3000)));
                final int taken = limits.take(available, firstBatch, partitionMax);
                assertThat(taken).isBetween(0, available);
                assertThat(taken == 0 || taken >= firstBatch).isTrue();
                if (firstTaken < 0) {
                    assertThat(taken).isPositive();
                    firstTaken = taken;
                }
                total += taken;
            }
            assertThat(limits.total()).isEqualTo(total);
            assertThat(total).isLessThanOrEqualTo(Math.max(max, firstTaken));
        }
    }

    @Test
    void shouldCutBetweenBatchesForThoseWhoPay() {
        limits.begin(1_000, true);
        assertThat(limits.take(1_000, 300, 10_000)).isEqualTo(900);
        assertThat(limits.hasCut()).isTrue();
        assertThat(limits.take(1_000, 300, 10_000)).isZero();
        limits.begin(1_000, true);
        assertThat(limits.take(500, 400, 10_000)).isEqualTo(500);
        assertThat(limits.hasCut()).isFalse();
        assertThat(limits.take(450, 400, 450)).isEqualTo(400);
        limits.begin(100, true);
        assertThat(limits.take(700, 300, 10_000)).isEqualTo(300);
    }

    @Test
    void shouldNotHaveThoseWhoPayWaitForWhatIsThereButDoesNotFit() {
        limits.begin(1_000, true);
        assertThat(limits.take(600, 600, 10_000)).isEqualTo(600);
        assertThat(limits.take(500, 500, 10_000)).isZero();
        assertThat(limits.hasCut()).isTrue();
        limits.begin(1_000, true);
        assertThat(limits.take(600, 600, 10_000)).isEqualTo(600);
        assertThat(limits.take(350, 350, 300)).isZero();
        assertThat(limits.hasCut()).isFalse();
        limits.begin(1_000);
        assertThat(limits.take(600, 600, 10_000)).isEqualTo(600);
        assertThat(limits.take(500, 500, 10_000)).isZero();
        assertThat(limits.hasCut()).isFalse();
    }
}
