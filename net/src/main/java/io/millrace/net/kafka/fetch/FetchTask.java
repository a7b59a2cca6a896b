package io.millrace.net.kafka.fetch;

import io.millrace.codec.core.ReadReplyDecoder;
import io.millrace.engine.core.Deadline;
import io.millrace.engine.core.ReplyHandler;
import io.millrace.engine.quota.QuotaKind;
import io.millrace.engine.status.Outcome;
import io.millrace.net.connection.CloseReason;
import io.millrace.net.connection.Exchange;
import io.millrace.net.connection.ExchangeListener;
import io.millrace.net.kafka.api.ClientPayer;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.api.WireErrors;
import io.millrace.net.kafka.wire.FetchRequest;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.apache.kafka.common.protocol.Errors;

/**
 * One Fetch request in flight. It asks the owners for slices, and answers if there is enough, if something failed or if
 * its time is over; otherwise it gives the slices back and waits for news. Pooled; owned by the connection's core.
 *
 * <p>Whoever takes any news asks the owners once to keep the question until they have some, and the first answer has
 * the others answer too. Whoever wants more bytes at a time, or has asked so in vain, has the owners watch, and asks again.
 * A session that had to wait is likely to have to again, so its next fetch begins with the question that waits.
 *
 * <pre>
 *   begin → READING → enough, error, time over → answer
 *     |       | ^ +-----→ else: WATCHING → first news, time over, client gone → UNWATCHING --+
 *     |       | +-------------- all watches answered, or the pause is over ------------------+
 *     |       | +-----→ no lease to be had: PAUSING -----------------------------------------+
 *     |       v
 *     +--→ WAITING → first answer, time over, client gone → HURRYING → all answered: as after READING
 * </pre>
 */
final class FetchTask extends Deadline implements ExchangeListener {
    private enum State {
        POOLED,
        READING,
        WAITING,
        HURRYING,
        WATCHING,
        UNWATCHING,
        PAUSING
    }

    private static final int PARTITIONS_MAX = 50_000;
    private static final byte READ_UNCOMMITTED = 0;
    private static final byte READ_COMMITTED = 1;
    private static final long NS_PER_MS = 1_000_000;
    /** So much of an answer, or one batch, is copied where no lease may be kept. */
    private static final int COPY_BYTES_MAX = 64 * 1024;

    private static final long PAUSE_NS = 5 * NS_PER_MS;
    /** Who the new owner of a partition is, is known as soon as the metadata have come from core 0. */
    private static final long MOVE_NS = NS_PER_MS / 2;
    /** An answer that took longer was waited for; waking its core alone takes some 100 µs at worst. */
    private static final long WAIT_NS_MIN = 250_000;

    private final FetchHandler handler;
    private final FetchRequest request = new FetchRequest();
    private final FetchList list = new FetchList();
    private final FetchRoutes routes;
    private final FetchLimits limits = new FetchLimits();
    private final FetchWatches watches = new FetchWatches();
    private final ReadReplyDecoder reply = new ReadReplyDecoder();
    private final ReplyHandler onRead = this::onReadReply;
    private final ReplyHandler onWait = this::onWaitReply;
    private final ReplyHandler onWatch = this::onWatchReply;

    /** Its place among those that run. */
    int slot;

    private State state = State.POOLED;
    private Exchange exchange;
    private RequestHeader header;
    private FetchSession session;
    private boolean offersSession;
    private FetchPartition[] partitions;
    private int count;
    private int answerBytesMax;
    private boolean isThrottled;
    private int answerBytesMin;
    private long deadlineNs;
    private boolean timeIsOver;
    private boolean rerouted;
    private boolean hasWaited;
    private int repliesMissing;
    /** Of each owner, how many leases this round's answer may still keep. */
    private final int[] leasesLeft;

    FetchTask(final FetchHandler handler) {
        this.handler = handler;
        routes = new FetchRoutes(handler);
        leasesLeft = new int[handler.coreCount()];
    }

