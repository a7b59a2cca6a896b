package io.millrace.net.kafka.client;

import io.millrace.engine.log.LogConfig;
import io.millrace.engine.replication.FeedFacts;
import io.millrace.engine.replication.FeedHandler;
import io.millrace.engine.replication.FeedSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * One partition as another broker shows it to its consumers: what is committed, byte for byte. Finds the leader, learns
 * the facts, then answers the feeder's questions; whenever the broker or its answers change, it begins anew.
 */
public final class KafkaFeedSource implements FeedSource, AutoCloseable {
    private enum State {
        WAITING,
        CONNECTING,
        METADATA,
        CONFIGS,
        EARLIEST,
        READY,
        EPOCH_END,
        FETCHING
    }

    private static final long RETRY_NS = 200_000_000L;

    private final InetSocketAddress bootstrap;
    private final String topic;
    private final int partition;
    private final PartitionQuestions questions;
    private final UnsafeBuffer batches = new UnsafeBuffer(0, 0);

    private State state = State.WAITING;
    private BrokerConnection connection;
    private InetSocketAddress target;
    private long retryNs = Long.MIN_VALUE;
    private long generation;
    private long answerGeneration;
    private boolean known;
    private String trouble = "";

    private Uuid topicId;
    private int leaderEpoch;
    private LogConfig config;
    private FeedFacts facts;

    private boolean epochWanted;
    private int wantedEpoch;
    private boolean readWanted;
    private long wantedOffset;
    private int wantedBytes;

    public KafkaFeedSource(final InetSocketAddress bootstrap, final String topic, final int partition) {
        this.bootstrap = bootstrap;
        this.topic = topic;
        this.partition = partition;
        target = bootstrap;
        questions = new PartitionQuestions(topic, partition);
    }

    @Override
    public FeedFacts facts() {
        return facts;
    }

    @Override
    public long generation() {
        return generation;
    }

    /** Why nothing comes, for people; empty if all is well. */
    public String trouble() {
        return trouble;
    }

    @Override
    public void askEpochEnd(final int epoch) {
        epochWanted = true;
        wantedEpoch = epoch;
        answerGeneration = generation;
    }

    @Override
    public void read(final long offset, final int bytesMax) {
        readWanted = true;
        wantedOffset = offset;
        wantedBytes = bytesMax;
        answerGeneration = generation;
    }

    @Override
    public int poll(final FeedHandler handler, final long nowNs) {
        if (retryNs == Long.MIN_VALUE) {
            retryNs = nowNs;
        }
        try {
            return step(handler, nowNs);
        } catch (final IOException failure) {
            beginAgain(nowNs, failure.getMessage());
            target = bootstrap;
            return 1;
        }
    }

    @Override
    public void close() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    private int step(final FeedHandler handler, final long nowNs) throws IOException {
        return switch (state) {
            case WAITING -> {
                if (nowNs - retryNs < 0) {
                    yield 0;
                }
                connection = new BrokerConnection(target);
                yield moveTo(State.CONNECTING);
            }
            case CONNECTING -> {
                if (!connection.isConnected()) {
                    yield 0;
                }
                connection.send(ApiKeys.METADATA, PartitionQuestions.METADATA, questions.metadata());
                yield moveTo(State.METADATA);
            }
            case METADATA -> {
                final MetadataResponseData answer = new MetadataResponseData();
                yield connection.receive(answer) ? onMetadata(answer, nowNs) : 0;
            }
            case CONFIGS -> {
                final DescribeConfigsResponseData answer = new DescribeConfigsResponseData();
                yield connection.receive(answer) ? onConfigs(answer, nowNs) : 0;
            }
            case EARLIEST -> {
                final ListOffsetsResponseData answer = new ListOffsetsResponseData();
                yield connection.receive(answer) ? onEarliest(answer, nowNs) : 0;
            }
            case READY -> ask();
            case EPOCH_END -> {
                final OffsetForLeaderEpochResponseData answer = new OffsetForLeaderEpochResponseData();
                yield connection.receive(answer) ? onEpochEnd(answer, handler, nowNs) : 0;
            }
            case FETCHING -> {
                final FetchResponseData answer = new FetchResponseData();
                yield connection.receive(answer) ? onFetched(answer, handler, nowNs) : 0;
            }
        };
    }

