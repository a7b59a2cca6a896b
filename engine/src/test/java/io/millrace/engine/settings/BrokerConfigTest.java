package io.millrace.engine.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BrokerConfigTest {
    private static final AllowedProcessors FOUR = AllowedProcessors.alone(List.of(0, 1, 4, 5));

    private static BrokerConfig conclude(final String... namesAndValues) {
        final SettingsLoader loader = new SettingsLoader();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            loader.commandLine(namesAndValues[i], namesAndValues[i + 1]);
        }
        return BrokerConfig.conclude(loader.load(), "this.host", FOUR, false);
    }

    @Test
    void shouldStartWithDefaultsAlone() {
        final BrokerConfig config = conclude();
        assertThat(config.nodeId()).isEqualTo(1);
        assertThat(config.dataDirectory()).isEqualTo("data");
        assertThat(config.durability()).isEqualTo(Durability.FSYNC);
        assertThat(config.processors()).isEqualTo(FOUR.numbers());
        assertThat(config.spins()).isFalse();
        assertThat(config.listeners())
                .containsExactly(new Listener("PLAINTEXT", "127.0.0.1", 9092, "127.0.0.1", 9092, false));
        assertThat(config.requestBytesMax()).isEqualTo(104857600);
        assertThat(config.notes()).isEmpty();
    }

    @Test
    void shouldReadSeveralListenersInBothModes() {
        final BrokerConfig config = conclude(
                "listeners", "A://127.0.0.1:9000,B://[::1]:9100",
                "advertised.listeners", "A://outside:19000",
                "listener.name.b.advertise", "core");
        final Listener a = config.listeners().get(0);
        final Listener b = config.listeners().get(1);
        assertThat(a).isEqualTo(new Listener("A", "127.0.0.1", 9000, "outside", 19000, false));
        assertThat(a.advertisedId(3, 2)).isEqualTo(3);
        assertThat(b).isEqualTo(new Listener("B", "::1", 9100, "::1", 9100, true));
        assertThat(b.portOf(2)).isEqualTo(9102);
        assertThat(b.advertisedId(3, 2)).isEqualTo(3 * 1024 + 3);
    }

    @Test
    void shouldTellWhatItAdvertisesForAllAddresses() {
        final BrokerConfig config = conclude("listeners", "PLAINTEXT://:9092");
        assertThat(config.listeners().getFirst().advertisedHost()).isEqualTo("this.host");
        assertThat(config.notes()).singleElement().asString().contains("tells clients to connect to this.host");
    }

    @Test
    void shouldTakeTheShortFormOfOneListener() {
        final Settings settings =
                new SettingsLoader().listener("::1", 7000, "core").load();
        assertThat(BrokerConfig.conclude(settings, "h", FOUR, false).listeners())
                .containsExactly(new Listener("PLAINTEXT", "::1", 7000, "::1", 7000, true));
    }

    @Test
    void shouldLeaveKafkasControllerListenerOut() {
        final BrokerConfig config = conclude(
                "listeners", "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093",
                "controller.listener.names", "CONTROLLER",
                "advertised.listeners", "PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093",
                "inter.broker.listener.name", "PLAINTEXT",
                "listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL");
        assertThat(config.listeners()).hasSize(1);
        assertThat(config.notes()).singleElement().asString().contains("no controller listener");
    }

    @Test
    void shouldSayThatAListenerWithALimitIsNone() {
        assertThat(conclude("listener.name.plaintext.max.connections", "5").notes())
                .isEmpty();
        assertThat(conclude("listener.name.plain.max.connections", "5").notes())
                .containsExactly(
                        "Setting listener.name.plain.max.connections has no effect: there is no such listener.");
    }

    @Test
    void shouldRefuseListenersThatCannotBe() {
        assertThatThrownBy(() -> conclude("listeners", "localhost:9092"))
                .hasMessage("Invalid value localhost:9092 for configuration listeners: Expected NAME://host:port,"
                        + " separated by commas, not 'localhost:9092'");
        assertThatThrownBy(() -> conclude("listeners", "A://:1,A://:2")).hasMessageContaining("two of A");
        assertThatThrownBy(() -> conclude("listeners", "A://:99999")).hasMessageContaining("at most 65535");
        assertThatThrownBy(() -> conclude("listeners", "")).hasMessageContaining("at least one listener");
        assertThatThrownBy(() -> conclude("listeners", "SSL://:9093")).hasMessageContaining("SSL is SSL");
        assertThatThrownBy(() -> conclude("advertised.listeners", "B://h:1")).hasMessageContaining("not B");
        assertThatThrownBy(() -> conclude("advertised.listeners", "PLAINTEXT://0.0.0.0:1"))
                .hasMessageContaining("can connect to");
        assertThatThrownBy(() -> conclude("listener.name.b.advertise", "core"))
                .hasMessageContaining("Expected the name of a listener");
        assertThatThrownBy(() -> BrokerConfig.conclude(
                        new SettingsLoader()
                                .file("f", Map.of("listeners", "b://:9092", "inter.broker.listener.name", "b"))
                                .listener(null, 9093, null)
                                .load(),
                        "h",
                        AllowedProcessors.alone(List.of(0, 1)),
                        false))
                .hasMessage("Invalid value b for configuration inter.broker.listener.name: Expected one of PLAINTEXT;"
                        + " --host and --port, or --set listeners, replaced the file's listeners with"
                        + " PLAINTEXT://127.0.0.1:9093");
        assertThatThrownBy(() -> conclude("listener.name.plaintext.advertise", "both"))
                .hasMessageContaining("one of: node, core");
        assertThatThrownBy(() -> conclude("listeners", "A://:9000,B://:9003", "listener.name.a.advertise", "core"))
                .hasMessageContaining("ports of their own for A and B (4 cores)");
        assertThatThrownBy(() -> conclude("listeners", "A://:65533", "listener.name.a.advertise", "core"))
                .hasMessageContaining("take ports up to 65536");
    }

    @Test
    void shouldChooseProcessors() {
        assertThat(conclude("millrace.cores", "2").processors()).containsExactly(0, 1);
        assertThat(conclude("millrace.cores", "1,4-5").processors()).containsExactly(1, 4, 5);
        assertThatThrownBy(() -> conclude("millrace.cores", "5")).hasMessageContaining("may run on 4");
        assertThatThrownBy(() -> conclude("millrace.cores", "0")).hasMessageContaining("millrace.cores");
        assertThatThrownBy(() -> conclude("millrace.cores", "0-2")).hasMessageContaining("other than [0, 1, 4, 5]");
        assertThatThrownBy(() -> conclude("millrace.cores", "0-1,1")).hasMessageContaining("names a processor twice");
        assertThatThrownBy(() -> conclude("millrace.cores", "two")).hasMessageContaining("list of processors");
    }

    @Test
    void shouldLeaveSiblingsAloneUnlessAskedForThem() {
        assertThat(onTwoPhysicalCores().processors()).containsExactly(0, 1);
        assertThat(onTwoPhysicalCores().placement().reason())
                .isEqualTo(
                        "one on each physical core; its SMT siblings 2, 3 are left free, millrace.cores.smt=true takes"
                                + " them");
        assertThat(onTwoPhysicalCores("millrace.cores", "1").processors()).containsExactly(0);
        assertThat(onTwoPhysicalCores("millrace.cores.smt", "true").processors())
                .containsExactly(0, 1, 2, 3);
        assertThat(onTwoPhysicalCores("millrace.cores", "3").processors()).containsExactly(0, 1, 2);
        assertThat(onTwoPhysicalCores("millrace.cores", "3").placement().reason())
                .isEqualTo("more than the 2 physical cores, so 2 are SMT siblings of others");
        assertThat(onTwoPhysicalCores("millrace.cores", "0,2").processors()).containsExactly(0, 2);
        assertThat(onTwoPhysicalCores("millrace.cores", "0,2").placement().reason())
                .isEqualTo("as listed");
        assertThatThrownBy(() -> onTwoPhysicalCores("millrace.cores", "5")).hasMessageContaining("may run on 4");
    }

    private static BrokerConfig onTwoPhysicalCores(final String... namesAndValues) {
        final SettingsLoader loader = new SettingsLoader();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            loader.commandLine(namesAndValues[i], namesAndValues[i + 1]);
        }
        return BrokerConfig.conclude(
                loader.load(), "h", new AllowedProcessors(List.of(0, 1, 2, 3), List.of(0, 1)), false);
    }

    @Test
    void shouldSpinOnlyWhereThereIsRoom() {
        assertThat(conclude("millrace.idle", "spin").spins()).isTrue();
        final Settings spin =
                new SettingsLoader().commandLine("millrace.idle", "spin").load();
        assertThatThrownBy(() -> BrokerConfig.conclude(spin, "h", AllowedProcessors.alone(List.of(0, 1)), false))
                .hasMessageContaining("--force");
        assertThat(BrokerConfig.conclude(spin, "h", AllowedProcessors.alone(List.of(0, 1)), true)
                        .spins())
                .isTrue();
    }

    @Test
    void shouldRefuseTimesOfGroupsOutsideTheirBounds() {
        assertThatThrownBy(() -> conclude("group.consumer.session.timeout.ms", "1000"))
                .hasMessage("group.consumer.session.timeout.ms must be greater than or equal to"
                        + " group.consumer.min.session.timeout.ms");
        assertThatThrownBy(() -> conclude("group.consumer.max.heartbeat.interval.ms", "4000"))
                .hasMessage("group.consumer.max.heartbeat.interval.ms must be greater than or equal to"
                        + " group.consumer.min.heartbeat.interval.ms");
    }

    @Test
    void shouldRefuseTwoDataDirectories() {
        assertThatThrownBy(() -> conclude("log.dirs", "/a,/b")).hasMessageContaining("exactly one directory");
        assertThat(conclude("log.dir", "/a").dataDirectory()).isEqualTo("/a");
    }

    @Test
    void shouldKeepRequestsWithinTheMemoryOfACore() {
        final BrokerConfig config = conclude("millrace.core.memory.bytes", "8388608");
        assertThat(config.requestBytesMax()).isEqualTo(4194304);
        assertThat(config.notes()).singleElement().asString().contains("4194304");
    }
}
