package io.millrace.net.kafka.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class ListenerViewTest {
    @Test
    void shouldShowOneBrokerForANode() {
        final ListenerView view = ListenerView.ofNode("PLAINTEXT", 7, "localhost", 9092);
        assertThat(view.brokerCount()).isEqualTo(1);
        assertThat(view.idAt(0)).isEqualTo(7);
        assertThat(view.portAt(0)).isEqualTo(9092);
        assertThat(view.brokerId(7, 3)).isEqualTo(7);
        assertThat(view.nodeOf(7)).isEqualTo(7);
        assertThat(view.coreOf(7)).isEqualTo(-1);
        assertThat(view.isKnown(7)).isTrue();
        assertThat(view.isKnown(8)).isFalse();
        assertThat(view.controllerId()).isEqualTo(7);
    }

    @Test
    void shouldShowEachCoreAsABroker() {
        final ListenerView view = ListenerView.ofCores("CORES", 1, "localhost", 9092, 9093);
        assertThat(view.brokerCount()).isEqualTo(2);
        assertThat(view.idAt(0)).isEqualTo(1025);
        assertThat(view.idAt(1)).isEqualTo(1026);
        assertThat(view.portAt(1)).isEqualTo(9093);
        assertThat(view.nodeOf(1026)).isEqualTo(1);
        assertThat(view.coreOf(1026)).isEqualTo(1);
        assertThat(view.isKnown(1026)).isTrue();
        assertThat(view.isKnown(1027)).isFalse();
        assertThat(view.isKnown(1)).isFalse();
        assertThat(view.controllerId()).isEqualTo(1025);
    }

    @Test
    void shouldMapIdsBackForTheLastCoreOfANode() {
        final ListenerView view = ListenerView.ofCores("CORES", 0, "localhost", new int[1023]);
        assertThat(view.nodeOf(view.brokerId(0, 1022))).isZero();
        assertThat(view.coreOf(view.brokerId(0, 1022))).isEqualTo(1022);
        assertThat(view.nodeOf(1)).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> ListenerView.ofCores("CORES", 0, "localhost"));
    }
}
