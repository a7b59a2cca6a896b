package io.millrace.net.simulation;

import io.millrace.engine.share.AcknowledgeType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData.AcknowledgePartition;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData.AcknowledgeTopic;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareFetchRequestData.FetchPartition;
import org.apache.kafka.common.message.ShareFetchRequestData.FetchTopic;
import org.apache.kafka.common.message.ShareFetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * A member's share session with one broker, or with one core that looks like one: fetches records, and says what became of
 * them, with the next fetch or by itself. One request at a time; it ends with its connection.
 */
final class SimShareSession {
    private static final int INITIAL = 0;
    private static final int FINAL = -1;
    private static final int RENEWS_SINCE = 2;
    private static final int ENDS_ONE_IN = 60;

    private final SimCaller caller;
    private final SharedBook book;
    private final String topic;
    private final int port;
    private final TreeMap<Integer, TreeMap<Long, SharedBook.Hold>> held = new TreeMap<>();
    /** The partitions of the session, as the broker knows it. */
    private final TreeSet<Integer> parts = new TreeSet<>();

    private String member;
    private SimSocket socket;
    private int epoch;
    private boolean underWay;
    private boolean calm;

    SimShareSession(final SimCaller caller, final SharedBook book, final String topic, final int port) {
        this.caller = caller;
        this.book = book;
        this.topic = topic;
        this.port = port;
    }

    /** From now on every record is accepted. */
    void calm() {
        calm = true;
    }

    /** The records it had are of no interest any more, and a session begins anew. */
    void drop() {
        held.values().forEach(each -> each.values().forEach(SharedBook.Hold::letGo));
        held.clear();
        parts.clear();
        epoch = INITIAL;
        underWay = false;
    }

    /** @param wanted the member's partitions that are to be had there */
    int step(final String as, final SortedSet<Integer> wanted) {
        if (underWay || epoch == INITIAL && wanted.isEmpty()) {
            return 0;
        }
        final SimSocket now = caller.socket(port);
        if (now == null) {
            drop();
            caller.retryLater();
            return 0;
        }
        if (now != socket || !as.equals(member)) {
            drop();
            socket = now;
            member = as;
        }
        if (epoch != INITIAL) {
            return goOn(wanted);
        }
        if (!wanted.isEmpty()) {
            fetch(INITIAL, wanted, new TreeMap<>(), false);
        }
        return 1;
    }

    private int chance(final int oneIn) {
        return caller.entropy().nextInt(oneIn);
    }

    private int goOn(final SortedSet<Integer> wanted) {
        if (chance(3) > 0) {
            return 0;
        }
        final boolean renews = !calm && !held.isEmpty() && chance(6) == 0;
        final TreeMap<Integer, LinkedHashMap<SharedBook.Hold, Byte>> said = decide(renews);
        final boolean ends = !calm && chance(ENDS_ONE_IN) == 0;
        if (!said.isEmpty() && chance(2) == 0) {
            acknowledge(ends ? FINAL : epoch, said, renews);
        } else {
            fetch(ends ? FINAL : epoch, wanted, said, renews);
        }
        return 1;
    }

    /** What it says of which records: of all or some of those it has. */
    private TreeMap<Integer, LinkedHashMap<SharedBook.Hold, Byte>> decide(final boolean renews) {
        final TreeMap<Integer, LinkedHashMap<SharedBook.Hold, Byte>> said = new TreeMap<>();
        held.forEach((partition, records) -> {
            if (!calm && chance(4) == 0) {
                return;
            }
            final LinkedHashMap<SharedBook.Hold, Byte> types = new LinkedHashMap<>();
            for (final SharedBook.Hold hold : records.values()) {
                if (calm || chance(8) > 0) {
                    types.put(hold, type(hold, renews));
                }
            }
            if (!types.isEmpty()) {
                said.put(partition, types);
            }
        });
        said.forEach((partition, types) -> types.forEach((hold, type) -> {
            if (type != AcknowledgeType.RENEW) {
                held.get(partition).remove(hold.offset());
            }
        }));
        held.values().removeIf(Map::isEmpty);
        return said;
    }

    private byte type(final SharedBook.Hold hold, final boolean renews) {
        if (renews && chance(2) == 0) {
            return AcknowledgeType.RENEW;
        }
        if (hold.isGap()) {
            return AcknowledgeType.GAP;
        }
        final int chance = calm ? 0 : chance(10);
        return chance < 6 ? AcknowledgeType.ACCEPT : chance < 9 ? AcknowledgeType.RELEASE : AcknowledgeType.REJECT;
    }

    /** A run of records, and what is said of each, or the one thing said of all. */
    private record Run(long first, long last, List<Byte> types) {}

    private List<Run> runs(final Map<SharedBook.Hold, Byte> said) {
        final List<Run> runs = new ArrayList<>();
        List<Byte> types = new ArrayList<>();
        long first = -1;
        long next = -1;
        for (final Map.Entry<SharedBook.Hold, Byte> each : said.entrySet()) {
            final long offset = each.getKey().offset();
            if (offset != next || chance(8) == 0) {
                addRun(runs, first, next - 1, types);
                types = new ArrayList<>();
                first = offset;
            }
            types.add(each.getValue());
            next = offset + 1;
        }
        addRun(runs, first, next - 1, types);
        return runs;
    }

