package io.millrace.engine.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.port.Time;
import io.millrace.engine.sim.SimTime;
import io.millrace.engine.status.SlowCycles;
import io.millrace.engine.status.Statistics;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class CycleClockTest {
    private final SimTime time = new SimTime();
    private final Statistics statistics = new Statistics();
    /** How long others had the processor. */
    private long stolenNs;

    private final CycleClock clock = new CycleClock(
            new Time() {
                @Override
                public long nanoTime() {
                    return time.nanoTime();
                }

                @Override
                public long epochMs() {
                    return time.epochMs();
                }

                @Override
                public long threadCpuNs() {
                    return time.nanoTime() - stolenNs;
                }
            },
            statistics);
    private int mailbox;
    private int sockets;

    @BeforeEach
    void addTerms() {
        mailbox = clock.addTerm("mailbox");
        sockets = clock.addTerm("sockets");
    }

    @Test
    void shouldAccountForEveryMoment() {
        begin();
        lap(mailbox, 300, 2);
        lap(sockets, 700, 1);
        clock.ended(3);
        begin(); // ends the busy one
        time.advance(50);
        clock.ended(0);
        clock.idle(time.nanoTime());
        time.advance(20);
        clock.park(time.nanoTime());
        time.advance(5000);
        begin();
        assertThat(of("time.busy")).isEqualTo(1000);
        assertThat(of("time.searching")).isEqualTo(70);
        assertThat(of("time.sleeping")).isEqualTo(5000);
        assertThat(of("term.mailbox")).isEqualTo(300);
        assertThat(of("term.sockets")).isEqualTo(700);
        assertThat(of("cycle.all")).isEqualTo(2);
        assertThat(of("cycle.busy")).isEqualTo(1);
        assertThat(of("cycle.work")).isEqualTo(3);
        assertThat(of("parks")).isEqualTo(1);
        assertThat(of("cycle.slow")).isZero();
    }

    @Test
    void shouldCountTheSocketsThatWokeTheCoreToTheCycle() {
        clock.park(time.nanoTime());
        time.advance(5000);
        assertThat(clock.arrivalNs()).isEqualTo(time.nanoTime());
        time.advance(400);
        assertThat(clock.arrivalNs()).isEqualTo(time.nanoTime() - 400);
        begin();
        lap(mailbox, 100, 1);
        clock.ended(1);
        clock.idle(time.nanoTime());
        assertThat(of("time.sleeping")).isEqualTo(5000);
        assertThat(of("time.busy")).isEqualTo(500);
        assertThat(of("term.sockets")).isEqualTo(400);
    }

    @Test
    void shouldRecordASlowCycleWithWhatRanInIt() {
        begin();
        lap(mailbox, 3_000_000, 7);
        clock.ended(7);
        begin();
        assertThat(of("cycle.slow")).isEqualTo(1);
        assertThat(of("cycle.longest")).isEqualTo(3_000_000);
        assertThat(of("cycle.slowest")).isEqualTo(1);
    }

    @Test
    void shouldTellACompactionsLongCycleFromOneInWhichOthersRan() {
        clock.compacts(true);
        begin();
        lap(mailbox, 3_000_000, 1);
        stolenNs += 2_500_000;
        clock.ended(1);
        begin();
        lap(mailbox, 3_000_000, 1);
        clock.ended(1);
        clock.compacts(false);
        begin();
        lap(mailbox, 3_000_000, 1);
        clock.ended(1);
        begin();
        assertThat(of("cycle.slow")).isEqualTo(3);
        assertThat(of("compaction.cycles")).isEqualTo(2);
        assertThat(of("compaction.cycles.slow")).isEqualTo(2);
        assertThat(of("compaction.cycles.slow.cpu")).isEqualTo(1);
        assertThat(cpuOfSlow(0)).isEqualTo(500_000);
        assertThat(cpuOfSlow(1)).isEqualTo(3_000_000);
        assertThat(cpuOfSlow(2)).isEqualTo(SlowCycles.CPU_UNKNOWN);
    }

    private long cpuOfSlow(final int number) {
        return statistics.slots()[slotOf("cycle.slowest") + 1 + number * SlowCycles.RECORD_SLOTS + SlowCycles.CPU_NS];
    }

    private void begin() {
        clock.begin(time.nanoTime(), time.epochMs(), sockets);
    }

    private void lap(final int term, final long ns, final int work) {
        time.advance(ns);
        clock.lap(term, work);
    }

    private long of(final String name) {
        return statistics.slots()[slotOf(name)];
    }

    private int slotOf(final String name) {
        for (final var statistic : statistics.names()) {
            if (statistic.name().equals(name)) {
                return statistic.firstSlot();
            }
        }
        throw new AssertionError(name);
    }
}
