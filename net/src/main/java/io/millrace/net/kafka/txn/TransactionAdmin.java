package io.millrace.net.kafka.txn;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.millrace.net.connection.Exchange;
import io.millrace.net.kafka.api.Api;
import io.millrace.net.kafka.api.ApiTable;
import io.millrace.net.kafka.api.ColdApi;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.coordinator.Answer;
import io.millrace.net.kafka.coordinator.Gathering;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TopicData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TransactionState;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;

/** Transactions as administrators see them: listed and described. */
final class TransactionAdmin {
    private final Transactions transactions;

    TransactionAdmin(final Transactions transactions) {
        this.transactions = transactions;
    }

    void register(final ApiTable table) {
        TransactionApis.serve(table, Api.DESCRIBE_TRANSACTIONS, DescribeTransactionsRequestData::new, this::describe);
        TransactionApis.serve(table, Api.LIST_TRANSACTIONS, ListTransactionsRequestData::new, this::list);
    }

    private void describe(
            final Exchange exchange, final RequestHeader header, final DescribeTransactionsRequestData request) {
        final TransactionState[] states =
                new TransactionState[request.transactionalIds().size()];
        final Gathering gathering = new Gathering(() -> ColdApi.respond(
                exchange, new DescribeTransactionsResponseData().setTransactionStates(List.of(states))));
        for (int i = 0; i < states.length; i++) {
            final int place = i;
            final String id = request.transactionalIds().get(i);
            final Answer<TransactionState> answer = gathering.one(
                    state -> states[place] = state,
                    (error, message) -> states[place] =
                            new TransactionState().setTransactionalId(id).setErrorCode(error.code()));
            if (id.isEmpty()) {
                answer.onError(Errors.INVALID_REQUEST, null);
            } else {
                transactions.ask(
                        header,
                        transactions.partitionFor(id),
                        (machine, told) -> describe(id, machine.find(id), told),
                        answer);
            }
        }
        gathering.end();
    }

    private static void describe(
            final String id, final TransactionMetadata transaction, final Answer<TransactionState> told) {
        if (transaction == null) {
            told.onError(Errors.TRANSACTIONAL_ID_NOT_FOUND, null);
            return;
        }
        final TransactionState state = new TransactionState()
                .setTransactionalId(id)
                .setProducerId(transaction.producerId())
                .setProducerEpoch(transaction.producerEpoch())
                .setTransactionState(transaction.state().stateName())
                .setTransactionTimeoutMs(transaction.txnTimeoutMs())
                .setTransactionStartTimeMs(transaction.txnStartTimestamp());
        for (final TopicPartition partition : transaction.topicPartitions()) {
            TopicData topic = state.topics().find(partition.topic());
            if (topic == null) {
                topic = new TopicData().setTopic(partition.topic()).setPartitions(new ArrayList<>());
                state.topics().add(topic);
            }
            topic.partitions().add(partition.partition());
        }
        told.onAnswer(state);
    }

    private void list(final Exchange exchange, final RequestHeader header, final ListTransactionsRequestData request) {
        final ListTransactionsResponseData response = new ListTransactionsResponseData();
        final Set<org.apache.kafka.coordinator.transaction.TransactionState> states = new HashSet<>();
        for (final String name : request.stateFilters()) {
            org.apache.kafka.coordinator.transaction.TransactionState.fromName(name)
                    .ifPresentOrElse(
                            states::add, () -> response.unknownStateFilters().add(name));
        }
        final Pattern pattern;
        try {
            pattern = request.transactionalIdPattern() == null
                            || request.transactionalIdPattern().isEmpty()
                    ? null
                    : Pattern.compile(request.transactionalIdPattern());
        } catch (final PatternSyntaxException invalid) {
            ColdApi.respond(exchange, response.setErrorCode(Errors.INVALID_REGULAR_EXPRESSION.code()));
            return;
        }
        final Gathering gathering = new Gathering(() -> {
            if (response.errorCode() != Errors.NONE.code()) {
                response.setTransactionStates(new ArrayList<>());
            }
            ColdApi.respond(exchange, response);
        });
        for (final int partition : transactions.partitionsFor(header)) {
            final Answer<List<ListTransactionsResponseData.TransactionState>> answer =
                    gathering.one(found -> response.transactionStates().addAll(found), (error, message) -> {
                        if (error != Errors.NOT_COORDINATOR) {
                            response.setErrorCode(error.code());
                        }
                    });
            transactions.ask(
                    header,
                    partition,
                    (machine, told) -> told.onAnswer(machine.all().stream()
                            .filter(each -> isAsked(each, request, states))
                            .filter(each -> pattern == null || pattern.matches(each.transactionalId()))
                            .map(each -> new ListTransactionsResponseData.TransactionState()
                                    .setTransactionalId(each.transactionalId())
                                    .setProducerId(each.producerId())
                                    .setTransactionState(each.state().stateName()))
                            .toList()),
                    answer);
        }
        gathering.end();
    }

    private boolean isAsked(
            final TransactionMetadata transaction,
            final ListTransactionsRequestData request,
            final Set<org.apache.kafka.coordinator.transaction.TransactionState> states) {
        return (request.producerIdFilters().isEmpty()
                        || request.producerIdFilters().contains(transaction.producerId()))
                && (request.stateFilters().isEmpty() || states.contains(transaction.state()))
                && (request.durationFilter() < 0
                        || transactions.nowMs() - transaction.txnStartTimestamp() > request.durationFilter());
    }
}