    private int onMetadata(final MetadataResponseData answer, final long nowNs) throws IOException {
        final MetadataResponseData.MetadataResponseTopic found = answer.topics().find(topic);
        final short error = found == null ? Errors.UNKNOWN_TOPIC_OR_PARTITION.code() : found.errorCode();
        final MetadataResponseData.MetadataResponsePartition own = found == null
                ? null
                : found.partitions().stream()
                        .filter(each -> each.partitionIndex() == partition)
                        .findFirst()
                        .orElse(null);
        if (error != Errors.NONE.code() || own == null) {
            final String why = error == Errors.NONE.code()
                    ? found.partitions().size() + " partitions"
                    : Errors.forCode(error).name();
            final String problem = target.getHostString() + ":" + target.getPort() + " has no partition " + partition
                    + " of topic " + topic + " (" + why + ")";
            if (!known && isFinal(error)) {
                throw new KafkaFeedException(problem);
            }
            return beginAgain(nowNs, problem);
        }
        final MetadataResponseData.MetadataResponseBroker leader =
                answer.brokers().find(own.leaderId());
        if (leader == null) {
            return beginAgain(nowNs, "the partition has no leader");
        }
        known = true;
        topicId = found.topicId();
        leaderEpoch = own.leaderEpoch();
        final InetSocketAddress address = new InetSocketAddress(leader.host(), leader.port());
        if (!address.equals(connection.address())) {
            connection.close();
            target = address;
            retryNs = nowNs;
            return moveTo(State.WAITING);
        }
        connection.send(ApiKeys.DESCRIBE_CONFIGS, PartitionQuestions.CONFIGS, questions.configs());
        return moveTo(State.CONFIGS);
    }

    /** Whether asking again would bring the same answer. */
    private static boolean isFinal(final short error) {
        return switch (Errors.forCode(error)) {
            case NONE, UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION, TOPIC_AUTHORIZATION_FAILED -> true;
            default -> false;
        };
    }

    private int onConfigs(final DescribeConfigsResponseData answer, final long nowNs) throws IOException {
        final DescribeConfigsResponseData.DescribeConfigsResult result =
                answer.results().getFirst();
        if (result.errorCode() != Errors.NONE.code()) {
            return beginAgain(nowNs, "configs: " + Errors.forCode(result.errorCode()));
        }
        config = PartitionQuestions.configOf(result);
        connection.send(ApiKeys.LIST_OFFSETS, PartitionQuestions.LIST_OFFSETS, questions.earliest(leaderEpoch));
        return moveTo(State.EARLIEST);
    }

    private int onEarliest(final ListOffsetsResponseData answer, final long nowNs) {
        final ListOffsetsResponseData.ListOffsetsPartitionResponse result =
                answer.topics().getFirst().partitions().getFirst();
        if (result.errorCode() != Errors.NONE.code()) {
            return beginAgain(nowNs, "earliest offset: " + Errors.forCode(result.errorCode()));
        }
        facts = new FeedFacts(
                topicId.getMostSignificantBits(), topicId.getLeastSignificantBits(), result.offset(), config);
        trouble = "";
        return moveTo(State.READY);
    }

    private int ask() throws IOException {
        if (answerGeneration != generation) {
            epochWanted = false;
            readWanted = false;
        }
        if (epochWanted) {
            epochWanted = false;
            connection.send(
                    ApiKeys.OFFSET_FOR_LEADER_EPOCH,
                    PartitionQuestions.EPOCH_END,
                    questions.epochEnd(leaderEpoch, wantedEpoch));
            return moveTo(State.EPOCH_END);
        }
        if (readWanted) {
            readWanted = false;
            connection.send(
                    ApiKeys.FETCH,
                    PartitionQuestions.FETCH,
                    questions.fetch(topicId, leaderEpoch, wantedOffset, wantedBytes));
            return moveTo(State.FETCHING);
        }
        return 0;
    }

    private int onEpochEnd(final OffsetForLeaderEpochResponseData answer, final FeedHandler handler, final long nowNs) {
        final OffsetForLeaderEpochResponseData.EpochEndOffset result =
                answer.topics().iterator().next().partitions().getFirst();
        if (result.errorCode() != Errors.NONE.code()) {
            return beginAgain(nowNs, "end of an epoch: " + Errors.forCode(result.errorCode()));
        }
        moveTo(State.READY);
        handler.onEpochEnd(result.leaderEpoch(), result.endOffset());
        return 1;
    }

    private int onFetched(final FetchResponseData answer, final FeedHandler handler, final long nowNs) {
        final FetchResponseData.PartitionData result =
                answer.errorCode() != Errors.NONE.code() || answer.responses().isEmpty()
                        ? new FetchResponseData.PartitionData().setErrorCode(answer.errorCode())
                        : answer.responses().getFirst().partitions().getFirst();
        if (result.errorCode() == Errors.OFFSET_OUT_OF_RANGE.code()) {
            beginAgain(nowNs, "the copy's end lies outside of the broker's log");
            handler.onOutOfRange();
            return 1;
        }
        if (result.errorCode() != Errors.NONE.code()) {
            return beginAgain(nowNs, "fetch: " + Errors.forCode(result.errorCode()));
        }
        moveTo(State.READY);
        final ByteBuffer bytes = result.records() instanceof MemoryRecords records ? records.buffer() : null;
        if (bytes == null) {
            batches.wrap(new byte[0]);
        } else {
            batches.wrap(bytes, bytes.position(), bytes.remaining());
        }
        handler.onBatches(batches, 0, batches.capacity(), result.logStartOffset(), result.highWatermark());
        return 1;
    }

    /** Forgets everything and asks again in a while. */
    private int beginAgain(final long nowNs, final String why) {
        close();
        trouble = why;
        facts = null;
        generation++;
        retryNs = nowNs + RETRY_NS;
        return moveTo(State.WAITING);
    }

    private int moveTo(final State next) {
        state = next;
        return 1;
    }
}
