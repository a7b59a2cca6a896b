package io.millrace.net.kafka.txn;

import io.millrace.net.kafka.coordinator.Answer;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.common.TransactionVersion;

/** Asks the coordinator of a transaction, on whichever core it is, whether partitions are part of it (KIP-890). */
public final class Admissions {
    private final Transactions transactions;

    public Admissions(final Transactions transactions) {
        this.transactions = transactions;
    }

    /**
     * @param add  whether they become part of it, after waiting for the end of the transaction before; or must be already
     * @param told on this core, the error of each partition
     */
    public void admit(
            final String transactionalId,
            final long producerId,
            final short producerEpoch,
            final Collection<TopicPartition> partitions,
            final boolean add,
            final Consumer<Map<TopicPartition, Errors>> told) {
        final List<TopicPartition> asked = List.copyOf(partitions);
        final Ended producer = new Ended(producerId, producerEpoch);
        final int home = transactions.partitionFor(transactionalId);
        if (add) {
            transactions.ask(
                    home,
                    (machine, answer) -> machine.addPartitions(
                            transactionalId, producer, asked, TransactionVersion.TV_2, true, answer),
                    new Told<Void>(asked, told));
        } else {
            transactions.<Map<TopicPartition, Errors>>ask(
                    home,
                    (machine, answer) -> machine.verify(transactionalId, producer, asked, answer),
                    new Told<>(asked, told));
        }
    }

    private record Told<R>(List<TopicPartition> asked, Consumer<Map<TopicPartition, Errors>> told)
            implements Answer<R> {
        @Override
        @SuppressWarnings("unchecked") // a map of errors, or nothing at all
        public void onAnswer(final R response) {
            told.accept(response == null ? all(Errors.NONE) : (Map<TopicPartition, Errors>) response);
        }

        @Override
        public void onError(final Errors error, final String message) {
            told.accept(all(error));
        }

        private Map<TopicPartition, Errors> all(final Errors error) {
            final Map<TopicPartition, Errors> errors = new HashMap<>();
            asked.forEach(each -> errors.put(each, error));
            return errors;
        }
    }
}
