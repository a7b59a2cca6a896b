package io.millrace.engine.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.metadata.QuotaEntity;
import io.millrace.engine.metadata.QuotaImage;
import io.millrace.engine.metadata.ResourceType;
import io.millrace.engine.settings.Settings;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ConnectionRatesTest {
    private static final String KEY = "connection_creation_rate";
    private static final int HOSTS_MAX = 100;
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final QuotaImage image = new QuotaImage();
    private final AddressQuotas quotas = new AddressQuotas(image.image(), this::canonical);
    private final ConnectionRates rates = new ConnectionRates(Settings.defaults(), HOSTS_MAX);
    private int addressesRead;
    private long nowNs = SECOND_NS;

    private String canonical(final String address) {
        addressesRead++;
        try {
            return InetAddress.ofLiteral(address).getHostAddress();
        } catch (final IllegalArgumentException notOne) {
            return address;
        }
    }

    private int openAtOnce(final String host) {
        int opened = 0;
        while (opened < 1_000 && rates.waitNs(quotas, host, nowNs) == 0) {
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
        assertThat(rates.waitNs(quotas, "10.0.0.1", nowNs)).isEqualTo(SECOND_NS / 2);
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

    @Test
    void shouldForgetNobodyWhoCameTooOftenForOthersThatCome() {
        set(QuotaEntity.DEFAULT, "1");
        assertThat(openAtOnce("10.0.0.1")).isEqualTo(11);
        for (int i = 0; i < 10 * HOSTS_MAX; i++) {
            assertThat(rates.waitNs(quotas, "10.1." + i / 256 + "." + i % 256, nowNs))
                    .isZero();
        }
        assertThat(openAtOnce("10.0.0.1")).isZero();
    }

    @Test
    void shouldForgetThoseFirstWhoHaveNotComeForLong() {
        set(QuotaEntity.DEFAULT, "1");
        for (int i = 0; i < HOSTS_MAX; i++) {
            rates.waitNs(quotas, "10.1.0." + i, nowNs);
            nowNs += SECOND_NS / 2;
        }
        for (int i = HOSTS_MAX - 10; i < HOSTS_MAX; i++) {
            openAtOnce("10.1.0." + i);
        }
        for (int i = 0; i < HOSTS_MAX / 2; i++) {
            rates.waitNs(quotas, "10.2.0." + i, nowNs);
        }
        for (int i = HOSTS_MAX - 10; i < HOSTS_MAX; i++) {
            assertThat(openAtOnce("10.1.0." + i)).isZero();
        }
    }

    @Test
    void shouldReadHowAnAddressIsSetOnceAndNotForEachConnection() {
        for (int i = 0; i < 20; i++) {
            set("10:0:" + i + "::1", "2");
        }
        assertThat(openAtOnce("10:0:3:0:0:0:0:1")).isEqualTo(21);
        assertThat(openAtOnce("10:0:4:0:0:0:0:1")).isEqualTo(21);
        assertThat(addressesRead).isEqualTo(20);
    }

    @Test
    void shouldHearOfAddressesThatAreSetAndRemovedLater() {
        set("10::1", "1");
        assertThat(openAtOnce("0:0:0:0:0:0:0:1")).isEqualTo(1_000);
        set("::1", "2");
        set("0::1", "3");
        assertThat(openAtOnce("0:0:0:0:0:0:0:1")).isEqualTo(31);
        remove("0::1");
        assertThat(openAtOnce("0:0:0:0:0:0:0:1")).isEqualTo(21);
        remove("::1");
        assertThat(openAtOnce("0:0:0:0:0:0:0:1")).isEqualTo(1_000);
    }

    private void set(final String address, final String rate) {
        final QuotaEntity entity = new QuotaEntity(null, null, address);
        image.set(entity, KEY, rate);
        quotas.onResourceConfigChanged(ResourceType.QUOTA, entity.text());
    }

    private void remove(final String address) {
        final QuotaEntity entity = new QuotaEntity(null, null, address);
        image.remove(entity, KEY);
        quotas.onResourceConfigChanged(ResourceType.QUOTA, entity.text());
    }
}