    void begin(final Exchange newExchange, final RequestHeader newHeader) {
        exchange = newExchange;
        header = newHeader;
        if (!request.wrap(exchange.frame(), header.bodyOffset(), header.bodyLength(), header.version())
                || request.partitionCount() > PARTITIONS_MAX) {
            end().fail(CloseReason.MALFORMED_REQUEST);
            return;
        }
        final int isolation = request.isolationLevel();
        if (isolation != READ_UNCOMMITTED && isolation != READ_COMMITTED) {
            refuseWhole();
            return;
        }
        final Errors error = open();
        if (error != Errors.NONE) {
            refuse(error);
            return;
        }
        final ClientPayer payer = ClientPayer.of(exchange);
        if (payer != null && payer.waitMs(QuotaKind.FETCH) > 0) {
            refuseForNow();
            return;
        }
        answerBytesMax = Math.min(request.maxBytes(), handler.answerBytesMax());
        isThrottled = false;
        if (payer != null) {
            final int mayPay = payer.fetchBytesMax();
            isThrottled = mayPay < answerBytesMax;
            answerBytesMax = Math.min(answerBytesMax, mayPay);
        }
        answerBytesMin = Math.min(request.minBytes(), answerBytesMax);
        timeIsOver = request.maxWaitMs() <= 0;
        deadlineNs = exchange.startedNs() + request.maxWaitMs() * NS_PER_MS;
        hasWaited = false;
        final boolean waits = session != null && session.waited;
        if (session != null) {
            session.waited = false;
        }
        resolve();
        if (waits && mayWait()) {
            waitToRead();
        } else {
            read();
        }
    }

    /** Finds the session or the list that the request is about. */
    private Errors open() {
        final FetchSessions sessions = handler.sessions();
        final int epoch = request.sessionEpoch();
        final FetchSession named = sessions.find(request.sessionId());
        if (FetchSession.isFull(epoch)) {
            sessions.remove(named);
            useList(epoch == FetchSession.INITIAL_EPOCH);
            return Errors.NONE;
        }
        if (named == null) {
            return Errors.FETCH_SESSION_ID_NOT_FOUND;
        }
        if (named.epoch != epoch || named.busy) {
            return Errors.INVALID_FETCH_SESSION_EPOCH;
        }
        if (named.usesTopicIds != request.hasTopicIds()) {
            return Errors.FETCH_SESSION_TOPIC_ID_ERROR;
        }
        final int sizeBefore = named.size();
        named.update(request);
        sessions.touch(named, sizeBefore, exchange.startedMs());
        if (named.size() == 0) {
            sessions.remove(named);
            useList(false);
            return Errors.NONE;
        }
        if (named.size() > sizeBefore && sessions.isOverfull()) {
            sessions.remove(named);
            return Errors.FETCH_SESSION_ID_NOT_FOUND;
        }
        named.epoch = FetchSession.nextEpoch(named.epoch);
        named.busy = true;
        session = named;
        session.connectionId = exchange.connection().id();
        offersSession = false;
        partitions = named.partitions();
        count = named.size();
        return Errors.NONE;
    }

    private void useList(final boolean offers) {
        list.read(request, handler.image());
        session = null;
        offersSession = offers;
        partitions = list.partitions();
        count = list.size();
    }

    /** Answers a session's error; nothing is known of its partitions. */
    private void refuse(final Errors error) {
        handler.answers().write(exchange, header, error, FetchSessions.NO_SESSION, list.partitions(), 0, false);
        end().finish();
    }

    /** Answers nothing but how long the client is to wait: it has not paid for its last answer yet. */
    private void refuseForNow() {
        final int id = session == null ? FetchSessions.NO_SESSION : session.id;
        handler.answers().writeNotYet(exchange, header, id);
        end().finish();
    }

