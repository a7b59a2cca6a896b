package io.millrace.net.kafka.produce;

import io.millrace.codec.core.AppendReplyDecoder;
import io.millrace.engine.core.ReplyHandler;
import io.millrace.engine.metadata.PartitionImage;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.engine.quota.QuotaKind;
import io.millrace.engine.status.Outcome;
import io.millrace.net.connection.CloseReason;
import io.millrace.net.connection.Exchange;
import io.millrace.net.connection.PooledBuffer;
import io.millrace.net.kafka.api.ClientPayer;
import io.millrace.net.kafka.api.LeaderHints;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.api.WireErrors;
import io.millrace.net.kafka.wire.ProduceRequest;
import io.millrace.net.kafka.wire.WireReader;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/**
 * One Produce request in flight: its batches are lent to the cores that own their partitions, and it is answered when
 * the last of them has replied; until then the frame stays where it is. If that takes longer than the client said, it
 * is told so, and the frame alone waits for the replies. Pooled; owned by the connection's core.
 *
 * <pre>
 *   begin → refuse or chain each partition → send → replies … → those that came too late once more
 *                                                      │         → those of an unknown transaction, if verified
 *                                                      │         → names of refused records that are packed → answer
 *                                                      └→ time over → answer → replies …
 * </pre>
 */
final class ProduceTask implements ReplyHandler {
    private static final int PARTITIONS_MAX = 100_000;
    private static final int ACKS_ALL = -1;
    private static final int ACKS_NONE = 0;
    private static final int ACKS_LEADER = 1;
    private static final long NS_PER_MS = 1_000_000;
    /**
     * However little time a client gives: a leader of Apache Kafka that is alone has its acks at once, ours waits for a
     * disk.
     */
    private static final int TIMEOUT_MS_MIN = 1000;

    private final ProduceHandler handler;
    private final ProduceRequest request = new ProduceRequest();
    private final ProduceParts parts;
    private final ProduceTransaction transaction = new ProduceTransaction();
    private final AppendReplyDecoder reply = new AppendReplyDecoder();
    private Exchange exchange;
    private RequestHeader header;
    private int repliesMissing;
    private boolean rerouted;
    private long serial;
    private String wholeMessage;
    private PackedRefusals unpacked;
    /** The frame of a request that was answered before its batches came back, else null. */
    private PooledBuffer lent;
    /** Its place among those that wait for acks, see {@link AckTimeouts}; and until when it waits. */
    int slot = AckTimeouts.NOT_WAITING;

    long deadlineNs;

    /** The producer's transactional requests around this one, see {@link TransactionOrder}. */
    ProduceTask before;

    ProduceTask after;
    private boolean ordered;
    private long orderKey;
    private boolean unsent;
    private boolean waitsForTurn;

    ProduceTask(final ProduceHandler handler) {
        this.handler = handler;
        parts = new ProduceParts(handler.coreCount());
    }

    void begin(final Exchange newExchange, final RequestHeader newHeader) {
        exchange = newExchange;
        header = newHeader;
        rerouted = false;
        final ClientPayer payer = ClientPayer.of(exchange);
        if (payer != null) {
            payer.payAhead(exchange, QuotaKind.PRODUCE, exchange.frameLength());
        }
        serial = handler.nextSerial();
        if (header.version() < ProduceRequest.VERSION_MIN
                || !request.wrap(exchange.frame(), header.bodyOffset(), header.bodyLength(), header.version())
                || request.partitionCount() > PARTITIONS_MAX) {
            end().fail(CloseReason.MALFORMED_REQUEST);
            return;
        }
        parts.reset(request.partitionCount());
        wholeMessage = null;
        unpacked = null;
        final Errors whole = checkWhole();
        if (whole == Errors.NONE) {
            final boolean isFree = enqueue();
            route();
            if (isFree) {
                dispatchAll();
                send();
            } else {
                unsent = true;
                waitsForTurn = true;
                repliesMissing++;
            }
        } else {
            refuseAll(whole);
        }
        if (repliesMissing == 0) {
            answer();
        } else if (request.acks() != ACKS_NONE) {
            deadlineNs = exchange.startedNs() + Math.max(TIMEOUT_MS_MIN, request.timeoutMs()) * NS_PER_MS;
            handler.timeouts().add(this);
        }
    }

