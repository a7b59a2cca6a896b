package io.millrace.net.simulation;

import io.millrace.net.simulation.TxnBook.Txn;
import java.util.ArrayList;
import java.util.List;

/**
 * A transactional producer: writes to some partitions, commits or aborts, crashes in the middle and comes back, or stands
 * still so long that others take its place. Several may share a transactional id, and fence each other.
 */
final class SimTxnProducer extends SimCaller {
    private static final int BATCHES_MAX = 4;
    private static final int RECORDS_MAX = 5;
    private static final int PADDING_MAX = 200;
    private static final int CRASH_ODDS = 1_000;

    private final TxnBook book;
    private final String topic;
    private final int partitions;
    private final int keys;
    private final int timeoutMs;
    private final SimTransactions transactions;
    private int transactionsLeft;
    private boolean stopped;

    /** @param keys how many keys of its own its records have, or 0 if they have none */
    SimTxnProducer(
            final String name,
            final SimWorld world,
            final TxnBook book,
            final String transactionalId,
            final String topic,
            final int partitions,
            final int keys,
            final int bootstrapPort) {
        super(name, world, List.of(topic), bootstrapPort);
        this.book = book;
        this.topic = topic;
        this.partitions = partitions;
        this.keys = keys;
        timeoutMs = 50 + entropy().nextInt(400);
        transactionsLeft = 5 + entropy().nextInt(40);
        transactions = new SimTransactions(
                this, book, transactionalId, timeoutMs, entropy().nextInt(2) == 0);
    }

    @Override
    int act() {
        if (!stopped && entropy().nextInt(CRASH_ODDS) == 0) {
            if (entropy().nextInt(2) == 0) {
                crash();
            } else {
                rest(entropy().nextInt(3 * timeoutMs) * 1_000_000L);
                world().count("producer stood still");
            }
            return 1;
        }
        if (transactions.isReady() && transactionsLeft > 0) {
            if (entropy().nextInt(4) > 0) {
                return 0;
            }
            transactionsLeft--;
            transactions.begin(plan());
        }
        return transactions.step();
    }

    private void crash() {
        forgetCalls();
        transactions.crash();
        rest(entropy().nextInt(2 * timeoutMs) * 1_000_000L);
        world().count("producer crashed");
    }

    private SimTransactions.Plan plan() {
        final Txn txn = book.begin(name());
        final SimTransactions.Plan plan =
                new SimTransactions.Plan(txn, topic, null, entropy().nextInt(4) > 0);
        int number = 0;
        for (int i = entropy().nextInt(BATCHES_MAX); i >= 0; i--) {
            final List<String> records = new ArrayList<>();
            for (int j = entropy().nextInt(RECORDS_MAX); j >= 0; j--) {
                final String key =
                        keys == 0 ? "" : TxnKeyBook.key(name(), entropy().nextInt(keys));
                records.add(txn.name()
                        + '/'
                        + number++
                        + key
                        + ' '
                        + "x".repeat(entropy().nextInt(PADDING_MAX)));
            }
            plan.write(entropy().nextInt(partitions), records);
        }
        return plan;
    }

    /** No new transactions; what is open is ended, or left to its time-out. */
    void stop() {
        stopped = true;
        transactionsLeft = 0;
        if (entropy().nextInt(3) == 0) {
            forgetCalls();
            transactions.crash();
        }
    }

    @Override
    boolean isDone() {
        return stopped && transactions.isIdle();
    }

    @Override
    public String toString() {
        return name() + ": " + transactions;
    }
}
