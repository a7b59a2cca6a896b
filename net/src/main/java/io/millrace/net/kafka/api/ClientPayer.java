package io.millrace.net.kafka.api;

import io.millrace.engine.quota.QuotaAccount;
import io.millrace.engine.quota.QuotaKind;
import io.millrace.net.connection.Exchange;
import io.millrace.net.connection.Payer;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;

/**
 * From which accounts a connection's client pays. Looked up again when quotas change, or when the client calls itself by
 * another id. Owned by the connection's core.
 */
public final class ClientPayer implements Payer {
    /** Every client of a plain listener. */
    private static final String USER = "ANONYMOUS";

    private static final QuotaKind[] KINDS = QuotaKind.ofClients();
    private static final long NS_PER_MS = 1_000_000;
    /** An answer to a fetch takes what the client's rate gives in so long. */
    private static final double FETCH_SECONDS = 0.1;

    private final ClientQuotas quotas;
    private final QuotaAccount[] accounts = new QuotaAccount[KINDS.length];
    private byte[] clientId = {};
    private String id = "";
    private long version = -1;
    private Exchange handled;
    private long handledNs;
    private QuotaAccount owedTo;
    private long owedUntilNs;

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
        final QuotaAccount account = accounts[kind.ordinal()];
        if (version == quotas.accounts().version() && (account == null || !account.isForgotten())) {
            return account;
        }
        open();
        return accounts[kind.ordinal()];
    }

    /** The client has taken so much. */
    public void pay(final QuotaKind kind, final long units) {
        final QuotaAccount account = account(kind);
        if (account != null) {
            account.pay(units, quotas.core().nowNs());
        }
    }

    /** The client has begun to take so much: if it is to wait for that, its next request does so from now on. */
    public void payAhead(final Exchange exchange, final QuotaKind kind, final long units) {
        pay(kind, units);
        final int waitMs = waitMs(kind);
        if (waitMs > 0) {
            exchange.connection().mute(quotas.core().nowNs() + waitMs * NS_PER_MS);
        }
    }

    /** How long the client is to wait for what it took of that kind, in milliseconds. */
    public int waitMs(final QuotaKind kind) {
        final QuotaAccount account = account(kind);
        return account == null ? 0 : account.waitMs(quotas.core().nowNs());
    }

    /** One answer to a fetch takes no more than this, unless a single batch does: several may be on their way at once. */
    public int fetchBytesMax() {
        final QuotaAccount account = account(QuotaKind.FETCH);
        return account == null
                ? Integer.MAX_VALUE
                : (int) Math.min(Integer.MAX_VALUE, 1 + account.unitsPerSecond() * FETCH_SECONDS);
    }

    ThrottleField field() {
        return quotas.field();
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
        final long owedNs = exchange.owedNs();
        if (owedNs > 0) {
            owedTo = account(QuotaKind.MUTATION);
            owedUntilNs = nowNs + owedNs;
        }
        final long otherNs = Math.max(owedNs, kind == null ? 0 : waitNs(kind, nowNs));
        final long waitNs = Math.max(waitNs(QuotaKind.REQUEST, nowNs), otherNs);
        if (waitNs <= 0) {
            return 0;
        }
        final int waitMs = (int) Math.min(Integer.MAX_VALUE, (waitNs + NS_PER_MS - 1) / NS_PER_MS);
        exchange.connection().mute(nowNs + waitMs * NS_PER_MS);
        quotas.onThrottled(waitMs * NS_PER_MS);
        return waitMs;
    }

    private long waitNs(final QuotaKind kind, final long nowNs) {
        final QuotaAccount account = account(kind);
        final long waitNs = account == null ? 0 : account.waitNs(nowNs);
        return kind == QuotaKind.REQUEST ? Math.min(waitNs, quotas.requestWaitNsMax()) : waitNs;
    }

    /** For whatever it took, by the quotas that are set now. */
    @Override
    public long waitNs(final long nowNs) {
        long waitNs = owedTo != null && owedTo.equals(account(QuotaKind.MUTATION)) ? owedUntilNs - nowNs : 0;
        for (final QuotaKind kind : KINDS) {
            waitNs = Math.max(waitNs, waitNs(kind, nowNs));
        }
        return waitNs;
    }
}
