package io.millrace.engine.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.QuotaEntity;
import io.millrace.engine.metadata.QuotaImage;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConnectionRatesTest {
    private static final String KEY = "connection_creation_rate";
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final QuotaImage image = new QuotaImage();
    private final ConnectionRates rates = new ConnectionRates(ConnectionRatesTest::canonical);
    private long nowNs = SECOND_NS;

    private static String canonical(final String address) {
        try {
            return InetAddress.ofLiteral(address).getHostAddress();
        } catch (final IllegalArgumentException notOne) {
            return address;
        }
    }

    private int openAtOnce(final String host) {
        int opened = 0;
        while (opened < 1_000 && rates.waitNs(image.image(), host, nowNs) == 0) {
            opened++;
        }
        return opened;
    }

    @Test
    void shouldLetAnybodyInWhereNothingIsSaid() {
        assertThat(openAtOnce("10.0.0.1")).isEqualTo(1_000);
    }

    @Test
    void shouldHoldAnAddressToItsRate() {
        image.set(new QuotaEntity(null, null, "10.0.0.1"), KEY, "2");
        assertThat(openAtOnce("10.0.0.1")).isEqualTo(21);
        assertThat(openAtOnce("10.0.0.2")).isEqualTo(1_000);
        assertThat(rates.waitNs(image.image(), "10.0.0.1", nowNs)).isEqualTo(SECOND_NS / 2);
        nowNs += 5 * SECOND_NS;
        assertThat(openAtOnce("10.0.0.1")).isEqualTo(10);
    }

    @Test
    void shouldKnowAddressesInEveryFormInWhichTheyMayBeSet() {
        image.set(new QuotaEntity(null, null, "::1"), KEY, "2");
        image.set(new QuotaEntity(null, null, "not:an:address"), KEY, "1");
        assertThat(openAtOnce("0:0:0:0:0:0:0:1")).isEqualTo(21);
        assertThat(openAtOnce("0:0:0:0:0:0:0:2")).isEqualTo(1_000);
    }

    @Test
    void shouldHoldEachAddressToTheDefault() {
        image.set(new QuotaEntity(null, null, QuotaEntity.DEFAULT), KEY, "1");
        image.set(new QuotaEntity(null, null, "10.0.0.3"), KEY, "3");
        assertThat(openAtOnce("10.0.0.1")).isEqualTo(11);
        assertThat(openAtOnce("10.0.0.2")).isEqualTo(11);
        assertThat(openAtOnce("10.0.0.3")).isEqualTo(31);
        image.remove(new QuotaEntity(null, null, QuotaEntity.DEFAULT), KEY);
        assertThat(openAtOnce("10.0.0.1")).isEqualTo(1_000);
    }
}