    /** Whether nothing has to be waited for. */
    private boolean enqueue() {
        if (!transaction.isPresent()) {
            return true;
        }
        ordered = true;
        orderKey = TransactionOrder.key(exchange.connection().id(), transaction.producerId());
        return handler.order().add(this, orderKey);
    }

    private Errors checkWhole() {
        final DirectBuffer buffer = request.buffer();
        transaction.clear();
        while (request.nextTopic()) {
            while (request.nextPartition()) {
                final Errors framing = RecordsCheck.framing(buffer, request.recordsOffset(), request.recordsLength());
                if (framing != Errors.NONE) {
                    wholeMessage = RecordsCheck.complaint(buffer, request.recordsOffset(), framing);
                    return framing;
                }
                if (RecordsCheck.isTransactional(buffer, request.recordsOffset(), request.recordsLength())) {
                    transaction.add(buffer, request.recordsOffset());
                }
            }
        }
        if (!transaction.isPresent()) {
            return Errors.NONE;
        }
        if (handler.gate() == null || request.transactionalIdLength() == WireReader.NULL) {
            return Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
        }
        return transaction.isMixed() ? Errors.INVALID_PRODUCER_ID_MAPPING : Errors.NONE;
    }

    private void refuseAll(final Errors error) {
        for (int i = request.partitionCount(); i > 0; i--) {
            parts.addUnknown(error);
        }
    }

    private void route() {
        request.rewind();
        while (request.nextTopic()) {
            final TopicImage topic = request.hasTopicIds()
                    ? handler.image().topicById(request.topicIdMsb(), request.topicIdLsb())
                    : handler.image().topic(request.buffer(), request.nameOffset(), request.nameLength());
            while (request.nextPartition()) {
                route(topic);
            }
        }
    }

    private void route(final TopicImage topic) {
        if (topic == null) {
            parts.addUnknown(request.hasTopicIds() ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION);
            return;
        }
        final PartitionImage partition = topic.partition(request.partition());
        if (partition == null) {
            parts.addUnknown(Errors.UNKNOWN_TOPIC_OR_PARTITION);
            return;
        }
        final int part = parts.add(partition.partitionKey());
        final int recordsOffset = request.recordsOffset();
        final Errors error = check(topic, partition, recordsOffset);
        if (error == Errors.NONE) {
            final int bytes = RecordsCheck.batchBytes(request.buffer(), recordsOffset);
            parts.send(part, recordsOffset, bytes, partition);
        } else {
            parts.refused(part, error, -1);
        }
    }

    private Errors check(final TopicImage topic, final PartitionImage partition, final int recordsOffset) {
        final Errors error =
                RecordsCheck.check(request.buffer(), recordsOffset, request.recordsLength(), request.version());
        if (error != Errors.NONE) {
            return error;
        }
        final int acks = request.acks();
        if (acks != ACKS_ALL && acks != ACKS_NONE && acks != ACKS_LEADER) {
            return Errors.INVALID_REQUIRED_ACKS;
        }
        if (InternalTopics.refuses(topic)) {
            return Errors.INVALID_TOPIC_EXCEPTION;
        }
        return isServedHere(partition) ? Errors.NONE : Errors.NOT_LEADER_OR_FOLLOWER;
    }

    private boolean isServedHere(final PartitionImage partition) {
        return LeaderHints.isServedHere(
                header.listener(), partition, handler.image().nodeId(), handler.core());
    }

    private void dispatchAll() {
        for (int part = 0; part < parts.count(); part++) {
            if (parts.isToBeSent(part)) {
                dispatch(part);
            }
        }
    }

    /** As {@link #dispatchAll}, where partitions may have gone meanwhile. */
    private void dispatchLate() {
        for (int part = 0; part < parts.count(); part++) {
            if (!parts.isToBeSent(part)) {
                continue;
            }
            if (handler.image().partition(parts.key(part)) == null) {
                parts.refused(part, Errors.UNKNOWN_TOPIC_OR_PARTITION, -1);
            } else {
                dispatch(part);
            }
        }
    }

    /** To its owner with the next messages; but behind what waits until the partition has come to its new core. */
    private void dispatch(final int part) {
        final PartitionImage partition = parts.image(part);
        if (handler.moved().mustWait(partition)) {
            hold(part, partition.leaderEpoch() - 1);
        } else {
            parts.chain(part);
        }
    }

