package io.millrace.engine.core;

import io.millrace.codec.core.QuotaReplyDecoder;
import io.millrace.codec.core.QuotaReplyEncoder;
import io.millrace.codec.core.QuotaRequestDecoder;
import io.millrace.codec.core.QuotaRequestEncoder;
import io.millrace.engine.metadata.MetadataListener;
import io.millrace.engine.metadata.ResourceType;
import io.millrace.engine.quota.QuotaAccount;
import io.millrace.engine.quota.QuotaAccounts;
import io.millrace.engine.quota.QuotaBorrower;
import io.millrace.engine.quota.QuotaKind;
import io.millrace.engine.quota.QuotaLender;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One core's part in the node's quotas: clients pay on the core of their connection from what it was lent, and each
 * client's share is lent out by one core, which its key tells. Asking takes a message and holds nobody up. Owned by the
 * core's thread.
 */
public final class Quotas implements MetadataListener {
    /** Clients that have a quota, of one core. */
    private static final int CLIENTS_MAX = 50_000;

    private static final QuotaKind[] KINDS = QuotaKind.values();

    private final QuotaRequestEncoder request = new QuotaRequestEncoder();
    private final QuotaRequestDecoder asked = new QuotaRequestDecoder();
    private final QuotaReplyEncoder reply = new QuotaReplyEncoder();
    private final QuotaReplyDecoder lent = new QuotaReplyDecoder();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[QuotaRequestEncoder.BLOCK_LENGTH]);
    private final ReplyHandler onLent = this::onLent;
    private final List<Runnable> listeners = new ArrayList<>();
    private final Core core;
    private final CoreProxy[] proxies;
    private final QuotaLender lender;
    private final QuotaAccounts accounts;
    private final QuotaBorrower elsewhere = new Elsewhere();
    /** Those that have asked another core, by the number of what they asked. */
    private final Long2ObjectHashMap<QuotaAccount> asking = new Long2ObjectHashMap<>();

    private long nextAsk;

    Quotas(final Core core, final CoreProxy[] proxies, final MessageRoutes routes) {
        this.core = core;
        this.proxies = proxies;
        lender = new QuotaLender(core.image().startSettings(), CLIENTS_MAX);
        accounts = new QuotaAccounts(core.image(), this::borrow, CLIENTS_MAX);
        routes.add(QuotaRequestDecoder.TEMPLATE_ID, this::onRequest);
    }

    /** From whom clients pay here. */
    public QuotaAccounts accounts() {
        return accounts;
    }

    /** Whom to tell that quotas were set or removed, so that nobody waits for what does not count any more. */
    public void addListener(final Runnable listener) {
        listeners.add(listener);
    }

    @Override
    public void onResourceConfigChanged(final ResourceType type, final String resourceName) {
        if (type == ResourceType.QUOTA) {
            accounts.onChanged();
            listeners.forEach(Runnable::run);
        }
    }

    private int lenderOf(final long key) {
        return (int) Long.remainderUnsigned(key, proxies.length);
    }

    private void borrow(final QuotaAccount account, final long units) {
        final int target = lenderOf(account.key());
        if (target == core.id()) {
            final long waitNs = lender.lend(account, units, core.nowNs());
            account.lent(waitNs, core.nowNs());
            return;
        }
        asking.put(nextAsk, account);
        final long correlation = core.requests().correlation(onLent, nextAsk++);
        request.wrap(buffer, 0)
                .correlation(correlation)
                .accountKey(account.key())
                .kind((short) account.kind().ordinal())
                .unitsPerSecond(account.unitsPerSecond())
                .units(units)
                .asOf(account.asOf())
                .named((short) (account.isNamed() ? 1 : 0));
        core.requests()
                .send(
                        correlation,
                        target,
                        QuotaRequestEncoder.TEMPLATE_ID,
                        buffer,
                        QuotaRequestEncoder.BLOCK_LENGTH,
                        QuotaReplyEncoder.BLOCK_LENGTH);
    }

    private void onRequest(final int from, final DirectBuffer body, final int offset, final int length) {
        asked.wrap(body, offset, QuotaRequestDecoder.BLOCK_LENGTH, QuotaRequestDecoder.SCHEMA_VERSION);
        final long correlation = asked.correlation();
        final long waitNs = lender.lend(elsewhere, asked.units(), core.nowNs());
        reply.wrap(buffer, 0).correlation(correlation).waitNs(waitNs);
        proxies[from].reply(QuotaReplyEncoder.TEMPLATE_ID, buffer, QuotaReplyEncoder.BLOCK_LENGTH);
    }

    /** Tells whoever asked, even if it was forgotten meanwhile: its successor has asked for itself. */
    private void onLent(
            final long ask, final int templateId, final DirectBuffer body, final int offset, final int length) {
        lent.wrap(body, offset, QuotaReplyDecoder.BLOCK_LENGTH, QuotaReplyDecoder.SCHEMA_VERSION);
        asking.remove(ask).lent(lent.waitNs(), core.nowNs());
    }

    /** Whose message is being read. */
    private final class Elsewhere implements QuotaBorrower {
        @Override
        public long key() {
            return asked.accountKey();
        }

        @Override
        public QuotaKind kind() {
            return KINDS[asked.kind()];
        }

        @Override
        public double unitsPerSecond() {
            return asked.unitsPerSecond();
        }

        @Override
        public long asOf() {
            return asked.asOf();
        }

        @Override
        public boolean isNamed() {
            return asked.named() != 0;
        }
    }

    /**
     * Pays for changes one after the other, as long as what was paid before is covered; a change that is not paid for is
     * not to be made. For what is rare: asks the lender's core by a call.
     *
     * @param isLenient all are paid for, whatever that takes
     * @param told      on this core, how many were paid for, and how long the client is to wait
     */
    public void payForChanges(
            final QuotaAccount account, final long[] changes, final boolean isLenient, final ChangesPaid told) {
        final QuotaBorrower borrower = QuotaBorrower.Copy.of(account);
        core.calls().run(lenderOf(account.key()), there -> {
            final QuotaLender lends = there.quotas().lender;
            int paid = 0;
            while (paid < changes.length
                    && (isLenient
                            ? lends.lend(borrower, changes[paid], there.nowNs()) >= 0
                            : lends.lendIfCovered(borrower, changes[paid], there.nowNs()))) {
                paid++;
            }
            final int count = paid;
            final boolean mustWait = isLenient || count < changes.length;
            final long waitNs = mustWait ? lends.waitNs(borrower, there.nowNs()) : 0;
            there.calls().run(core.id(), here -> told.onPaid(count, waitNs));
        });
    }

    /** Hears how many changes were paid for, and how long the client is to wait. */
    @FunctionalInterface
    public interface ChangesPaid {
        void onPaid(int count, long waitNs);
    }
}
