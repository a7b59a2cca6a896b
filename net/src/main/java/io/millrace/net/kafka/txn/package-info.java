/**
 * The transaction coordinator: which producer may write as which transactional id, what its transaction has touched,
 * and how it ended (KIP-98, KIP-890).
 */
package io.millrace.net.kafka.txn;
