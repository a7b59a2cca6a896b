package io.millrace.engine.producer;

/**
 * What a partition knows of one producer, for people.
 *
 * @param lastSequence   of the last record, or -1
 * @param txnFirstOffset where its open transaction begins, or -1
 */
public record ProducerState(
        long producerId,
        short epoch,
        int lastSequence,
        long lastTimestampMs,
        int coordinatorEpoch,
        long txnFirstOffset) {}
