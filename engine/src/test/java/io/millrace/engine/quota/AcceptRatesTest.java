package io.millrace.engine.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.settings.Listener;
import io.millrace.engine.settings.Settings;
import io.millrace.engine.settings.SettingsLoader;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AcceptRatesTest {
    private static final int NODES = 0;
    private static final int CLIENTS = 1;
    private static final int OTHERS = 2;
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final String RATE = "max.connection.creation.rate";

    private final List<Listener> listeners = List.of(listener("NODES"), listener("CLIENTS"), listener("OTHERS"));
    private long nowNs = SECOND_NS;

    @Test
    void shouldLetAnybodyInWhereNothingIsSaid() {
        assertThat(open(rates(Settings.defaults()), CLIENTS, image())).isEqualTo(1_000);
    }

    @Test
    void shouldHoldTheNodeToItsRateWhateverListenerClientsComeThrough() {
        final MetadataImage image = image(RATE, "2");
        final AcceptRates rates = rates(image.settings());
        assertThat(open(rates, CLIENTS, image)).isEqualTo(21);
        assertThat(open(rates, OTHERS, image)).isZero();
        assertThat(open(rates, NODES, image)).isEqualTo(21);
        assertThat(rates.take(0, OTHERS, image, nowNs)).isEqualTo(SECOND_NS / 2);
        nowNs += 5 * SECOND_NS;
        assertThat(open(rates, OTHERS, image)).isEqualTo(10);
        assertThat(open(rates, CLIENTS, image)).isZero();
    }

    @Test
    void shouldHoldOneListenerToItsRate() {
        final MetadataImage image = image("listener.name.clients." + RATE, "1");
        final AcceptRates rates = rates(image.settings());
        assertThat(open(rates, CLIENTS, image)).isEqualTo(11);
        assertThat(open(rates, OTHERS, image)).isEqualTo(1_000);
        rates.take(-1, CLIENTS, image, nowNs);
        assertThat(open(rates, CLIENTS, image)).isEqualTo(1);
    }

    @Test
    void shouldLetInWhoeverStartsWithNone() {
        final MetadataImage image = image(RATE, "0");
        final AcceptRates rates = rates(image.settings());
        assertThat(open(rates, CLIENTS, image)).isEqualTo(11);
        assertThat(rates.take(0, CLIENTS, image, nowNs)).isEqualTo(SECOND_NS);
    }

    private int open(final AcceptRates rates, final int listener, final MetadataImage image) {
        int opened = 0;
        while (opened < 1_000 && rates.take(0, listener, image, nowNs) == 0) {
            rates.take(1, listener, image, nowNs);
            opened++;
        }
        return opened;
    }

    private AcceptRates rates(final Settings settings) {
        return new AcceptRates(settings, listeners, NODES);
    }

    private static Listener listener(final String name) {
        return new Listener(name, "127.0.0.1", 0, "127.0.0.1", 0, false);
    }

    private static MetadataImage image(final String... setting) {
        final SettingsLoader loader = new SettingsLoader();
        for (int i = 0; i < setting.length; i += 2) {
            loader.commandLine(setting[i], setting[i + 1]);
        }
        return new MetadataImage(1, loader.load());
    }
}
