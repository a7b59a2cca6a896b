package io.millrace.engine.quota;

import io.millrace.engine.metadata.MetadataImage;

/**
 * Who pays on one core. Whoever keeps an account asks {@link #version}, and the account whether it is forgotten, before
 * using it: with another version than it was opened in, it has to be opened again. Owned by the core's thread.
 */
public final class QuotaAccounts {
    private final QuotaTable<QuotaAccount> accounts;
    private final MetadataImage image;
    private final QuotaBook book;
    private final QuotaAccount.Borrower borrower;
    private boolean isActive;
    private long version;

    public QuotaAccounts(final MetadataImage image, final QuotaAccount.Borrower borrower, final int accountsMax) {
        this.image = image;
        this.borrower = borrower;
        accounts = new QuotaTable<>(accountsMax);
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
            account = new QuotaAccount(limit.key(), kind, limit.unitsPerSecond(), borrower, nowNs);
            accounts.put(limit.key(), account, nowNs);
        }
        account.confirm(image.version(), limit.isNamed());
        return account;
    }

    int size() {
        return accounts.size();
    }
}
