package io.millrace.net.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/**
 * What clients were told of their transactions, and what readers may therefore see: a transaction whose commit was
 * acknowledged whole and once, one whose commit nobody asked for never, any other whole or not at all.
 */
final class TxnBook {
    private enum State {
        /** Nobody has asked to commit it. */
        OPEN,
        /** Its producer has asked to commit it, and was not told what became of that. */
        ASKED,
        COMMITTED,
        /** Given up, aborted, or fenced. */
        ABORTED
    }

    /** One transaction as its producer knows it. Each record's text begins with the transaction's name. */
    static final class Txn {
        private final String name;
        private final TreeMap<String, TopicPartition> records = new TreeMap<>();
        private State state = State.OPEN;

        private Txn(final String name) {
            this.name = name;
        }

        String name() {
            return name;
        }

        boolean mayBeCommitted() {
            return state == State.ASKED || state == State.COMMITTED;
        }

        @Override
        public String toString() {
            return name + ' ' + state;
        }
    }

    /** Whoever has a transactional id now. */
    private record Holder(long producerId, short epoch, long since) {}

    private final SimWorld world;
    private final Map<String, Txn> byName = new LinkedHashMap<>();
    private final Map<String, Holder> holders = new HashMap<>();
    private final Map<Long, String> idsByProducer = new HashMap<>();
    private long clock;
    private int begun;
    private int committed;

    private final TxnKeyBook keys = new TxnKeyBook();

    TxnBook(final SimWorld world) {
        this.world = world;
    }

    Txn begin(final String producer) {
        final Txn txn = new Txn(producer + '.' + begun++);
        byName.put(txn.name, txn);
        return txn;
    }

    /** A record is about to be sent. */
    void onRecord(final Txn txn, final TopicPartition partition, final String record) {
        txn.records.put(record, partition);
        keys.onRecord(record);
    }

    void onCommitAsked(final Txn txn) {
        txn.state = State.ASKED;
    }

    void onCommitted(final Txn txn) {
        if (txn.state != State.ASKED) {
            throw new ViolationException(txn + " is told to be committed");
        }
        txn.state = State.COMMITTED;
        txn.records.keySet().forEach(keys::onCommitted);
        committed++;
        world.count("transaction committed");
    }

    /** It will never be committed: nobody has asked for that, or it was refused. */
    void onAborted(final Txn txn) {
        if (txn.state == State.COMMITTED) {
            throw new ViolationException(txn + " is told to be aborted");
        }
        txn.state = State.ABORTED;
        txn.records.keySet().forEach(keys::onAborted);
        world.count("transaction aborted");
    }

    /** Its producer gives up; whether it was committed nobody knows, if that was asked for. */
    void onGivenUp(final Txn txn) {
        if (txn.state == State.OPEN) {
            onAborted(txn);
        }
        world.count("transaction given up");
    }

    /** Every transactional id that a producer had. */
    List<String> ids() {
        return List.copyOf(new TreeMap<>(holders).keySet());
    }

    /** A moment, to compare with the ones at which producers got their ids. */
    long now() {
        return ++clock;
    }

    /** A producer was given the transactional id: all before it are fenced from now on. */
    void onHolder(final String transactionalId, final long producerId, final short epoch, final long sentAt) {
        final String owner = idsByProducer.putIfAbsent(producerId, transactionalId);
        if (owner == null) {
            world.onProducerId(producerId);
        } else if (!owner.equals(transactionalId)) {
            throw new ViolationException(
                    "producer id " + producerId + " belongs to " + owner + " and to " + transactionalId);
        }
        final Holder before = holders.get(transactionalId);
        if (before == null || before.producerId != producerId || before.epoch < epoch) {
            holders.put(transactionalId, new Holder(producerId, epoch, ++clock));
        } else if (before.epoch == epoch || before.since < sentAt) {
            throw new ViolationException(transactionalId + ": epoch " + epoch + " of producer " + producerId
                    + " was given out after " + before.epoch);
        }
    }

    /** A request that needs the id was accepted: it must have been sent before the id was given to another. */
    void onAccepted(final String transactionalId, final long producerId, final short epoch, final long sentAt) {
        final Holder holder = holders.get(transactionalId);
        if (holder.since < sentAt && (holder.producerId != producerId || holder.epoch > epoch)) {
            throw new ViolationException(transactionalId + ": producer " + producerId + " with epoch " + epoch
                    + " was let in after it was fenced by " + holder);
        }
    }

    /** A reader of committed records has seen one. */
    void onSeen(final TopicPartition partition, final long offset, final String record) {
        final Txn txn = txnOf(partition, offset, record);
        if (!txn.mayBeCommitted()) {
            throw new ViolationException(partition + ": " + record + " at " + offset
                    + " was shown to a reader of committed records, but " + txn);
        }
    }

    /** A reader of all records has seen one. */
    void onWritten(final TopicPartition partition, final long offset, final String record) {
        txnOf(partition, offset, record);
    }

    private Txn txnOf(final TopicPartition partition, final long offset, final String record) {
        final Txn txn = byName.get(record.substring(0, record.indexOf('/')));
        if (txn == null || !partition.equals(txn.records.get(record))) {
            throw new ViolationException(partition + ": nobody has written " + record + " at " + offset);
        }
        return txn;
    }

    /** Compares with all that readers of committed records see in the end, by partition and offset. */
    void audit(final String topic, final Map<TopicPartition, TreeMap<Long, String>> seen) {
        final Map<Txn, List<String>> visible = new HashMap<>();
        seen.forEach((partition, records) -> records.forEach((offset, record) -> {
            onSeen(partition, offset, record);
            visible.computeIfAbsent(txnOf(partition, offset, record), key -> new ArrayList<>())
                    .add(record);
        }));
        for (final Txn txn : byName.values()) {
            final List<String> found = visible.getOrDefault(txn, List.of());
            final long expected = txn.records.values().stream()
                    .filter(partition -> partition.topic().equals(topic))
                    .count();
            if (found.stream().distinct().count() != found.size()) {
                throw new ViolationException(topic + ": of " + txn + ", records are there twice: " + found);
            }
            final boolean whole = found.size() == expected;
            if (!whole && (txn.state == State.COMMITTED || !found.isEmpty())) {
                throw new ViolationException(topic + ": of " + txn + ", " + found.size() + " of " + expected
                        + " records are there: " + found + " of " + txn.records);
            }
        }
    }

    TxnKeyBook keys() {
        return keys;
    }

    int committed() {
        return committed;
    }
}