    private void hold(final int part, final int epoch) {
        repliesMissing++;
        handler.moved().add(this, part, parts.image(part), epoch);
    }

    /** The batch need not wait any more; its partition has another owner by now, or is gone. */
    void goOn(final int part) {
        if (lent != null) {
            endLate();
            return;
        }
        final PartitionImage partition = handler.image().partition(parts.key(part));
        if (partition == null) {
            parts.refused(part, Errors.UNKNOWN_TOPIC_OR_PARTITION, -1);
        } else {
            // On a listener for each core too: it was right to come here.
            parts.clearChains();
            parts.chain(part);
            send();
        }
        endReply();
    }

    long serial() {
        return serial;
    }

    private void send() {
        final long frameAddress = exchange.frame().addressOffset();
        final int flags = ProduceTransaction.flags(request.version());
        for (int core = 0; core < handler.coreCount(); core++) {
            int part = parts.firstOf(core);
            while (part != ProduceParts.END) {
                repliesMissing++;
                exchange.asks(core);
                part = handler.send(core, this, parts, part, frameAddress, flags);
            }
        }
    }

    @Override
    public void onReply(
            final long firstPart, final int templateId, final DirectBuffer buffer, final int offset, final int length) {
        reply.wrap(buffer, offset, AppendReplyDecoder.BLOCK_LENGTH, AppendReplyDecoder.SCHEMA_VERSION);
        final MovedBatches moved = handler.moved();
        if (lent != null) {
            int part = (int) firstPart;
            for (int i = reply.parts().count(); i > 0; i--) {
                parts.image(part).appendEnds();
                part = parts.next(part);
            }
            endLate();
            moved.release();
            return;
        }
        exchange.replied(handler.roundTripNs() - reply.tookNs(), reply.tookNs());
        int part = (int) firstPart;
        for (final AppendReplyDecoder.PartsDecoder answer : reply.parts()) {
            parts.image(part).appendEnds();
            onAnswer(part, answer);
            part = parts.next(part);
        }
        endReply();
        moved.release();
    }

    private void endReply() {
        if (--repliesMissing == 0 && !reroute() && !verify() && !nameRefused()) {
            answer();
        }
    }

    /** Has compressed batches unpacked whose records are to be named that they were refused for. */
    private boolean nameRefused() {
        final PackedRefusals refusals = request.acks() == ACKS_NONE ? null : handler.refusals(request, parts);
        if (refusals == null || !handler.housekeeping().submit(refusals::find, () -> onNamed(refusals))) {
            return false;
        }
        repliesMissing++;
        return true;
    }

    private void onNamed(final PackedRefusals refusals) {
        if (lent != null) {
            endLate();
            return;
        }
        repliesMissing--;
        unpacked = refusals;
        answer();
    }

    /** The client was answered before; with the last reply the frame may go. */
    private void endLate() {
        if (--repliesMissing == 0) {
            lent.release();
            lent = null;
            handler.recycle(this);
        }
    }

    /** Has those verified whose owners did not know their transaction, when the producer's earlier requests are. */
    private boolean verify() {
        if (!ordered) {
            return false;
        }
        if (!parts.hasUnverified()) {
            pass();
            return false;
        }
        handler.order().onUnverified(orderKey);
        if (before != null) {
            waitsForTurn = true;
            repliesMissing++;
            return true;
        }
        return admit();
    }

    /** Nothing of it is under way yet. */
    boolean isUnsent() {
        return unsent;
    }

    boolean isWaitingForTurn() {
        return waitsForTurn;
    }

    /** The requests before this one are past their verification. */
    void onTurn() {
        if (!waitsForTurn || (before != null && !unsent)) {
            return;
        }
        waitsForTurn = false;
        if (unsent) {
            unsent = false;
            dispatchLate();
            send();
            endReply();
            return;
        }
        admit();
        if (--repliesMissing == 0 && !nameRefused()) {
            answer();
        }
    }

