package io.millrace.net.kafka.admin;

import io.millrace.engine.core.Core;
import io.millrace.engine.quota.QuotaAccount;
import io.millrace.engine.quota.QuotaKind;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.ClientPayer;
import java.util.Arrays;
import org.apache.kafka.common.protocol.Errors;

/**
 * Has a client pay for the partitions that one request creates or deletes (KIP-599), after it was judged which it may.
 * Requests of new versions are refused, topic by topic, while what was paid before is not covered; those of old ones are
 * served, and then wait.
 * Used once, on the connection's core.
 */
final class ChangeQuota {
    static final Errors REFUSAL = Errors.THROTTLING_QUOTA_EXCEEDED;

    private final Core core;
    private final QuotaAccount account;
    private final long[] partitions;
    private int paid;

    /** @param partitions that each topic of the request takes; none if it is refused for another reason anyway */
    private ChangeQuota(final Core core, final QuotaAccount account, final long[] partitions) {
        this.core = core;
        this.account = account;
        this.partitions = partitions;
        paid = partitions.length;
    }

    /** What goes on when it is known which topics are paid for. */
    @FunctionalInterface
    interface Paid {
        void proceed(ChangeQuota quota);
    }

    /** Whether the exchange's client has such a quota, so that its wishes have to be judged before it pays. */
    static boolean isHeld(final Exchange exchange) {
        return accountOf(exchange) != null;
    }

    private static QuotaAccount accountOf(final Exchange exchange) {
        final ClientPayer payer = ClientPayer.of(exchange);
        return payer == null ? null : payer.account(QuotaKind.MUTATION);
    }

    /** Goes on at once if the client has no such quota. */
    static void pay(
            final Core core,
            final Exchange exchange,
            final boolean isStrict,
            final long[] partitions,
            final Paid then) {
        final QuotaAccount account = accountOf(exchange);
        final ChangeQuota quota = new ChangeQuota(core, account, partitions);
        if (account == null || Arrays.stream(partitions).allMatch(count -> count == 0)) {
            then.proceed(quota);
            return;
        }
        final long[] units = Arrays.stream(partitions).map(QuotaKind::mutations).toArray();
        core.quotas().payForChanges(account, units, !isStrict, (count, waitNs) -> {
            quota.paid = count;
            exchange.owedNs(waitNs);
            then.proceed(quota);
        });
    }

    /** Whether the topic is to be refused. */
    boolean refuses(final int topic) {
        return topic >= paid && partitions[topic] > 0;
    }

    /** What was paid for has failed, though it looked well before. */
    void giveBack(final int topic) {
        if (account != null && partitions[topic] > 0) {
            core.quotas()
                    .payForChanges(account, new long[] {-QuotaKind.mutations(partitions[topic])}, true, (c, w) -> {});
        }
    }
}
