package io.millrace.net.kafka.txn;

import org.apache.kafka.coordinator.transaction.TransactionMetadata;

/**
 * Whether an EndTxn comes from the producer that has the transaction: with its epoch, or with the one that it had before
 * the very request that is said again (KIP-890).
 *
 * @param bumps   whether the request's kind bumps epochs, so that what is said again comes with the former one
 */
record Retry(TransactionMetadata transaction, boolean bumps, long producerId, short producerEpoch) {
    /** The epochs of the former producer id were used up by the request that is said again. */
    boolean onOverflow() {
        return bumps
                && transaction.prevProducerId() == producerId
                && TransactionMetadata.isEpochExhausted(producerEpoch)
                && transaction.producerEpoch() == 0;
    }

    private boolean onBump() {
        return bumps
                && transaction.clientTransactionVersion().supportsEpochBump()
                && transaction.producerEpoch() == producerEpoch + 1;
    }

    /** Whether this was asked, and decided, before. */
    boolean isRetry() {
        return onBump() || onOverflow();
    }

    boolean isValidEpoch(final boolean fromClient) {
        if (!bumps) {
            return (!fromClient || producerEpoch == transaction.producerEpoch())
                    && producerEpoch >= transaction.producerEpoch();
        }
        return switch (transaction.state()) {
            // The producer may go on, and abort what it has not begun yet, before the end is written everywhere.
            case PREPARE_COMMIT, PREPARE_ABORT -> onBump() || producerEpoch == transaction.producerEpoch();
            case COMPLETE_COMMIT, COMPLETE_ABORT -> isRetry() || producerEpoch == transaction.producerEpoch();
            default -> producerEpoch == transaction.producerEpoch();
        };
    }
}
