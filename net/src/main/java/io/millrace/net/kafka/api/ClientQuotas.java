package io.millrace.net.kafka.api;

import io.millrace.engine.core.Core;
import io.millrace.engine.quota.QuotaAccounts;
import io.millrace.engine.settings.QuotaSettings;
import io.millrace.engine.status.Statistic.Unit;
import io.millrace.engine.status.Tally;
import io.millrace.net.connection.Connection;
import io.millrace.net.connection.Exchange;
import java.util.concurrent.TimeUnit;

/**
 * Finds out who pays for the requests of one core's connections. Where no quota is set, that is one look at a flag.
 * Owned by the core's thread.
 */
public final class ClientQuotas {
    private final Core core;
    private final QuotaAccounts accounts;
    private final long requestWaitNsMax;
    private final ThrottleField field = new ThrottleField();
    private final Tally throttled;
    private final Tally throttledNs;

    public ClientQuotas(final Core core) {
        this.core = core;
        accounts = core.quotas().accounts();
        requestWaitNsMax =
                TimeUnit.SECONDS.toNanos(core.image().startSettings().intOf(QuotaSettings.WINDOW_SIZE_SECONDS));
        throttled = core.statistics().counter("quota.throttled", Unit.COUNT);
        throttledNs = core.statistics().counter("quota.wait", Unit.NS);
    }

    /** The request's client pays from now on, if it has a quota. */
    ClientPayer identify(final Exchange exchange, final RequestHeader header) {
        final Connection connection = exchange.connection();
        ClientPayer payer = (ClientPayer) connection.payer();
        if (!accounts.isActive()) {
            if (payer != null) {
                connection.payer(null);
            }
            return null;
        }
        if (payer == null) {
            payer = new ClientPayer(this);
            connection.payer(payer);
        }
        payer.identify(exchange.frame(), header.clientIdOffset(), header.clientIdLength());
        return payer;
    }

    Core core() {
        return core;
    }

    QuotaAccounts accounts() {
        return accounts;
    }

    /** A client that took too much of the cores' time waits no longer than this at a time. */
    long requestWaitNsMax() {
        return requestWaitNsMax;
    }

    ThrottleField field() {
        return field;
    }

    void onThrottled(final long waitNs) {
        throttled.increment();
        throttledNs.add(waitNs);
    }
}