    private boolean admit() {
        final List<TopicPartition> partitions = ProduceTransaction.unverified(parts, handler.image());
        if (partitions.isEmpty()) {
            pass();
            return false;
        }
        repliesMissing++;
        handler.gate()
                .admit(
                        header,
                        ProduceTransaction.transactionalId(request),
                        transaction.producerId(),
                        transaction.producerEpoch(),
                        partitions,
                        ProduceTransaction.bumpsEpochs(request.version()),
                        this::onVerified);
        return true;
    }

    private void pass() {
        if (ordered) {
            ordered = false;
            handler.order().onPassed(this, orderKey);
        }
    }

    private void onVerified(final Map<TopicPartition, Errors> errors) {
        if (lent != null) {
            endLate();
            return;
        }
        parts.clearChains();
        for (int part = 0; part < parts.count(); part++) {
            if (parts.isUnverified(part)) {
                final TopicPartition partition = ProduceTransaction.partition(parts.key(part), handler.image());
                final Errors error = partition == null
                        ? Errors.UNKNOWN_TOPIC_OR_PARTITION
                        : errors.getOrDefault(partition, Errors.NONE);
                if (error == Errors.NONE) {
                    parts.verified(part);
                    dispatch(part);
                } else {
                    parts.unverifiable(part, ProduceTransaction.told(error, request.version()));
                }
            }
        }
        send();
        pass();
        if (--repliesMissing == 0 && !nameRefused()) {
            answer();
        }
    }

    private void onAnswer(final int part, final AppendReplyDecoder.PartsDecoder answer) {
        final Outcome outcome = Outcome.of(answer.outcome());
        if (outcome == Outcome.TRANSACTION_UNVERIFIED) {
            parts.unverified(part, answer.baseRecordOffset());
            return;
        }
        if (outcome == Outcome.MOVED) {
            hold(part, parts.epoch(part));
            return;
        }
        final Errors error = WireErrors.of(outcome);
        if (error == Errors.NONE) {
            parts.accepted(part, answer.baseRecordOffset(), answer.appendTimeMs(), answer.logStartOffset());
            return;
        }
        final long logStartOffset = ProduceParts.tellsLogStart(outcome) ? answer.logStartOffset() : -1;
        parts.refused(part, error, logStartOffset);
        parts.blamed(part, answer.badRecord(), answer.appendTimeMs());
        if (outcome == Outcome.NOT_OWNER) {
            parts.stale(part);
        }
    }

    /** Sends what came to a core that did not own it to the one that does by now; once. */
    private boolean reroute() {
        if (rerouted) {
            return false;
        }
        rerouted = true;
        parts.clearChains();
        for (int part = 0; part < parts.count(); part++) {
            if (!parts.isStale(part)) {
                continue;
            }
            final PartitionImage partition = handler.image().partition(parts.key(part));
            if (partition == null) {
                parts.refused(part, Errors.UNKNOWN_TOPIC_OR_PARTITION, -1);
            } else if (partition.leaderEpoch() != parts.epoch(part) && isServedHere(partition)) {
                dispatch(part);
            }
        }
        send();
        return repliesMissing > 0;
    }

    /** As Apache Kafka: whoever has not answered by now has timed out, though the batch may be stored yet. */
    void timeOut() {
        parts.timeOut();
        lent = exchange.frame();
        lent.retain();
        handler.answers().write(exchange, header, request, parts, null, null);
        final boolean waited = waitsForTurn;
        waitsForTurn = false;
        unsent = false;
        release().finish();
        if (waited) {
            endLate();
        }
    }

    private void answer() {
        if (request.acks() == ACKS_NONE) {
            final ClientPayer payer = ClientPayer.of(exchange);
            if (payer != null) {
                payer.throttleMs(exchange, QuotaKind.PRODUCE);
            }
            if (parts.hasError()) {
                end().fail(CloseReason.FAILED_UNANSWERED);
            } else {
                end().finishWithoutReply();
            }
            return;
        }
        handler.answers().write(exchange, header, request, parts, wholeMessage, unpacked);
        end().finish();
    }

    /** Goes back to the pool; the exchange is then to be ended, which may start the next request. */
    private Exchange end() {
        final Exchange ending = release();
        handler.recycle(this);
        return ending;
    }

    private Exchange release() {
        final Exchange ending = exchange;
        exchange = null;
        header = null;
        handler.timeouts().remove(this);
        pass();
        return ending;
    }
}
