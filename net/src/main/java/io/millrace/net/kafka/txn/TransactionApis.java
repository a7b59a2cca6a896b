package io.millrace.net.kafka.txn;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.Api;
import io.millrace.net.kafka.api.ApiTable;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.ColdHandler;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.coordinator.Answer;
import io.millrace.net.kafka.coordinator.Gathering;
import io.millrace.net.kafka.coordinator.MarkerSink;
import io.millrace.net.kafka.coordinator.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddOffsetsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnResult;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerPartitionResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerResult;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData.WritableTxnMarkerTopicResult;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.AddPartitionsToTxnRequest;
import org.apache.kafka.common.requests.AddPartitionsToTxnResponse;
import org.apache.kafka.server.common.TransactionVersion;

/** The APIs by which producers and administrators run transactions. */
public final class TransactionApis {
    private static final short FENCED_SINCE = 2;
    private static final short INIT_FENCED_SINCE = 4;
    private static final short BATCHED_SINCE = 4;
    private static final short BUMPS_SINCE = 5;
    private static final short MARKERS_TELL_VERSION_SINCE = 2;

    private final Transactions transactions;
    private final ToIntFunction<String> offsetsPartition;
    private final MetadataImage image;

    private TransactionApis(
            final Core core, final Transactions transactions, final ToIntFunction<String> offsetsPartition) {
        this.transactions = transactions;
        this.offsetsPartition = offsetsPartition;
        image = core.image();
    }

    /** @param offsetsPartition of the topic for groups' offsets, by group */
    public static void register(
            final ApiTable table,
            final Core core,
            final Transactions transactions,
            final ToIntFunction<String> offsetsPartition) {
        final TransactionApis apis = new TransactionApis(core, transactions, offsetsPartition);
        serve(table, Api.ADD_PARTITIONS_TO_TXN, AddPartitionsToTxnRequestData::new, apis::addPartitions);
        serve(table, Api.ADD_OFFSETS_TO_TXN, AddOffsetsToTxnRequestData::new, apis::addOffsets);
        serve(table, Api.END_TXN, EndTxnRequestData::new, apis::end);
        serve(table, Api.WRITE_TXN_MARKERS, WriteTxnMarkersRequestData::new, apis::writeMarkers);
        new TransactionAdmin(transactions).register(table);
    }

    static <Q extends ApiMessage> void serve(
            final ApiTable table, final Api api, final Supplier<Q> request, final ColdHandler<Q> handler) {
        table.serve(api, new ColdApi<>(request, handler));
    }

    private static short fencedAs(final Errors error, final short version, final short since) {
        return version < since && error == Errors.PRODUCER_FENCED ? Errors.INVALID_PRODUCER_EPOCH.code() : error.code();
    }

    /** For a producer with a transactional id; the rest of the API is in the admin package. */
    public static ColdHandler<InitProducerIdRequestData> initProducerId(final Transactions transactions) {
        return (exchange, header, request) -> {
            final short version = header.version();
            final Reply<Ended> reply = new Reply<>(
                    exchange,
                    begun -> new InitProducerIdResponseData()
                            .setProducerId(begun.producerId())
                            .setProducerEpoch(begun.producerEpoch()),
                    (error, message) -> new InitProducerIdResponseData()
                            .setProducerId(RecordBatch.NO_PRODUCER_ID)
                            .setProducerEpoch(RecordBatch.NO_PRODUCER_EPOCH)
                            .setErrorCode(fencedAs(error, version, INIT_FENCED_SINCE)));
            if (request.transactionalId().isEmpty()) {
                reply.onError(Errors.INVALID_REQUEST, null);
            } else if (request.transactionTimeoutMs() <= 0
                    || request.transactionTimeoutMs() > transactions.timeoutMsMax()) {
                reply.onError(Errors.INVALID_TRANSACTION_TIMEOUT, null);
            } else {
                transactions.ask(
                        header,
                        transactions.partitionFor(request.transactionalId()),
                        (machine, answer) -> machine.initProducerId(request, answer),
                        reply);
            }
        };
    }