    private void addRun(final List<Run> runs, final long first, final long last, final List<Byte> types) {
        if (!types.isEmpty()) {
            final boolean alike = types.stream().distinct().count() == 1;
            runs.add(new Run(first, last, alike && chance(2) == 0 ? List.of(types.getFirst()) : types));
        }
    }

    // ShareAcknowledge

    private void acknowledge(
            final int as, final TreeMap<Integer, LinkedHashMap<SharedBook.Hold, Byte>> types, final boolean renews) {
        final AcknowledgeTopic named =
                new AcknowledgeTopic().setTopicId(caller.topic(topic).topicId());
        types.forEach((partition, each) -> named.partitions()
                .add(new AcknowledgePartition()
                        .setPartitionIndex(partition)
                        .setAcknowledgementBatches(runs(each).stream()
                                .map(run -> new ShareAcknowledgeRequestData.AcknowledgementBatch()
                                        .setFirstOffset(run.first)
                                        .setLastOffset(run.last)
                                        .setAcknowledgeTypes(run.types))
                                .toList())));
        final ShareAcknowledgeRequestData request = new ShareAcknowledgeRequestData()
                .setGroupId(book.group())
                .setMemberId(member)
                .setShareSessionEpoch(as)
                .setIsRenewAck(renews);
        request.topics().add(named);
        final TreeMap<Integer, SharedBook.Said> said = said(types);
        underWay = caller.call(
                port,
                ApiKeys.SHARE_ACKNOWLEDGE,
                caller.version(renews ? RENEWS_SINCE : 1, 2),
                request,
                answer -> {
                    underWay = false;
                    final ShareAcknowledgeResponseData response =
                            new ShareAcknowledgeResponseData(SimCaller.body(answer), answer.version());
                    if (answer.version() >= RENEWS_SINCE) {
                        checkLock(response.acquisitionLockTimeoutMs());
                    }
                    onAcknowledged(as, said, response);
                },
                this::drop);
        begun(as);
    }

    private TreeMap<Integer, SharedBook.Said> said(final TreeMap<Integer, LinkedHashMap<SharedBook.Hold, Byte>> types) {
        final TreeMap<Integer, SharedBook.Said> said = new TreeMap<>();
        types.forEach((partition, each) -> said.put(partition, book.onSaid(each)));
        return said;
    }

    /** The broker ends the session, and gives back what is left, as soon as it has read that. */
    private void begun(final int as) {
        if (as == FINAL) {
            held.values().forEach(each -> each.values().forEach(SharedBook.Hold::letGo));
        }
    }

    private void onAcknowledged(
            final int as, final TreeMap<Integer, SharedBook.Said> said, final ShareAcknowledgeResponseData response) {
        goOn(as, Errors.forCode(response.errorCode()));
        response.responses()
                .forEach(each -> each.partitions()
                        .forEach(partition -> onSaid(
                                said.remove(partition.partitionIndex()), Errors.forCode(partition.errorCode()))));
        demandNothingMissing(said);
        if (as == FINAL) {
            drop();
        }
    }

    /** An error of all says that the broker does not know the session, which it should. */
    private void goOn(final int as, final Errors error) {
        if (error != Errors.NONE) {
            throw new ViolationException(
                    book.group() + ": " + error + " for " + member + " in epoch " + as + " of its session");
        }
        if (as == FINAL) {
            caller.world().count("share session ended");
        }
        epoch = as + 1;
    }

    private void checkLock(final int lockMs) {
        if (lockMs != book.rules().lockMs()) {
            throw new ViolationException(book.group() + ": locks of " + lockMs + " ms are told, and "
                    + book.rules().lockMs() + " are set");
        }
    }

    private void onSaid(final SharedBook.Said said, final Errors error) {
        if (said == null) {
            if (error == Errors.NONE) {
                return;
            }
            throw new ViolationException(book.group() + ": " + error + " for what nobody said");
        }
        caller.world().trace(error.code());
        if (error == Errors.NONE) {
            book.onKept(said);
            return;
        }
        caller.world().onClientError(error);
        said.letGo(held);
        if (error == Errors.INVALID_RECORD_STATE || error == Errors.INVALID_REQUEST) {
            // The latter from an owner that has never handed out records so far behind.
            book.onNotHeld(said);
        } else if (SimCaller.isTransient(error)) {
            caller.retryLater();
        } else {
            throw new ViolationException(book.group() + ": " + error + " for what " + member + " says");
        }
    }

    private void demandNothingMissing(final TreeMap<Integer, SharedBook.Said> said) {
        if (!said.isEmpty()) {
            throw new ViolationException(
                    book.group() + ": " + member + " is not told what became of what it said of " + said.keySet());
        }
    }

    // ShareFetch

