package io.millrace.net.kafka.api;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/**
 * Asks a transaction's coordinator whether partitions belong to it, before the first batch of the transaction is written
 * there. One for each core, asked and answering on the core's thread.
 */
public interface TransactionGate {
    /**
     * @param header        of the request that wants to write; valid during the call only
     * @param addPartitions whether partitions that do not belong to the transaction yet are added to it (KIP-890, part
     *     2), instead of refused
     * @param told          called exactly once, now or in a later duty cycle, with the coordinator's own errors; a
     *     partition that is missing, or has NONE, belongs to the transaction
     */
    void admit(
            RequestHeader header,
            String transactionalId,
            long producerId,
            short producerEpoch,
            List<TopicPartition> partitions,
            boolean addPartitions,
            Consumer<Map<TopicPartition, Errors>> told);
}