    private void addPartitions(
            final Exchange exchange, final RequestHeader header, final AddPartitionsToTxnRequestData request) {
        final short version = header.version();
        final AddPartitionsToTxnRequest whole = new AddPartitionsToTxnRequest(request, version);
        final AddPartitionsToTxnRequest normal = version < BATCHED_SINCE ? whole.normalizeRequest() : whole;
        final Map<String, List<TopicPartition>> partitions = normal.partitionsByTransaction();
        final AddPartitionsToTxnResponseData response = new AddPartitionsToTxnResponseData();
        final Gathering gathering = new Gathering(() -> ColdApi.respond(exchange, response));
        for (final AddPartitionsToTxnTransaction transaction : normal.data().transactions()) {
            final String id = transaction.transactionalId();
            final List<TopicPartition> wanted = partitions.get(id);
            final Answer<Map<TopicPartition, Errors>> answer = gathering.one(
                    errors -> add(response, version, AddPartitionsToTxnResponse.resultForTransaction(id, errors)),
                    (error, message) -> add(
                            response,
                            version,
                            AddPartitionsToTxnResponse.resultForTransaction(
                                    id,
                                    all(
                                            wanted,
                                            version < FENCED_SINCE && error == Errors.PRODUCER_FENCED
                                                    ? Errors.INVALID_PRODUCER_EPOCH
                                                    : error))));
            final Map<TopicPartition, Errors> unknown = unknown(wanted);
            if (!unknown.isEmpty()) {
                answer.onAnswer(unknown);
            } else if (id.isEmpty()) {
                answer.onError(Errors.INVALID_REQUEST, null);
            } else {
                final Ended producer = new Ended(transaction.producerId(), transaction.producerEpoch());
                transactions.ask(
                        header,
                        transactions.partitionFor(id),
                        (machine, told) -> {
                            if (transaction.verifyOnly()) {
                                machine.verify(id, producer, wanted, told);
                            } else {
                                final TransactionVersion kind =
                                        version < BATCHED_SINCE ? TransactionVersion.TV_0 : TransactionVersion.TV_2;
                                machine.addPartitions(id, producer, wanted, kind, false, new AllOrNone(wanted, told));
                            }
                        },
                        answer);
            }
        }
        gathering.end();
    }

    /** Tells the same of each partition. */
    private record AllOrNone(List<TopicPartition> partitions, Answer<Map<TopicPartition, Errors>> told)
            implements Answer<Void> {
        @Override
        public void onAnswer(final Void nothing) {
            told.onAnswer(all(partitions, Errors.NONE));
        }

        @Override
        public void onError(final Errors error, final String message) {
            told.onError(error, message);
        }
    }

    static Map<TopicPartition, Errors> all(final List<TopicPartition> partitions, final Errors error) {
        final Map<TopicPartition, Errors> errors = new HashMap<>();
        partitions.forEach(each -> errors.put(each, error));
        return errors;
    }

    private static void add(
            final AddPartitionsToTxnResponseData response, final short version, final AddPartitionsToTxnResult result) {
        if (version < BATCHED_SINCE) {
            response.setResultsByTopicV3AndBelow(result.topicResults());
        } else {
            response.resultsByTransaction().add(result);
        }
    }

    /** If one of the partitions does not exist: that one's error, and that nothing was attempted for the rest. */
    private Map<TopicPartition, Errors> unknown(final List<TopicPartition> partitions) {
        final Map<TopicPartition, Errors> errors = new HashMap<>();
        boolean any = false;
        for (final TopicPartition partition : partitions) {
            final TopicImage topic = image.topic(partition.topic());
            final boolean exists = topic != null && topic.partition(partition.partition()) != null;
            any |= !exists;
            errors.put(partition, exists ? Errors.OPERATION_NOT_ATTEMPTED : Errors.UNKNOWN_TOPIC_OR_PARTITION);
        }
        return any ? errors : Map.of();
    }

