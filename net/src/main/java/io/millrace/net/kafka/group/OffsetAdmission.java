package io.millrace.net.kafka.group;

import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;

/** Asks a transaction's coordinator, wherever it is, whether a group's offsets may be part of the transaction. */
@FunctionalInterface
public interface OffsetAdmission {
    /**
     * @param partition of the offsets topic
     * @param add       whether they become part of it, or must be already (before KIP-890's second part)
     * @param told      on the core that asks
     */
    void admit(
            String transactionalId,
            long producerId,
            short producerEpoch,
            int partition,
            boolean add,
            Consumer<Errors> told);
}
