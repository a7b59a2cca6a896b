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
        assertThat(leases.slice(first.id())).isSameAs(first);
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
