package io.millrace.perf.stat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.perf.stat.HardwareCounters.Event;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class HardwareCountersTest {
    private static final List<Integer> CORE_0 = List.of(5229);

    @Test
    void shouldRelateCountsToTheTimeOfTheThread() {
        final HardwareCounters counters = HardwareCounters.parse(new ChildRun(0, """
                core-0-5229,1000.00,msec,task-clock,1000000000,100.00,0.5,CPUs utilized
                core-1-5230,500.00,msec,task-clock,500000000,100.00,0.2,CPUs utilized
                java-5144,<not counted>,msec,task-clock,0,100.00,,
                core-0-5229,3000000000,,instructions:u,1000000000,100.00,1.5,insn per cycle
                core-1-5230,500000000,,instructions:u,500000000,100.00,1.5,insn per cycle
                core-0-5229,2000000000,,cycles:u,1000000000,100.00,2.0,GHz
                core-0-5229,<not supported>,,cache-misses,0,100.00,,
                core-0-5229,1000,,branch-misses,1000000000,100.00,,
                """));

        assertThat(counters.areThere()).isTrue();
        assertThat(counters.remark()).isEqualTo("not counted by this processor: cache-misses");
        assertThat(counters.perCpuNs(Event.INSTRUCTIONS, CORE_0)).isCloseTo(3, within(1e-9));
        assertThat(counters.perCpuNs(Event.INSTRUCTIONS, List.of(5229, 5230))).isCloseTo(3.5 / 1.5, within(1e-9));
        assertThat(counters.perCpuNs(Event.CYCLES, CORE_0)).isCloseTo(2, within(1e-9));
        assertThat(counters.perCpuNs(Event.CACHE_MISSES, CORE_0)).isNaN();
    }

    @Test
    void shouldSayThatAMachineShowsNone() {
        final HardwareCounters counters = HardwareCounters.parse(new ChildRun(0, """
                core-0-5229,1000.00,msec,task-clock,1000000000,100.00,0.5,CPUs utilized
                core-0-5229,<not supported>,,instructions,0,100.00,,
                core-0-5229,<not supported>,,cycles,0,100.00,,
                """));

        assertThat(counters.areThere()).isFalse();
        assertThat(counters.remark()).contains("no hardware counters", "instructions, cycles");
        assertThat(counters.perCpuNs(Event.INSTRUCTIONS, CORE_0)).isNaN();
    }

    @Test
    void shouldSayWhatTheProgramComplainedAbout() {
        assertThat(HardwareCounters.parse(new ChildRun(255, "\nNo permission to enable task-clock event.\n"))
                        .remark())
                .contains("No permission to enable task-clock event.", "perf_event_paranoid");
    }

    @Test
    void shouldNotStartWhatIsNotThere() {
        assertThat(HardwareCounters.start(Optional.empty(), 1, 1)).isEmpty();
    }
}
