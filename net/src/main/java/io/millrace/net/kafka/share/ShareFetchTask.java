package io.millrace.net.kafka.share;

import io.millrace.engine.core.Deadline;
import io.millrace.engine.log.LogSlice;
import io.millrace.engine.quota.QuotaKind;
import io.millrace.net.connection.Exchange;
import io.millrace.net.connection.ExchangeListener;
import io.millrace.net.kafka.api.ClientPayer;
import io.millrace.net.kafka.api.RequestHeader;
import io.millrace.net.kafka.share.AcquireAsk.Wanted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.protocol.Errors;

/**
 * One ShareFetch request in flight: brings what the member says of records to their cores, and asks these, one after the
 * other, for more, until there are as many as wanted. If there are none it waits for news. Owned by the connection's
 * core.
 *
 * <pre>
 *            +------------- news, or the pause is over ---------------+
 *            v                                                       |
 *   begin → ASKING → records, error, time over → (acks kept) → answer |
 *            +-----→ nothing: WAITING --------------------------------+
 *            +-----→ no lease to be had, or gone to another core: PAUSING
 * </pre>
 */
final class ShareFetchTask extends Deadline implements ExchangeListener {
    private enum State {
        ASKING,
        WAITING,
        PAUSING,
        FETCHED
    }

    private static final short RENEWS_SINCE = 2;
    private static final byte RECORD_LIMIT = 1;
    private static final long NS_PER_MS = 1_000_000;
    private static final long PAUSE_NS = 5 * NS_PER_MS;

    private final ShareHandlers handlers;
    private final Exchange exchange;
    private final RequestHeader header;
    private final ShareFetchRequestData request;
    private final long deadlineNs;
    private final List<ShareItem> items = new ArrayList<>();
    private final Map<Integer, List<ShareItem>> byOwner = new TreeMap<>();
    private final List<Integer> owners = new ArrayList<>();
    private final Map<Integer, ShareWaiter> waiters = new TreeMap<>();
    private State state = State.ASKING;
    private ShareSession session;
    private ShareAcks acks;
    private boolean acknowledged;
    private boolean refusedLate;
    /** What it says is heard, but it gets no records: it has not paid for the last ones yet. */
    private boolean owes;

    private int nextOwner;
    private long recordsLeft;
    private long bytesLeft;
    private boolean starved;
    /** Bytes are counted first, and nothing handed out before there are enough. */
    private boolean counting;

    private long bytesCounted;
    private boolean timeIsOver;
    private int round;
    /** The metadata by which the partitions were found. */
    private long routedVersion;

    /** How long partitions are looked for that go to other cores, or 0 as long as none does. */
    private long patientUntilNs;

    ShareFetchTask(
            final ShareHandlers handlers,
            final Exchange exchange,
            final RequestHeader header,
            final ShareFetchRequestData request) {
        this.handlers = handlers;
        this.exchange = exchange;
        this.header = header;
        this.request = request;
        deadlineNs = exchange.startedNs() + request.maxWaitMs() * NS_PER_MS;
    }

    static byte[] bytesOf(final List<Byte> list) {
        final byte[] bytes = new byte[list.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = list.get(i);
        }
        return bytes;
    }

    void begin() {
        if (!handlers.isServed()) {
            refuse(Errors.UNSUPPORTED_VERSION);
            return;
        }
        if (!isValid()) {
            refuse(Errors.INVALID_REQUEST);
            return;
        }
        final Errors error = open();
        if (error == Errors.SHARE_SESSION_LIMIT_REACHED && !handlers.isStopping()) {
            // As Apache Kafka: whoever is one too many comes again no sooner than if it had been served.
            refusedLate = true;
            state = State.PAUSING;
            handlers.began(this);
            exchange.listener(this);
            handlers.core().deadlines().arm(this, deadlineNs);
            return;
        }
        if (error != Errors.NONE) {
            refuse(error);
            return;
        }
        handlers.began(this);
        exchange.listener(this);
        acknowledge();
    }

