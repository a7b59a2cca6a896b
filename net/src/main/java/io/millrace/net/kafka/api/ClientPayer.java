package io.millrace.net.kafka.api;

import io.millrace.engine.quota.QuotaAccount;
import io.millrace.engine.quota.QuotaKind;
import io.millrace.net.connection.Exchange;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;

/**
 * From which accounts a connection's client pays. Looked up again when quotas change, or when the client calls itself by
 * another id. Owned by the connection's core.
 */
public final class ClientPayer {
    /** Every client of a plain listener. */
    private static final String USER = "ANONYMOUS";

    private static final QuotaKind[] KINDS = QuotaKind.values();
    private static final long NS_PER_MS = 1_000_000;

    private final ClientQuotas quotas;
    private final QuotaAccount[] accounts = new QuotaAccount[KINDS.length];
    private byte[] clientId = {};
    private String id = "";
    private long version = -1;
    private Exchange handled;
    private long handledNs;

    ClientPayer(final ClientQuotas quotas) {
        this.quotas = quotas;
    }

    /** Who pays for the exchange, or null if nobody does. */
    public static ClientPayer of(final Exchange exchange) {
        return (ClientPayer) exchange.connection().payer();
    }

    void identify(final DirectBuffer frame, final int offset, final int length) {
        if (!isSame(frame, offset, length)) {
            clientId = new byte[length];
            frame.getBytes(offset, clientId);
            id = new String(clientId, StandardCharsets.UTF_8);
            open();
        }
    }

    private void open() {
        // Taken first: if opening has others forgotten, the next look opens anew.
        version = quotas.accounts().version();
        for (final QuotaKind kind : KINDS) {
            accounts[kind.ordinal()] =
                    quotas.accounts().open(kind, USER, id, quotas.core().nowNs());
        }
    }

    private boolean isSame(final DirectBuffer frame, final int offset, final int length) {
        if (length != clientId.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (frame.getByte(offset + i) != clientId[i]) {
                return false;
            }
        }
        return true;
    }

    /** From which the client pays, or null if it has no quota of that kind; a request may be older than its quota. */
    public QuotaAccount account(final QuotaKind kind) {
        if (version != quotas.accounts().version()) {
            open();
        }
        return accounts[kind.ordinal()];
    }

    /** The client has taken so much. */
    public void pay(final QuotaKind kind, final long units) {
        final QuotaAccount account = account(kind);
        if (account != null) {
            account.pay(units, quotas.core().nowNs());
        }
    }

    /** How long the client is to wait for what it took of that kind, in milliseconds. */
    public int waitMs(final QuotaKind kind) {
        final QuotaAccount account = account(kind);
        return account == null ? 0 : account.waitMs(quotas.core().nowNs());
    }

    /** One answer to a fetch takes no more than this, unless a single batch does: what its rate gives in a second. */
    public int fetchBytesMax() {
        final QuotaAccount account = account(QuotaKind.FETCH);
        return account == null ? Integer.MAX_VALUE : (int) Math.min(Integer.MAX_VALUE, 1 + account.unitsPerSecond());
    }

    boolean isToldFirst(final Api api, final int version) {
        return quotas.field().isFirst(api, version);
    }

    /** The core begins to handle the request: its time is the client's. */
    void beginTime(final Exchange exchange) {
        if (account(QuotaKind.REQUEST) != null) {
            handled = exchange;
            handledNs = quotas.core().clock().readNs();
        }
    }

    /** The core goes on with something else. */
    void endTime() {
        if (handled != null) {
            payTime();
            handled = null;
        }
    }

    private void payTime() {
        final long nowNs = quotas.core().clock().readNs();
        pay(QuotaKind.REQUEST, nowNs - handledNs);
        handledNs = nowNs;
    }

    /**
     * The exchange is about to be answered: mutes its connection if the client has to wait.
     *
     * @param kind what the request takes beside time, or null
     * @return what to tell the client, 0 if it need not wait
     */
    public int throttleMs(final Exchange exchange, final QuotaKind kind) {
        if (exchange.equals(handled)) {
            payTime();
        }
        final long nowNs = quotas.core().nowNs();
        final QuotaAccount time = account(QuotaKind.REQUEST);
        final QuotaAccount other = kind == null ? null : account(kind);
        final long timeNs = time == null ? 0 : Math.min(time.waitNs(nowNs), quotas.requestWaitNsMax());
        final long otherNs = Math.max(exchange.owedNs(), other == null ? 0 : other.waitNs(nowNs));
        final long waitNs = Math.max(timeNs, otherNs);
        if (waitNs <= 0) {
            return 0;
        }
        final int waitMs = (int) Math.min(Integer.MAX_VALUE, (waitNs + NS_PER_MS - 1) / NS_PER_MS);
        exchange.connection().mute(nowNs + waitMs * NS_PER_MS);
        quotas.onThrottled(waitMs * NS_PER_MS);
        return waitMs;
    }
}