    private void fetch(
            final int as,
            final SortedSet<Integer> wanted,
            final TreeMap<Integer, LinkedHashMap<SharedBook.Hold, Byte>> types,
            final boolean renews) {
        final Uuid id = caller.topic(topic).topicId();
        final FetchTopic named = new FetchTopic().setTopicId(id);
        final TreeSet<Integer> asked = new TreeSet<>(wanted);
        asked.removeAll(parts);
        asked.addAll(types.keySet());
        asked.forEach(partition -> named.partitions()
                .add(new FetchPartition()
                        .setPartitionIndex(partition)
                        .setAcknowledgementBatches(runs(types.getOrDefault(partition, new LinkedHashMap<>())).stream()
                                .map(run -> new ShareFetchRequestData.AcknowledgementBatch()
                                        .setFirstOffset(run.first)
                                        .setLastOffset(run.last)
                                        .setAcknowledgeTypes(run.types))
                                .toList())));
        final ShareFetchRequestData request = new ShareFetchRequestData()
                .setGroupId(book.group())
                .setMemberId(member)
                .setShareSessionEpoch(as);
        if (!asked.isEmpty()) {
            request.topics().add(named);
        }
        final List<Integer> gone = new ArrayList<>(parts);
        gone.removeAll(wanted);
        if (!gone.isEmpty()) {
            request.forgottenTopicsData()
                    .add(new ForgottenTopic().setTopicId(id).setPartitions(gone));
        }
        if (renews) {
            request.setIsRenewAck(true).setMaxWaitMs(0).setMinBytes(0).setMaxBytes(0);
        } else {
            limit(request);
        }
        parts.addAll(asked);
        final List<Integer> mayGet = new ArrayList<>(parts);
        parts.removeAll(gone);
        send(as, request, types, mayGet, renews);
    }

    private void limit(final ShareFetchRequestData request) {
        request.setMaxWaitMs(chance(calm ? 150 : 60))
                .setMinBytes(chance(4) == 0 ? chance(600) : 1)
                .setMaxBytes(1 + chance(10_000))
                .setMaxRecords(1 + chance(20))
                .setBatchSize(1 + chance(20));
    }

    private void send(
            final int as,
            final ShareFetchRequestData request,
            final TreeMap<Integer, LinkedHashMap<SharedBook.Hold, Byte>> types,
            final List<Integer> mayGet,
            final boolean renews) {
        final int version = caller.version(renews ? RENEWS_SINCE : 1, 2);
        if (version >= RENEWS_SINCE && !renews && chance(2) == 0) {
            request.setShareAcquireMode((byte) 1);
        }
        final TreeMap<Integer, SharedBook.Said> said = said(types);
        final SharedBook.Asked asked = book.onAsked(socket, port, as == FINAL || renews ? List.of() : mayGet);
        underWay = caller.call(
                port,
                ApiKeys.SHARE_FETCH,
                version,
                request,
                answer -> {
                    underWay = false;
                    book.onAnswered(asked);
                    onFetched(as, asked, said, new ShareFetchResponseData(SimCaller.body(answer), answer.version()));
                },
                () -> {
                    book.onLost(asked);
                    drop();
                });
        begun(as);
    }

    private void onFetched(
            final int as,
            final SharedBook.Asked asked,
            final TreeMap<Integer, SharedBook.Said> said,
            final ShareFetchResponseData response) {
        goOn(as, Errors.forCode(response.errorCode()));
        checkLock(response.acquisitionLockTimeoutMs());
        response.responses()
                .forEach(each -> each.partitions().forEach(data -> {
                    onSaid(said.remove(data.partitionIndex()), Errors.forCode(data.acknowledgeErrorCode()));
                    onRecords(asked, data);
                }));
        demandNothingMissing(said);
        if (as == FINAL) {
            drop();
        }
    }

    private void onRecords(final SharedBook.Asked asked, final PartitionData data) {
        final Errors error = Errors.forCode(data.errorCode());
        if (error != Errors.NONE) {
            caller.world().onClientError(error);
            if (!SimCaller.isTransient(error)) {
                throw new ViolationException(
                        book.group() + ": " + error + " for " + member + " in partition " + data.partitionIndex());
            }
            caller.retryLater();
            return;
        }
        final TreeMap<Long, String> texts = SimCommitted.texts(data.records());
        for (final AcquiredRecords range : data.acquiredRecords()) {
            for (long offset = range.firstOffset(); offset <= range.lastOffset(); offset++) {
                final SharedBook.Hold hold = book.onGiven(
                        member, asked, data.partitionIndex(), offset, range.deliveryCount(), texts.get(offset));
                held.computeIfAbsent(data.partitionIndex(), key -> new TreeMap<>())
                        .put(offset, hold);
            }
        }
    }

    /** Whether nothing is left that it would have to say something of. */
    boolean isIdle() {
        return held.isEmpty();
    }

    @Override
    public String toString() {
        return "session with " + port + " in epoch " + epoch + " of " + parts + " holds " + held
                + (underWay ? " under way" : "");
    }
}