    /** Answers what Apache Kafka fails at; where clients may not look for one error, each partition has it. */
    private void refuseWhole() {
        int named = 0;
        if (!request.hasTopicIds()) {
            useList(false);
            for (; named < count; named++) {
                partitions[named].clearRound();
                partitions[named].refusedAsUnknown(Errors.UNKNOWN_SERVER_ERROR);
                partitions[named].answered = true;
            }
        }
        handler.answers()
                .write(
                        exchange,
                        header,
                        Errors.UNKNOWN_SERVER_ERROR,
                        request.sessionId(),
                        list.partitions(),
                        named,
                        false);
        end().finish();
    }

    private void resolve() {
        rerouted = false;
        routes.clear();
        routes.resolve(header, request, session, partitions, count, answerBytesMax);
    }

    private void read() {
        state = State.READING;
        send();
        if (repliesMissing == 0) {
            onReadsEnded();
        }
    }

    private void send() {
        for (int core = 0; core < handler.coreCount(); core++) {
            int first = routes.firstOf(core);
            while (first != FetchPartition.END) {
                repliesMissing++;
                exchange.asks(core);
                first = handler.messages().read(core, onRead, partitions, first, answerBytesMax, readsCommitted());
            }
        }
    }

    private void onReadReply(
            final long first, final int templateId, final DirectBuffer buffer, final int offset, final int length) {
        reply.wrap(buffer, offset, ReadReplyDecoder.BLOCK_LENGTH, ReadReplyDecoder.SCHEMA_VERSION);
        exchange.replied(handler.messages().roundTripNs() - reply.tookNs(), reply.tookNs());
        onParts((int) first);
        if (--repliesMissing == 0) {
            onReadsEnded();
        }
    }

    private void onParts(final int first) {
        int i = first;
        for (final ReadReplyDecoder.PartsDecoder part : reply.parts()) {
            onPart(partitions[i], part);
            i = partitions[i].next;
        }
    }

    private void onPart(final FetchPartition partition, final ReadReplyDecoder.PartsDecoder part) {
        if (part.leaseId() >= 0) {
            partition.slice = handler.slice(partition.core, part.leaseId());
            partition.firstBatchBytes = part.firstBatchBytes();
        }
        final Errors error = WireErrors.of(part.outcome());
        if (error != Errors.NONE) {
            partition.refused(error);
            partition.moved = part.outcome() == Outcome.MOVED.wire();
            partition.stale = partition.moved || part.outcome() == Outcome.NOT_OWNER.wire();
            return;
        }
        partition.highWatermark = part.highWatermark();
        partition.lastStableOffset = part.lastStableOffset();
        partition.logStartOffset = part.logStartOffset();
        partition.divergingEpoch = part.divergingEpoch();
        partition.divergingEndOffset = part.divergingEndOffset();
    }

    private void onReadsEnded() {
        if (exchange.isAbandoned()) {
            drop();
            return;
        }
        if (state != State.READING) {
            state = State.READING;
            if (routes.hasStale(partitions, count)) {
                // Much may have changed since it was asked: topics too.
                releaseSlices();
                readAgain();
                return;
            }
        }
        if (!timeIsOver && handler.nowNs() < deadlineNs && routes.awaitsOwner(partitions, count)) {
            releaseSlices();
            exchange.listener(this);
            state = State.PAUSING;
            handler.deadlines().arm(this, Math.min(deadlineNs, handler.nowNs() + MOVE_NS));
            return;
        }
        if (!rerouted) {
            rerouted = true;
            if (routes.reroute(header, partitions, count)) {
                send();
                return;
            }
        }
        if (isToBeAnswered()) {
            answer();
        } else {
            await();
        }
    }

