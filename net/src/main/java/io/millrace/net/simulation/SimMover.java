package io.millrace.net.simulation;

import io.millrace.net.simulation.TxnBook.Txn;
import java.util.List;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddOffsetsToTxnResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** What a member does that moves records: each read is written to another topic, and committed, in one transaction. */
final class SimMover {
    /** So often in a row no member is refused that is one, when nothing fails any more. */
    private static final int REFUSALS_MAX = 200;

    private final TxnBook transactionsBook;
    private final GroupBook book;
    private final String id;
    private final String source;
    private final String topic;
    private final int partitions;
    private SimMember member;
    private SimTransactions transactions;
    private int refusals;
    private int refusedChanges;

    SimMover(
            final TxnBook transactionsBook,
            final GroupBook book,
            final String id,
            final String source,
            final String topic,
            final int partitions) {
        this.transactionsBook = transactionsBook;
        this.book = book;
        this.id = id;
        this.source = source;
        this.topic = topic;
        this.partitions = partitions;
    }

    String topic() {
        return topic;
    }

    void begin(final SimMember by) {
        member = by;
        final int timeoutMs = 100 + by.entropy().nextInt(400);
        transactions = new SimTransactions(
                by, transactionsBook, id, timeoutMs, by.entropy().nextInt(2) == 0);
    }

    boolean isReady() {
        return transactions.isReady();
    }

    int step() {
        return transactions.step();
    }

    void crash() {
        transactions.crash();
    }

    /** Moves what was read of a partition, up to the next offset. */
    void move(final int partition, final long next, final List<String> sources) {
        final Txn txn = transactionsBook.begin(id);
        final boolean commit = member.entropy().nextInt(5) > 0;
        final SimTransactions.Plan plan = new SimTransactions.Plan(txn, topic, new Offsets(partition, next), commit);
        if (!sources.isEmpty()) {
            plan.write(
                    member.entropy().nextInt(partitions),
                    sources.stream().map(each -> txn.name() + '/' + each).toList());
        }
        transactions.begin(plan);
    }

    /** The offset of one read, on its way into the transaction. */
    private final class Offsets implements SimOffsets {
        private final int partition;
        private final long next;
        private final String memberId = member.membership().memberId;
        private final int epoch = member.membership().epoch;
        private final int changes = member.membership().changes;
        private boolean added;
        private boolean done;

        Offsets(final int partition, final long next) {
            this.partition = partition;
            this.next = next;
        }

        @Override
        public void begin() {
            added = transactions.isSecond();
        }

        @Override
        public boolean isDone() {
            return done;
        }

        @Override
        public void step(final SimTransactions by) {
            if (!added) {
                add(by);
            } else if (member.membership().port == SimMembership.NOWHERE) {
                // By a client that does not wait for its coordinator to be found.
                by.fail();
            } else {
                commit(by);
            }
        }

        private void add(final SimTransactions by) {
            final AddOffsetsToTxnRequestData request = new AddOffsetsToTxnRequestData()
                    .setTransactionalId(id)
                    .setProducerId(by.producerId())
                    .setProducerEpoch(by.epoch())
                    .setGroupId(book.group());
            final long sentAt = by.now();
            by.send(by.port(), ApiKeys.ADD_OFFSETS_TO_TXN, member.version(0, 3), request, answer -> {
                final Errors error = Errors.forCode(
                        new AddOffsetsToTxnResponseData(SimCaller.body(answer), answer.version()).errorCode());
                added = by.accepted(error, sentAt);
            });
        }

        private void commit(final SimTransactions by) {
            final int version = by.isSecond() ? member.version(5, 6) : member.version(3, 4);
            final TxnOffsetCommitRequestTopic named = new TxnOffsetCommitRequestTopic();
            if (version >= 6) {
                named.setTopicId(member.topic(source).topicId());
            } else {
                named.setName(source);
            }
            named.partitions()
                    .add(new TxnOffsetCommitRequestPartition()
                            .setPartitionIndex(partition)
                            .setCommittedOffset(next));
            final TxnOffsetCommitRequestData request = new TxnOffsetCommitRequestData()
                    .setTransactionalId(id)
                    .setGroupId(book.group())
                    .setProducerId(by.producerId())
                    .setProducerEpoch(by.epoch())
                    .setMemberId(memberId)
                    .setGroupInstanceId(member.membership().instance)
                    .setGenerationIdOrMemberEpoch(epoch)
                    .setTopics(List.of(named));
            book.onCommitSent(partition, next);
            final long sentAt = book.now();
            final long letInAt = by.now();
            by.send(member.membership().port, ApiKeys.TXN_OFFSET_COMMIT, version, request, answer -> {
                final Errors error =
                        Errors.forCode(new TxnOffsetCommitResponseData(SimCaller.body(answer), answer.version())
                                .topics()
                                .getFirst()
                                .partitions()
                                .getFirst()
                                .errorCode());
                switch (error) {
                    case ILLEGAL_GENERATION,
                            UNKNOWN_MEMBER_ID,
                            STALE_MEMBER_EPOCH,
                            FENCED_MEMBER_EPOCH,
                            FENCED_INSTANCE_ID,
                            GROUP_ID_NOT_FOUND,
                            REBALANCE_IN_PROGRESS -> {
                        member.world().onClientError(error);
                        onRefused(error);
                        by.fail();
                    }
                    default -> {
                        if (by.accepted(error, letInAt)) {
                            done = true;
                            refusals = 0;
                            book.onLetIn(memberId, sentAt);
                            book.onLetIn(partition, member.membership().owner(), epoch, sentAt);
                        }
                    }
                }
            });
        }

        private void onRefused(final Errors error) {
            if (!member.world().isHealed() || refusedChanges != member.membership().changes) {
                refusals = 0;
                refusedChanges = member.membership().changes;
            } else if (++refusals > REFUSALS_MAX) {
                throw new ViolationException(member.name() + ": offsets are refused with " + error
                        + ", again and again, to " + member.membership() + ", who knows of no other epoch");
            }
        }

        @Override
        public void onEnded(final boolean committed) {
            if (committed) {
                member.world().count("records moved");
                book.onCommitted(partition, next);
                member.onMoved(partition, next, changes);
            }
        }

        @Override
        public void onGivenUp(final boolean maybe) {
            // The member asks where to go on.
        }
    }

    @Override
    public String toString() {
        return transactions.toString();
    }
}