    /** Who asks for more time asks for nothing else. */
    private boolean isValid() {
        return request.groupId() != null
                && ShareHandlers.isMemberId(request.memberId())
                && (!renews()
                        || request.maxBytes() == 0
                                && request.minBytes() == 0
                                && request.maxRecords() == 0
                                && request.maxWaitMs() == 0);
    }

    private boolean renews() {
        return header.version() >= RENEWS_SINCE && request.isRenewAck();
    }

    // The session

    private Errors open() {
        final ShareSessions sessions = handlers.sessions();
        final ShareSession.Key key = new ShareSession.Key(request.groupId(), request.memberId());
        final int epoch = request.shareSessionEpoch();
        if (epoch == ShareSession.FINAL_EPOCH) {
            session = sessions.find(key);
            return session == null ? Errors.SHARE_SESSION_NOT_FOUND : Errors.NONE;
        }
        if (epoch == ShareSession.INITIAL_EPOCH) {
            if (saysSomething()) {
                return Errors.INVALID_REQUEST;
            }
            session = sessions.create(
                    key, exchange.connection().id(), header.listener().isPerCore(), handlers.sessionsMax());
            if (session == null) {
                return Errors.SHARE_SESSION_LIMIT_REACHED;
            }
            addParts();
            return refuseOverfull();
        }
        session = sessions.find(key);
        final Errors error = ShareSessions.complaint(session, epoch);
        if (error == Errors.NONE) {
            addParts();
            request.forgottenTopicsData()
                    .forEach(topic -> topic.partitions()
                            .forEach(partition -> session.forget(new ShareSession.Part(topic.topicId(), partition))));
            session.advance();
            return refuseOverfull();
        }
        return error;
    }

    /** Ours: a client that makes up partitions without end does not fill the heap. */
    private Errors refuseOverfull() {
        if (!request.topics().isEmpty() && handlers.sessions().isOverfull(session)) {
            handlers.end(session);
            return Errors.SHARE_SESSION_NOT_FOUND;
        }
        return Errors.NONE;
    }

    private void addParts() {
        request.topics()
                .forEach(topic -> topic.partitions()
                        .forEach(partition ->
                                session.add(new ShareSession.Part(topic.topicId(), partition.partitionIndex()))));
    }

    private boolean saysSomething() {
        return request.topics().stream()
                .flatMap(topic -> topic.partitions().stream())
                .anyMatch(partition -> !partition.acknowledgementBatches().isEmpty());
    }

    // What the member says

    private void acknowledge() {
        acks = new ShareAcks(handlers, header, request.groupId(), request.memberId(), renews());
        request.topics()
                .forEach(topic -> topic.partitions().stream()
                        .filter(partition -> !partition.acknowledgementBatches().isEmpty())
                        .forEach(partition -> acks.add(
                                topic.topicId(),
                                partition.partitionIndex(),
                                partition.acknowledgementBatches().stream()
                                        .map(batch -> new AckAsk.Batch(
                                                batch.firstOffset(),
                                                batch.lastOffset(),
                                                bytesOf(batch.acknowledgeTypes())))
                                        .toList())));
        acks.send(() -> {
            acknowledged = true;
            if (state == State.FETCHED) {
                finish();
            }
        });
        owes = hasToPay();
        if (request.shareSessionEpoch() == ShareSession.FINAL_EPOCH
                || renews()
                || request.maxRecords() <= 0
                || request.maxBytes() <= 0
                || owes) {
            onFetched();
        } else {
            session.rotated().forEach(part -> items.add(new ShareItem(part.topicId(), part.partition())));
            route();
            counting = request.minBytes() > 1;
            ask();
        }
    }

    private boolean hasToPay() {
        final ClientPayer payer = ClientPayer.of(exchange);
        return payer != null && payer.waitMs(QuotaKind.FETCH) > 0;
    }

    // Records

    private long bytesMax() {
        final ClientPayer payer = ClientPayer.of(exchange);
        final long served = Math.min(request.maxBytes(), handlers.answerBytesMax());
        return payer == null ? served : Math.min(served, payer.fetchBytesMax());
    }

