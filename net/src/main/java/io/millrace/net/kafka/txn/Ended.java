package io.millrace.net.kafka.txn;

/** What a producer goes on with after its transaction has ended. */
record Ended(long producerId, short producerEpoch) {}
