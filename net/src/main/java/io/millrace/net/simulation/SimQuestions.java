package io.millrace.net.simulation;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * Asks coordinators whose logs may be damaged what they know: they say what was true before, or refuse to say anything
 * because their log is damaged. One question after the other.
 */
final class SimQuestions extends SimCaller {
    private static final int REFUSALS_MAX = 30;
    private static final int NOWHERE = -1;
    private static final int TIMEOUT_MS = 1_000;

    private interface Ask {
        boolean send(int port, Consumer<Errors> answered);
    }

    private record Question(byte type, String key, TopicPartition log, Ask ask) {}

    private final SimLosses losses;
    private final int coordinators;
    private final ArrayDeque<Question> questions = new ArrayDeque<>();
    private boolean underWay;
    private int port = NOWHERE;
    private int refusals;

    /** @param coordinators partitions of either internal topic */
    SimQuestions(final String name, final SimWorld world, final SimLosses losses, final int coordinators) {
        super(name, world, List.of(), SimNode.NODE_PORT);
        this.losses = losses;
        this.coordinators = coordinators;
    }

    private TopicPartition logOf(final String topic, final String key) {
        return new TopicPartition(topic, Math.abs(key.hashCode()) % coordinators);
    }

    /** How far a group has come with a partition. */
    void askOffset(final GroupBook book, final String topic, final int partition) {
        final TopicPartition log = logOf(Topic.GROUP_METADATA_TOPIC_NAME, book.group());
        questions.add(new Question(
                GROUP, book.group(), log, (to, answered) -> fetchOffset(to, book, topic, partition, log, answered)));
    }

    /** For a producer's id and epoch. */
    void askProducer(final TxnBook book, final String id) {
        final TopicPartition log = logOf(Topic.TRANSACTION_STATE_TOPIC_NAME, id);
        questions.add(new Question(TRANSACTION, id, log, (to, answered) -> init(to, book, id, log, answered)));
    }

    private boolean fetchOffset(
            final int to,
            final GroupBook book,
            final String topic,
            final int partition,
            final TopicPartition log,
            final Consumer<Errors> answered) {
        final OffsetFetchRequestGroup group = new OffsetFetchRequestGroup().setGroupId(book.group());
        group.setTopics(List.of(new OffsetFetchRequestTopics().setName(topic).setPartitionIndexes(List.of(partition))));
        final OffsetFetchRequestData request = new OffsetFetchRequestData()
                .setRequireStable(entropy().nextInt(2) == 0)
                .setGroups(List.of(group));
        return call(
                to,
                ApiKeys.OFFSET_FETCH,
                version(8, 9),
                request,
                answer -> {
                    final OffsetFetchResponseGroup response = new OffsetFetchResponseData(
                                    body(answer), answer.version())
                            .groups()
                            .getFirst();
                    Errors error = Errors.forCode(response.errorCode());
                    if (error == Errors.NONE) {
                        final OffsetFetchResponsePartitions found =
                                response.topics().getFirst().partitions().getFirst();
                        error = Errors.forCode(found.errorCode());
                        if (error == Errors.NONE) {
                            book.onFetched(
                                    partition,
                                    found.committedOffset(),
                                    losses.isOutdated(log) ? NOWHERE : book.acked(partition));
                        }
                    }
                    answered.accept(error);
                },
                this::onLost);
    }

    private boolean init(
            final int to,
            final TxnBook book,
            final String id,
            final TopicPartition log,
            final Consumer<Errors> answered) {
        final long sentAt = book.now();
        return call(
                to,
                ApiKeys.INIT_PRODUCER_ID,
                version(0, 5),
                new InitProducerIdRequestData().setTransactionalId(id).setTransactionTimeoutMs(TIMEOUT_MS),
                answer -> {
                    final InitProducerIdResponseData response =
                            new InitProducerIdResponseData(body(answer), answer.version());
                    final Errors error = Errors.forCode(response.errorCode());
                    if (error == Errors.NONE && !losses.isOutdated(log)) {
                        book.onHolder(id, response.producerId(), response.producerEpoch(), sentAt);
                    }
                    answered.accept(error);
                },
                this::onLost);
    }

    @Override
    int act() {
        final Question question = questions.peek();
        if (question == null || underWay) {
            return 0;
        }
        underWay = port == NOWHERE
                ? findCoordinator(
                        question.type,
                        question.key,
                        found -> {
                            underWay = false;
                            port = found;
                        },
                        this::onLost)
                : question.ask.send(port, error -> onAnswer(question, error));
        return 1;
    }

    private void onLost() {
        underWay = false;
        port = NOWHERE;
    }

    private void onAnswer(final Question question, final Errors error) {
        onLost();
        world().trace(error.code());
        if (error == Errors.NONE) {
            next();
            return;
        }
        world().onClientError(error);
        if (!isTransient(error) && error != Errors.CONCURRENT_TRANSACTIONS && error != Errors.UNSTABLE_OFFSET_COMMIT) {
            throw new ViolationException(name() + ": " + error + " for " + question.key);
        }
        if (++refusals > REFUSALS_MAX && losses.isRefusable(question.log)) {
            world().count("coordinator refused behind damage");
            next();
        }
        retryLater();
    }

    private void next() {
        refusals = 0;
        questions.poll();
    }

    @Override
    boolean isDone() {
        return questions.isEmpty();
    }

    @Override
    public String toString() {
        return name() + ": " + questions.size() + " questions left"
                + (questions.isEmpty() ? "" : ", of " + questions.peek().key + " in " + questions.peek().log);
    }
}