    private void route() {
        routedVersion = handlers.core().image().version();
        byOwner.clear();
        owners.clear();
        for (final ShareItem item : items) {
            item.error = handlers.resolve(item, header);
            if (item.error == Errors.NONE) {
                byOwner.computeIfAbsent(item.core, core -> {
                            owners.add(core);
                            return new ArrayList<>();
                        })
                        .add(item);
            }
        }
    }

    private void ask() {
        state = State.ASKING;
        if (patientUntilNs > 0 || routedVersion != handlers.core().image().version()) {
            route();
        }
        round++;
        waiters.clear();
        byOwner.values().forEach(asked -> asked.forEach(ShareItem::forgetRound));
        nextOwner = 0;
        starved = false;
        bytesCounted = 0;
        counting &= !timeIsOver && handlers.core().nowNs() < deadlineNs;
        recordsLeft = request.maxRecords();
        bytesLeft = bytesMax();
        askNext();
    }

    private void askNext() {
        if (nextOwner == owners.size() || recordsLeft <= 0 || bytesLeft <= 0 || exchange.isAbandoned()) {
            onAsked();
            return;
        }
        final int owner = owners.get(nextOwner++);
        final AcquireAsk ask = new AcquireAsk(
                request.groupId(),
                session.holder,
                handlers.core().id(),
                request.batchSize(),
                request.shareAcquireMode() == RECORD_LIMIT,
                counting,
                this::onAnswer);
        ask.recordsLeft = recordsLeft;
        ask.bytesLeft = bytesLeft;
        byOwner.get(owner).forEach(item -> ask.wanted.add(new Wanted(item)));
        exchange.asks(owner);
        handlers.onHosts(owner, hosts -> hosts.acquire(ask));
    }

    private void onAnswer(final AcquireAsk ask) {
        recordsLeft = ask.recordsLeft;
        bytesLeft = ask.bytesLeft;
        for (final Wanted wanted : ask.wanted) {
            final ShareItem item = wanted.item;
            item.error = wanted.error;
            item.elsewhere = wanted.elsewhere;
            starved |= wanted.starved;
            bytesCounted += counting ? wanted.bytes : 0;
            if (wanted.leaseId >= 0) {
                item.slice = handlers.receive(item.core, wanted.leaseId);
                item.bytes = wanted.bytes;
                item.acquired = wanted.acquired;
            }
        }
        askNext();
    }

    private void onAsked() {
        final boolean strays = seeksStrays();
        if (counting) {
            onCounted(strays);
            return;
        }
        if (items.stream().anyMatch(item -> item.bytes > 0)
                || isNothingToWaitFor()
                || timeIsOver
                || exchange.isAbandoned()
                || handlers.isStopping()
                || handlers.core().nowNs() >= deadlineNs) {
            onFetched();
        } else if (strays || starved) {
            pause(strays ? ShareHandlers.LOOK_AGAIN_NS : PAUSE_NS);
        } else {
            await();
        }
    }

    private void pause(final long ns) {
        state = State.PAUSING;
        handlers.core()
                .deadlines()
                .arm(this, Math.min(deadlineNs, handlers.core().nowNs() + ns));
    }

    /** As in Apache Kafka, what is wrong with some partitions waits for records of the others. */
    private boolean isNothingToWaitFor() {
        return items.stream().allMatch(item -> item.error != Errors.NONE);
    }

    /** Whether partitions are to be looked for again that were not where they were asked for; not for ever. */
    private boolean seeksStrays() {
        final long nowNs = handlers.core().nowNs();
        if (items.stream().noneMatch(item -> item.elsewhere)) {
            patientUntilNs = 0;
            return false;
        }
        if (patientUntilNs == 0) {
            patientUntilNs = nowNs + ShareHandlers.PATIENCE_NS;
        }
        if (nowNs < patientUntilNs) {
            return true;
        }
        for (final ShareItem item : items) {
            item.error = item.elsewhere ? Errors.NOT_LEADER_OR_FOLLOWER : item.error;
        }
        return false;
    }

