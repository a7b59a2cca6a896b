package io.millrace.engine.quota;

import io.millrace.engine.metadata.MetadataImage;
import java.util.concurrent.TimeUnit;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Who pays on one core. Whoever keeps an account asks {@link #version} before using it: with another one than it was
 * opened in, it has to be opened again. Owned by the core's thread.
 */
public final class QuotaAccounts {
    private static final long IDLE_NS = TimeUnit.SECONDS.toNanos(30);

    private final Long2ObjectHashMap<QuotaAccount> accounts = new Long2ObjectHashMap<>();
    private final QuotaBook book;
    private final QuotaAccount.Borrower borrower;
    private final int accountsMax;
    private boolean isActive;
    private long version;

    public QuotaAccounts(final MetadataImage image, final QuotaAccount.Borrower borrower, final int accountsMax) {
        this.borrower = borrower;
        this.accountsMax = accountsMax;
        book = new QuotaBook(image);
        onChanged();
    }

    /** Quotas were set or removed. */
    public void onChanged() {
        isActive = book.hasClients();
        version++;
        if (!isActive) {
            accounts.clear();
        }
    }

    /** Whether any client has a quota. */
    public boolean isActive() {
        return isActive;
    }

    public long version() {
        return version;
    }

    /** The account from which the client pays, or null if it has no quota of that kind. */
    public QuotaAccount open(final QuotaKind kind, final String user, final String clientId, final long nowNs) {
        final QuotaBook.Limit limit = book.limit(kind, user, clientId);
        if (limit == null) {
            return null;
        }
        QuotaAccount account = accounts.get(limit.key());
        if (account == null || account.unitsPerSecond() != limit.unitsPerSecond()) {
            makeRoom(nowNs);
            account = new QuotaAccount(limit.key(), kind, limit.unitsPerSecond(), borrower, nowNs);
            accounts.put(limit.key(), account);
        }
        return account;
    }

    private void makeRoom(final long nowNs) {
        if (accounts.size() >= accountsMax) {
            version++;
            accounts.values().removeIf(account -> account.isIdle(nowNs - IDLE_NS, nowNs));
            if (accounts.size() >= accountsMax) {
                accounts.clear();
            }
        }
    }

    int size() {
        return accounts.size();
    }
}
