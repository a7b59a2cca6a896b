package io.millrace.engine.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HousekeepingPoolTest {
    private final HousekeepingPool pool = new HousekeepingPool(2, 64);
    private final Semaphore ended = new Semaphore(0);

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void shouldFinishInTheOrderOfSubmissionThoughALaterWorkEndsFirst() throws InterruptedException {
        final HousekeepingLane lane = pool.lane(8, ended::release);
        final CountDownLatch gate = new CountDownLatch(1);
        final List<String> finished = new ArrayList<>();
        lane.submit(() -> await(gate), () -> finished.add("first"));
        lane.submit(() -> {}, () -> finished.add("second"));

        ended.acquire();
        assertThat(lane.poll()).isZero();
        assertThat(lane.mayPark()).isTrue();
        gate.countDown();
        ended.acquire();

        assertThat(lane.mayPark()).isFalse();
        assertThat(lane.doWork(0, 0)).isEqualTo(2);
        assertThat(finished).containsExactly("first", "second");
    }

    @Test
    void shouldRefuseWhatIsTooMuchAndTakeItLater() throws InterruptedException {
        final HousekeepingLane lane = pool.lane(2, ended::release);

        assertThat(lane.submit(() -> {}, () -> {})).isTrue();
        assertThat(lane.submit(() -> {}, () -> {})).isTrue();
        assertThat(lane.submit(() -> {}, () -> {})).isFalse();
        ended.acquire(2);
        assertThat(lane.poll()).isEqualTo(2);

        assertThat(lane.submit(() -> {}, () -> {})).isTrue();
    }

    @Test
    void shouldWorkElsewhereAndFinishOnTheCore() throws InterruptedException {
        final HousekeepingLane lane = pool.lane(2, ended::release);
        final Thread[] where = new Thread[2];
        lane.submit(() -> where[0] = Thread.currentThread(), () -> where[1] = Thread.currentThread());

        ended.acquire();
        lane.poll();

        assertThat(where[0].getName()).startsWith("housekeeping-");
        assertThat(where[1]).isSameAs(Thread.currentThread());
    }

    @Test
    void shouldLetTheCoreFailForAWorkThatThrew() throws InterruptedException {
        final HousekeepingLane lane = pool.lane(2, ended::release);
        lane.submit(
                () -> {
                    throw new IllegalArgumentException("defect");
                },
                () -> {});

        ended.acquire();

        assertThatThrownBy(lane::poll).hasRootCauseMessage("defect");
    }

    @Test
    void shouldTakeNewWorkFromWithinWhatFollows() throws InterruptedException {
        final HousekeepingLane lane = pool.lane(1, ended::release);
        final List<String> finished = new ArrayList<>();
        lane.submit(
                () -> {},
                () -> assertThat(lane.submit(() -> {}, () -> finished.add("second")))
                        .isTrue());

        ended.acquire();
        lane.poll();
        ended.acquire();
        lane.poll();

        assertThat(finished).containsExactly("second");
    }

    private static void await(final CountDownLatch gate) {
        try {
            gate.await();
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