    /** Waits on if there is not enough, as long as the member's time lasts. */
    private void onCounted(final boolean strays) {
        final long enough = Math.min(request.minBytes(), bytesMax());
        if (starved
                || bytesCounted >= enough
                || isNothingToWaitFor()
                || timeIsOver
                || exchange.isAbandoned()
                || handlers.isStopping()) {
            counting = false;
            ask();
        } else if (strays) {
            pause(ShareHandlers.LOOK_AGAIN_NS);
        } else {
            await();
        }
    }

    private void await() {
        state = State.WAITING;
        handlers.core().deadlines().arm(this, deadlineNs);
        final int thisRound = round;
        for (final int owner : owners) {
            final List<Long> keys = byOwner.get(owner).stream()
                    .filter(item -> item.error == Errors.NONE)
                    .map(item -> item.key)
                    .toList();
            final ShareWaiter waiter = new ShareWaiter(handlers.core().id(), counting, () -> onNews(thisRound));
            waiters.put(owner, waiter);
            final String group = request.groupId();
            handlers.onHosts(owner, hosts -> hosts.wait(group, keys, waiter));
        }
    }

    private void onNews(final int ofRound) {
        if (state == State.WAITING && ofRound == round) {
            endWaiting();
            ask();
        }
    }

    private void endWaiting() {
        handlers.core().deadlines().disarm(this);
        waiters.forEach((owner, waiter) -> handlers.onHosts(owner, hosts -> waiter.told = true));
        waiters.clear();
    }

    @Override
    protected void onDeadline(final long nowNs, final long nowMs) {
        timeIsOver |= nowNs >= deadlineNs;
        if (refusedLate) {
            handlers.ended(this);
            exchange.listener(null);
            refuse(Errors.SHARE_SESSION_LIMIT_REACHED);
        } else if (state == State.WAITING) {
            endWaiting();
            if (counting) {
                ask();
            } else {
                onFetched();
            }
        } else if (state == State.PAUSING) {
            ask();
        }
    }

    @Override
    public void onAbandoned(final Exchange abandoned) {
        endWait();
    }

    /** Answers as if the member's time were over; never before this returns. */
    void endWait() {
        timeIsOver = true;
        if (state == State.WAITING || state == State.PAUSING) {
            handlers.core().deadlines().arm(this, handlers.core().nowNs());
        }
    }

    // The answer

    private void onFetched() {
        state = State.FETCHED;
        if (acknowledged) {
            finish();
        }
    }

    private void finish() {
        handlers.core().deadlines().disarm(this);
        handlers.ended(this);
        exchange.listener(null);
        if (exchange.isAbandoned()) {
            items.forEach(this::releaseSlice);
            // Perhaps the connection's end was told before these were handed out.
            handlers.end(session);
            exchange.finishWithoutReply();
            return;
        }
        if (request.shareSessionEpoch() == ShareSession.FINAL_EPOCH) {
            handlers.end(session);
        }
        handlers.answers().write(exchange, header, handlers, request.groupId(), merged(), owes);
        exchange.finish();
    }

    private void releaseSlice(final ShareItem item) {
        final LogSlice slice = item.slice;
        if (slice != null) {
            item.slice = null;
            handlers.release(slice);
        }
    }

    /** Everything there is something to tell of, topic by topic. */
    private Map<Uuid, List<ShareItem>> merged() {
        final Map<Uuid, List<ShareItem>> topics = new java.util.LinkedHashMap<>();
        final Map<ShareSession.Part, ShareItem> byPart = new java.util.HashMap<>();
        for (final ShareItem item : items) {
            byPart.put(new ShareSession.Part(item.topicId, item.partition), item);
        }
        for (final ShareItem said : acks.items()) {
            final ShareItem fetched = byPart.putIfAbsent(new ShareSession.Part(said.topicId, said.partition), said);
            if (fetched == null) {
                items.add(said);
            } else {
                fetched.ackError = said.ackError;
                fetched.ackMessage = said.ackMessage;
            }
        }
        for (final ShareItem item : items) {
            if (item.hasNews()) {
                topics.computeIfAbsent(item.topicId, id -> new ArrayList<>()).add(item);
            }
        }
        return topics;
    }

    private void refuse(final Errors error) {
        handlers.answers().refuse(exchange, error);
    }
}