    private boolean isToBeAnswered() {
        limits.begin(answerBytesMax, isThrottled);
        shareLeases();
        boolean cut = false;
        int copyLeft = COPY_BYTES_MAX;
        boolean ends = timeIsOver || handler.nowNs() >= deadlineNs;
        boolean reads = false;
        for (int i = 0; i < count; i++) {
            final FetchPartition partition = partitions[i];
            if (partition.slice != null) {
                if (leasesLeft[partition.core] > 0) {
                    partition.taken =
                            limits.take(partition.slice.length(), partition.firstBatchBytes, partition.bytesMax);
                    leasesLeft[partition.core] -= partition.taken > 0 ? 1 : 0;
                } else if (copyLeft > 0) {
                    partition.copied = true;
                    partition.taken = limits.take(
                            partition.slice.length(),
                            partition.firstBatchBytes,
                            Math.min(partition.bytesMax, copyLeft));
                    copyLeft -= partition.taken;
                } else {
                    cut = true;
                }
            }
            ends |= partition.error != Errors.NONE && !partition.unknown || partition.isDiverging();
            reads |= !partition.unknown;
        }
        return ends || !reads || cut || limits.hasCut() || limits.total() >= answerBytesMin;
    }

    /** The partitions beyond it are named without bytes, as they are where the answer's bytes end. */
    private void shareLeases() {
        Arrays.fill(leasesLeft, 0);
        for (int i = 0; i < count; i++) {
            if (partitions[i].slice != null) {
                leasesLeft[partitions[i].core]++;
            }
        }
        for (int core = 0; core < leasesLeft.length; core++) {
            leasesLeft[core] = handler.leasesMax(core, leasesLeft[core]);
        }
    }

    private void await() {
        boolean starved = false;
        for (int i = 0; i < count; i++) {
            starved |= partitions[i].isStarved(readsCommitted());
        }
        releaseSlices();
        exchange.listener(this);
        if (session != null) {
            // The session has copied what it needs of the request.
            exchange.releaseFrame();
        }
        if (starved) {
            state = State.PAUSING;
            handler.deadlines().arm(this, Math.min(deadlineNs, handler.nowNs() + PAUSE_NS));
            return;
        }
        routes.chainLive(partitions, count);
        if (!hasWaited && mayWait()) {
            rerouted = false;
            waitToRead();
        } else {
            state = State.WATCHING;
            watch();
            handler.deadlines().arm(this, deadlineNs);
        }
    }

    /** Any news ends the wait of a question that waits, so it is for those that want no more than that. */
    private boolean mayWait() {
        return answerBytesMin == 1 && !timeIsOver && handler.nowNs() < deadlineNs && routes.mayWait(partitions, count);
    }

    private void waitToRead() {
        hasWaited = true;
        state = State.WAITING;
        exchange.listener(this);
        if (session != null) {
            exchange.releaseFrame();
        }
        watches.clear();
        for (int core = 0; core < handler.coreCount(); core++) {
            final int first = routes.firstOf(core);
            if (first != FetchPartition.END) {
                exchange.asks(core);
                final long token = (long) watches.nextToken() << Integer.SIZE | first;
                watches.add(handler.messages()
                        .readWaiting(core, onWait, token, partitions, first, answerBytesMax, readsCommitted()));
            }
        }
        if (watches.areAnswered()) {
            onReadsEnded();
        } else {
            handler.deadlines().arm(this, deadlineNs);
        }
    }

    private void onWaitReply(
            final long token, final int templateId, final DirectBuffer buffer, final int offset, final int length) {
        reply.wrap(buffer, offset, ReadReplyDecoder.BLOCK_LENGTH, ReadReplyDecoder.SCHEMA_VERSION);
        watches.answered((int) (token >>> Integer.SIZE));
        final long roundTripNs = handler.messages().roundTripNs();
        final boolean waited = roundTripNs > WAIT_NS_MIN;
        if (session != null && state == State.WAITING) {
            session.waited = waited;
        }
        exchange.replied(waited ? 0 : roundTripNs - reply.tookNs(), reply.tookNs());
        onParts((int) token);
        if (watches.areAnswered()) {
            onReadsEnded();
        } else if (state == State.WAITING) {
            hurryReads();
        }
    }