    private void addOffsets(
            final Exchange exchange, final RequestHeader header, final AddOffsetsToTxnRequestData request) {
        final short version = header.version();
        final Reply<Void> reply = new Reply<>(
                exchange,
                nothing -> new AddOffsetsToTxnResponseData(),
                (error, message) ->
                        new AddOffsetsToTxnResponseData().setErrorCode(fencedAs(error, version, FENCED_SINCE)));
        final int partition = offsetsPartition.applyAsInt(request.groupId());
        if (request.transactionalId().isEmpty()) {
            reply.onError(Errors.INVALID_REQUEST, null);
        } else if (partition < 0) {
            reply.onError(Errors.COORDINATOR_NOT_AVAILABLE, null);
        } else {
            final List<TopicPartition> offsets =
                    List.of(new TopicPartition(Topic.GROUP_METADATA_TOPIC_NAME, partition));
            final Ended producer = new Ended(request.producerId(), request.producerEpoch());
            transactions.ask(
                    header,
                    transactions.partitionFor(request.transactionalId()),
                    (machine, answer) -> machine.addPartitions(
                            request.transactionalId(), producer, offsets, TransactionVersion.TV_0, false, answer),
                    reply);
        }
    }

    private void end(final Exchange exchange, final RequestHeader header, final EndTxnRequestData request) {
        final short version = header.version();
        final Reply<Ended> reply = new Reply<>(
                exchange,
                ended -> new EndTxnResponseData()
                        .setProducerId(version < BUMPS_SINCE ? RecordBatch.NO_PRODUCER_ID : ended.producerId())
                        .setProducerEpoch(
                                version < BUMPS_SINCE ? RecordBatch.NO_PRODUCER_EPOCH : ended.producerEpoch()),
                (error, message) -> new EndTxnResponseData().setErrorCode(fencedAs(error, version, FENCED_SINCE)));
        if (request.transactionalId().isEmpty()) {
            reply.onError(Errors.INVALID_REQUEST, null);
            return;
        }
        final TransactionVersion kind = version < BUMPS_SINCE ? TransactionVersion.TV_0 : TransactionVersion.TV_2;
        transactions.ask(
                header,
                transactions.partitionFor(request.transactionalId()),
                (machine, answer) -> machine.end(
                        request.transactionalId(),
                        request.producerId(),
                        request.producerEpoch(),
                        new TransactionMachine.End(request.committed(), true, kind),
                        answer),
                reply);
    }

    /** What brokers tell each other, and an administrator a broker, to end a transaction that hangs (KIP-664). */
    private void writeMarkers(
            final Exchange exchange, final RequestHeader header, final WriteTxnMarkersRequestData request) {
        final WriteTxnMarkersResponseData response = new WriteTxnMarkersResponseData();
        final Gathering gathering = new Gathering(() -> ColdApi.respond(exchange, response));
        for (final WritableTxnMarker marker : request.markers()) {
            final WritableTxnMarkerResult result = new WritableTxnMarkerResult()
                    .setProducerId(marker.producerId())
                    .setTopics(new ArrayList<>());
            response.markers().add(result);
            final MarkerSink.Marker written = new MarkerSink.Marker(
                    marker.producerId(),
                    marker.producerEpoch(),
                    marker.transactionResult(),
                    marker.coordinatorEpoch(),
                    header.version() >= MARKERS_TELL_VERSION_SINCE
                            && marker.transactionVersion() >= TransactionVersion.TV_2.featureLevel());
            for (final WritableTxnMarkerTopic topic : marker.topics()) {
                final WritableTxnMarkerTopicResult topicResult =
                        new WritableTxnMarkerTopicResult().setName(topic.name()).setPartitions(new ArrayList<>());
                result.topics().add(topicResult);
                for (final int partition : topic.partitionIndexes()) {
                    final WritableTxnMarkerPartitionResult told =
                            new WritableTxnMarkerPartitionResult().setPartitionIndex(partition);
                    topicResult.partitions().add(told);
                    final Answer<Errors> answer =
                            gathering.one(error -> told.setErrorCode(error.code()), (error, message) -> {});
                    if (marker.producerId() < 0 || marker.producerEpoch() < 0) {
                        answer.onAnswer(Errors.INVALID_PRODUCER_EPOCH);
                    } else if (marker.coordinatorEpoch() > transactions.coordinatorEpochMax()) {
                        // It would lock the real coordinators out.
                        answer.onAnswer(Errors.TRANSACTION_COORDINATOR_FENCED);
                    } else {
                        transactions
                                .markers()
                                .write(new TopicPartition(topic.name(), partition), written, answer::onAnswer);
                    }
                }
            }
        }
        gathering.end();
    }
}
