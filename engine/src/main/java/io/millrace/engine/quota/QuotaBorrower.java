package io.millrace.engine.quota;

/** Who asks to be lent of a client's share. */
public interface QuotaBorrower {
    /** Tells whose share it is; the same on any core. */
    long key();

    QuotaKind kind();

    /** The client's rate. */
    double unitsPerSecond();

    /** The version of the metadata at which that was the rate: cores learn of another one in turn. */
    long asOf();

    /** Whether the rate is set for this client, and not for all that have none of their own. */
    boolean isNamed();

    /** As another core may see it. */
    record Copy(long key, QuotaKind kind, double unitsPerSecond, long asOf, boolean isNamed) implements QuotaBorrower {
        public static Copy of(final QuotaBorrower borrower) {
            return new Copy(
                    borrower.key(), borrower.kind(), borrower.unitsPerSecond(), borrower.asOf(), borrower.isNamed());
        }
    }
}