    private void hurryReads() {
        state = State.HURRYING;
        watches.cancel(handler.messages());
    }

    private void watch() {
        watches.clear();
        final int messages = routes.countMessages(partitions, FetchMessages.PARTS_MAX);
        final long missing = answerBytesMin - limits.total();
        final int share = (int) ((missing + messages - 1) / messages);
        for (int core = 0; core < handler.coreCount(); core++) {
            int first = routes.firstOf(core);
            while (first != FetchPartition.END) {
                watches.add(handler.messages()
                        .watch(core, onWatch, watches.nextToken(), partitions, first, share, readsCommitted()));
                first = handler.messages().end();
            }
        }
    }

    private void onWatchReply(
            final long token, final int templateId, final DirectBuffer buffer, final int offset, final int length) {
        watches.answered((int) token);
        if (state == State.WATCHING) {
            endWatches();
        }
        if (watches.areAnswered()) {
            readAgain();
        }
    }

    private void endWatches() {
        state = State.UNWATCHING;
        watches.cancel(handler.messages());
    }

    private void readAgain() {
        if (exchange.isAbandoned()) {
            drop();
        } else {
            resolve();
            read();
        }
    }

    @Override
    protected void onDeadline(final long nowNs, final long nowMs) {
        timeIsOver |= nowNs >= deadlineNs;
        if (state == State.WATCHING) {
            endWatches();
        } else if (state == State.WAITING) {
            if (session != null) {
                session.waited = true;
            }
            hurryReads();
        } else if (state == State.PAUSING) {
            readAgain();
        }
    }

    @Override
    public void onAbandoned(final Exchange abandoned) {
        hurry();
    }

    /** Answers as if the client's time were over; never before this returns. */
    void endWait() {
        timeIsOver = true;
        hurry();
    }

    private void hurry() {
        if (state == State.WATCHING) {
            endWatches();
        } else if (state == State.WAITING) {
            hurryReads();
        } else if (state == State.PAUSING) {
            handler.deadlines().arm(this, handler.nowNs());
        }
    }

    private void answer() {
        for (int i = 0; i < count; i++) {
            final FetchPartition partition = partitions[i];
            final boolean news = partition.hasNews();
            partition.answered = news || session == null;
            if (partition.taken == 0) {
                release(partition);
            }
        }
        FetchSession created = null;
        if (offersSession) {
            created = handler.createSession(request.hasTopicIds(), count, exchange.startedMs());
        }
        final FetchSession told = session == null ? created : session;
        handler.answers()
                .write(
                        exchange,
                        header,
                        Errors.NONE,
                        told == null ? FetchSessions.NO_SESSION : told.id,
                        partitions,
                        count,
                        readsCommitted());
        if (created != null) {
            list.moveTo(created);
            created.connectionId = exchange.connection().id();
            handler.sessions().touch(created, 0, exchange.startedMs());
        } else if (session != null) {
            session.rotate();
        }
        end().finish();
    }

    private boolean readsCommitted() {
        return request.isolationLevel() == READ_COMMITTED;
    }

    /** The client is gone. */
    private void drop() {
        releaseSlices();
        end().finishWithoutReply();
    }

    private void releaseSlices() {
        for (int i = 0; i < count; i++) {
            release(partitions[i]);
        }
    }

    private void release(final FetchPartition partition) {
        if (partition.slice != null) {
            handler.release(partition.slice);
            partition.slice = null;
        }
    }

    /** Goes back to the pool; the exchange is then to be ended, which may start the next request. */
    private Exchange end() {
        handler.deadlines().disarm(this);
        if (session != null) {
            session.busy = false;
            session = null;
        }
        final Exchange ending = exchange;
        ending.listener(null);
        exchange = null;
        header = null;
        partitions = null;
        count = 0;
        state = State.POOLED;
        handler.recycle(this);
        return ending;
    }
}
