package io.millrace.engine.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.port.Housekeeping;
import io.millrace.engine.port.HousekeepingContract;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HousekeepingPoolTest extends HousekeepingContract {
    private final HousekeepingPool pool = new HousekeepingPool(2, 64);
    private final Semaphore ended = new Semaphore(0);
    private HousekeepingLane lane;

    @Override
    protected Housekeeping newHousekeeping(final int capacity) {
        lane = pool.lane(capacity, ended::release);
        return lane;
    }

    @Override
    protected int awaitEnd() {
        int count = lane.poll();
        while (count == 0) {
            ended.acquireUninterruptibly();
            count = lane.poll();
        }
        return count;
    }

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void shouldStartThreadsOfAnotherPoolWithTheFirstWork() throws InterruptedException {
        final List<String> workers = new ArrayList<>();
        try (HousekeepingPool later = new HousekeepingPool("later", 2, 8, 0, pool)) {
            assertThat(threadsCalled("later-")).isZero();
            final HousekeepingLane laterLane = later.lane(8, ended::release);
            for (int i = 0; i < 3; i++) {
                laterLane.submit(() -> workers.add(Thread.currentThread().getName()), () -> {});
                ended.acquire();
            }
            assertThat(workers).hasSize(3).allMatch(name -> name.startsWith("later-"));
            assertThat(threadsCalled("later-")).isPositive();
        }
        assertThat(threadsCalled("later-")).isZero();
    }

    @Test
    void shouldEndWithoutEverHavingHadWork() {
        new HousekeepingPool("idle", 1, 8, 0, pool).close();
        assertThat(threadsCalled("idle-")).isZero();
    }

    private static long threadsCalled(final String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .count();
    }

    @Test
    void shouldHoldBackWhatFollowsALaterWorkThatEndsFirst() throws InterruptedException {
        newHousekeeping(8);
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
    void shouldWorkOnAThreadOfThePool() {
        newHousekeeping(1);
        final String[] name = new String[1];
        lane.submit(() -> name[0] = Thread.currentThread().getName(), () -> {});

        awaitEnd();

        assertThat(name[0]).startsWith("housekeeping-");
    }

    @Test
    void shouldLetTheCoreFailForAWorkThatThrew() throws InterruptedException {
        newHousekeeping(2);
        lane.submit(
                () -> {
                    throw new IllegalArgumentException("defect");
                },
                () -> {});

        ended.acquire();

        assertThatThrownBy(lane::poll).hasRootCauseMessage("defect");
    }

    private static void await(final CountDownLatch gate) {
        try {
            gate.await();
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
