package io.millrace.net.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.net.connection.Relocator;
import org.junit.jupiter.api.Test;

final class CoreLoadsTest {
    private final CoreLoads loads = new CoreLoads(2);

    @Test
    void shouldLetConnectionsGoToACoreThatHasLittleToDo() {
        loads.tell(0, 100);
        loads.tell(1, 450);
        assertThat(loads.mayMove(0, 1, 10)).isTrue();
    }

    @Test
    void shouldNotLoadABusyCoreFurtherWhileOthersAreFree() {
        loads.tell(0, 300);
        loads.tell(1, 800);
        assertThat(loads.mayMove(0, 1, 10)).isFalse();
        assertThat(loads.mayMove(1, 0, 10)).isTrue();
    }

    @Test
    void shouldNeverFillASaturatedCore() {
        loads.tell(0, 990);
        loads.tell(1, 900);
        assertThat(loads.mayMove(0, 1, 10)).isFalse();
    }

    @Test
    void shouldCountWhatAConnectionBringsUntilTheCoreTellsItself() {
        loads.tell(0, 800);
        loads.tell(1, 400);
        assertThat(loads.mayMove(0, 1, 2)).isTrue();
        assertThat(loads.mayMove(0, 1, 2)).isFalse();
        loads.tell(1, 450);
        assertThat(loads.mayMove(0, 1, 2)).isTrue();
    }

    @Test
    void shouldTakeFewAtATime() {
        loads.tell(0, 100);
        loads.tell(1, 100);
        int moved = 0;
        while (loads.mayMove(0, 1, 10)) {
            moved++;
        }
        assertThat(moved).isBetween(1, 16);
        loads.tell(1, 100);
        assertThat(loads.mayMove(0, 1, 10)).isTrue();
    }

    @Test
    void shouldSendOneConnectionAtATimeAwayFromAnOverloadedCore() {
        loads.tell(0, 950);
        loads.tell(1, 300);
        assertThat(loads.refuge(0, 100)).isEqualTo(1);
        assertThat(loads.refuge(0, 100)).isEqualTo(Relocator.NOWHERE);
        loads.tell(0, 950);
        assertThat(loads.refuge(0, 100)).isEqualTo(1);
        assertThat(loads.mayMove(1, 0, 100)).isFalse();
    }

    @Test
    void shouldSendNobodyAwayWithoutNeedOrToACoreWithWorkOfItsOwn() {
        loads.tell(0, 890);
        loads.tell(1, 100);
        assertThat(loads.refuge(0, 10)).isEqualTo(Relocator.NOWHERE);
        loads.tell(0, 990);
        loads.tell(1, 400);
        assertThat(loads.refuge(0, 10)).isEqualTo(Relocator.NOWHERE);
        assertThat(loads.refuge(1, 10)).isEqualTo(Relocator.NOWHERE);
    }

    @Test
    void shouldChooseTheCoreWithTheLeastToDo() {
        final CoreLoads ofFour = new CoreLoads(4);
        ofFour.tell(0, 300);
        ofFour.tell(1, 990);
        ofFour.tell(2, 200);
        ofFour.tell(3, 390);
        assertThat(ofFour.refuge(1, 2)).isEqualTo(2);
        ofFour.tell(1, 990);
        // What it took counts there at once.
        assertThat(ofFour.refuge(1, 2)).isZero();
        ofFour.tell(1, 990);
        assertThat(ofFour.refuge(1, 2)).isEqualTo(3);
        ofFour.tell(1, 990);
        assertThat(ofFour.refuge(1, 2)).isEqualTo(Relocator.NOWHERE);
    }
}
