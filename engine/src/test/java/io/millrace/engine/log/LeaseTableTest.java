package io.millrace.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LeaseTableTest {
    private final LeaseTable leases = new LeaseTable(3, 1, 3);

    @Test
    void shouldLendEachSliceOnce() {
        final LogSlice first = leases.acquire();
        leases.acquire();
        leases.acquire();
        assertThat(leases.acquire()).isNull();
        assertThat(leases.lent()).isEqualTo(3);
        leases.release(first);
        assertThat(leases.acquire()).isSameAs(first);
        assertThat(leases.receive(0, first.id())).isSameAs(first);
    }

    @Test
    void shouldTakeSlicesBackFromOtherCores() {
        final LogSlice first = leases.acquire();
        final LogSlice second = leases.acquire();
        leases.release(0, first);
        leases.release(2, second);
        assertThat(leases.lent()).isEqualTo(2);
        assertThat(leases.drain(1)).isEqualTo(1);
        assertThat(leases.drain(10)).isEqualTo(1);
        assertThat(leases.lent()).isZero();
    }

    @Test
    void shouldLeaveEachCoreHalfOfWhatItsShareHasLeft() {
        final LeaseTable table = new LeaseTable(32, 0, 2);
        assertThat(table.fairShare(1, 0)).isEqualTo(6);
        final LogSlice[] lent = new LogSlice[8];
        for (int i = 0; i < lent.length; i++) {
            lent[i] = table.receive(1, table.acquire().id());
        }
        assertThat(table.fairShare(1, 8)).isEqualTo(6);
        assertThat(table.fairShare(1, 4)).isEqualTo(4);
        assertThat(table.fairShare(1, 0)).isEqualTo(2);
        assertThat(table.fairShare(0, 0)).isEqualTo(6);
        for (final LogSlice slice : lent) {
            table.release(1, slice);
        }
        assertThat(table.fairShare(1, 0)).isEqualTo(6);
    }

    @Test
    void shouldLeaveEverFewerOfTheLastFourthAndNothingOfTheLastOfAll() {
        final LeaseTable table = new LeaseTable(1024, 0, 1);
        int readers = 0;
        int kept = 0;
        int before = Integer.MAX_VALUE;
        for (int share = table.fairShare(0, 0); share > 0; share = table.fairShare(0, 0)) {
            assertThat(share).isLessThanOrEqualTo(before);
            before = share;
            for (int i = 0; i < share; i++) {
                table.receive(0, table.acquire().id());
            }
            kept += share;
            readers++;
        }
        assertThat(before).isEqualTo(1);
        assertThat(readers).isGreaterThan(80);
        assertThat(1024 - kept).isBetween(30, 32);
    }

    @Test
    void shouldRefuseASliceTwice() {
        final LogSlice slice = leases.acquire();
        leases.release(1, slice);
        assertThatThrownBy(() -> leases.release(slice)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldTellWhoWaitsForReaders() {
        final int[] told = {0};
        final LogSlice slice = leases.acquire();
        leases.whenReleased(() -> told[0]++);
        leases.whenReleased(() -> told[0]++);
        leases.release(slice);
        assertThat(told[0]).isEqualTo(2);
    }
}
