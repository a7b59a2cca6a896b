package io.millrace.net.kafka.share;

import io.millrace.codec.core.ReadReplyDecoder;
import io.millrace.engine.core.Deadline;
import io.millrace.engine.log.LogSlice;
import io.millrace.engine.share.AckResult;
import io.millrace.engine.share.Holder;
import io.millrace.engine.share.RecordRanges;
import io.millrace.engine.share.RecordState;
import io.millrace.engine.share.ShareLimits;
import io.millrace.engine.share.SharePartition;
import io.millrace.engine.status.Outcome;
import io.millrace.engine.status.Tally;
import io.millrace.net.kafka.api.WireErrors;
import io.millrace.net.kafka.share.AcquireAsk.Wanted;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ReadShareGroupStateResponseData;
import org.apache.kafka.common.protocol.Errors;

/**
 * One partition as one share group works it off, on the partition's core: reads the log for whoever asks, one after the
 * other, hands records out, has what members say of them kept before they are answered, takes records back when their
 * time is over, and wakes those who wait.
 *
 * <pre>
 *   LOADING → ACTIVE → ENDED     deleted, its state begun anew, or long at rest
 *      │         └→ DEPARTING → ENDED   goes to another core, once nothing is under way
 *      └→ FAILED → ENDED         its state could not be read: told for a while, then forgotten
 * </pre>
 */
final class SharePartitionHost {
    private static final long UNKNOWN = -1;
    private static final long FAILED_NS = 1_000_000_000;
    private static final int WAITERS_SWEPT_FROM = 64;

    private enum State {
        LOADING,
        ACTIVE,
        DEPARTING,
        FAILED,
        ENDED
    }

    private final ShareHosts hosts;
    private final ShareKey key;
    private final ShareLog log;
    private final ShareStateWrites writes;
    private final ArrayDeque<AcquireAsk> queue = new ArrayDeque<>();
    private final List<ShareWaiter> waiters = new ArrayList<>();
    private final Deadline locks = new Deadline() {
        @Override
        protected void onDeadline(final long nowNs, final long nowMs) {
            onLocksEnd(nowNs);
        }
    };

    private State state = State.LOADING;
    private Errors failure = Errors.NONE;
    private SharePartition share;
    private int stateEpoch;
    private AcquireAsk reading;
    private GroupRulesInForce readingRules;
    private long readOffset;
    /** Up to where the log could be read when somebody last looked. */
    private long readable = UNKNOWN;
    /** Something may have happened to the log since. */
    private boolean news = true;

    private long locksEndNs = SharePartition.NEVER;
    private long usedNs;
    /** Letters are being written, or wait for it; null if there are none. */
    private DeadLetterRound letters;

    /** The group's start is part of its state, and will be the same for whoever loads that. */
    private boolean startKept;

    private ShareDeparture departure;

    SharePartitionHost(final ShareHosts hosts, final ShareKey key) {
        this.hosts = hosts;
        this.key = key;
        log = new ShareLog(hosts, key, this::onNews);
        writes = new ShareStateWrites(hosts, key, this::onWritten);
    }

    ShareKey key() {
        return key;
    }

    void load() {
        new ShareStateLoad(hosts, key, hosts.rules(key.group())).run(this::onLoaded);
    }

    private void onLoaded(
            final Errors error, final ReadShareGroupStateResponseData.PartitionResult kept, final long startOffset) {
        if (state != State.LOADING) {
            return;
        }
        if (error != Errors.NONE) {
            state = State.FAILED;
            failure = error;
            hosts.core().deadlines().arm(locks, hosts.core().nowNs() + FAILED_NS);
        } else if (!isSound(kept)) {
            state = State.FAILED;
            failure = Errors.UNKNOWN_SERVER_ERROR;
            hosts.core().deadlines().arm(locks, hosts.core().nowNs() + FAILED_NS);
        } else {
            state = State.ACTIVE;
            startKept = kept.startOffset() >= 0;
            stateEpoch = kept.stateEpoch();
            share = new SharePartition(startOffset);
            final ShareLimits limits = hosts.rules(key.group()).limits();
            kept.stateBatches()
                    .forEach(batch -> share.restore(
                            batch.firstOffset(),
                            batch.lastOffset(),
                            batch.deliveryState(),
                            batch.deliveryCount(),
                            limits));
            share.restored();
            writes.begin(share, stateEpoch);
            writeDeadLetters();
        }
        wake();
    }

    /** What others have written there may be anything. */
    private static boolean isSound(final ReadShareGroupStateResponseData.PartitionResult kept) {
        long from = Long.MIN_VALUE;
        for (final ReadShareGroupStateResponseData.StateBatch batch : kept.stateBatches()) {
            final byte state = batch.deliveryState();
            if (batch.lastOffset() < batch.firstOffset()
                    || batch.lastOffset() == Long.MAX_VALUE
                    || batch.firstOffset() < from
                    || state < RecordState.AVAILABLE
                    || state > RecordState.ARCHIVED) {
                return false;
            }
            from = batch.lastOffset() + 1;
        }
        return true;
    }

    // Handing out

    /** Gets what it can for the ask, at once: true; or tells {@link ShareHosts#proceed} later. */
    boolean acquire(final AcquireAsk ask) {
        usedNs = hosts.core().nowNs();
        if (reading != null) {
            queue.addLast(ask);
            return false;
        }
        return !read(ask);
    }

    /** False if there is nothing to be had by reading. */
    private boolean read(final AcquireAsk ask) {
        if (state == State.FAILED || state == State.DEPARTING || state == State.ENDED) {
            final Wanted wanted = ask.wanted.get(ask.next);
            wanted.elsewhere = state != State.FAILED;
            wanted.error = failure;
            return false;
        }
        if (!isAcquirable()) {
            return false;
        }
        reading = ask;
        readingRules = hosts.rules(key.group());
        readOffset = share.nextOffset();
        log.read(
                readOffset,
                (int) Math.min(Integer.MAX_VALUE, ask.bytesLeft),
                readingRules.committed(),
                this::onReadReply);
        return true;
    }

    private void onReadReply(final ReadReplyDecoder.PartsDecoder part) {
        final AcquireAsk ask = reading;
        final Wanted wanted = ask.wanted.get(ask.next);
        reading = null;
        final Outcome outcome = Outcome.of(part.outcome());
        final LogSlice slice = part.leaseId() >= 0 ? hosts.receive(part.leaseId()) : null;
        if (state != State.ACTIVE || outcome == Outcome.NOT_OWNER || outcome == Outcome.MOVED) {
            wanted.elsewhere = true;
            hosts.release(slice);
        } else if (outcome == Outcome.OK || outcome == Outcome.OFFSET_OUT_OF_RANGE) {
            readable = readingRules.committed() ? part.lastStableOffset() : part.highWatermark();
            news = false;
            share.onLogStart(part.logStartOffset());
            take(ask, wanted, slice);
        } else {
            wanted.error = WireErrors.of(outcome);
            hosts.release(slice);
            if (outcome == Outcome.UNKNOWN_PARTITION) {
                end(Errors.NOT_LEADER_OR_FOLLOWER);
            }
        }
        serveQueue();
        checkDeparture();
        hosts.proceed(ask);
    }

    private void take(final AcquireAsk ask, final Wanted wanted, final LogSlice slice) {
        if (slice == null) {
            wanted.starved = readable > readOffset && readOffset >= share.startOffset();
            return;
        }
        if (ask.counts) {
            wanted.bytes = slice.length();
            ask.bytesLeft -= wanted.bytes;
            hosts.release(slice);
            return;
        }
        final RecordRanges acquired = hosts.acquired();
        final int recordsMax = (int) Math.min(Integer.MAX_VALUE, ask.recordsLeft);
        if (!hosts.walk().walk(slice, readOffset, recordsMax + share.inFlight(), hosts.found())) {
            wanted.error = Errors.CORRUPT_MESSAGE;
            hosts.release(slice);
            return;
        }
        final long count = share.acquire(
                ask.holder,
                hosts.found(),
                readOffset,
                recordsMax,
                Math.max(1, ask.batchSize),
                ask.exact,
                readingRules.limits(),
                hosts.core().nowNs(),
                acquired);
        if (count == 0) {
            hosts.release(slice);
            // Of what was aborted, or is no more, nobody will ever say anything.
            writes.keepStart();
            return;
        }
        armLocks(hosts.core().nowNs() + readingRules.limits().lockNs());
        hosts.meter().acquired.add(count);
        wanted.bytes = hosts.found().bytesUpTo(acquired.last());
        wanted.acquired = acquired.copy();
        wanted.leaseId = hosts.handOn(slice);
        ask.recordsLeft -= count;
        ask.bytesLeft -= wanted.bytes;
    }

    private void serveQueue() {
        AcquireAsk next;
        while (reading == null && (next = queue.pollFirst()) != null) {
            if (!read(next)) {
                hosts.proceed(next);
            }
        }
        if (reading == null && state == State.ACTIVE && isAcquirable()) {
            wakeUnknowing();
        }
    }

    private boolean isAcquirable() {
        if (state != State.ACTIVE || !share.canAcquire(hosts.rules(key.group()).limits())) {
            return false;
        }
        return news || share.nextOffset() < readable;
    }

    // Waiting

    /** Tells the waiter of what may be news, once; at once if there may be something already. */
    void wait(final ShareWaiter waiter) {
        final boolean hasMore = waiter.knows ? state == State.ACTIVE && news : isAcquirable();
        if (state == State.FAILED || state == State.DEPARTING || state == State.ENDED || hasMore) {
            hosts.tell(waiter);
            return;
        }
        if (waiters.size() >= WAITERS_SWEPT_FROM) {
            waiters.removeIf(each -> each.told);
        }
        waiters.add(waiter);
        if (state == State.ACTIVE && readable != UNKNOWN) {
            if (share.canAcquire(hosts.rules(key.group()).limits())) {
                log.watch(readable, hosts.rules(key.group()).committed());
            } else {
                // Room is told of where it comes; what the log has got meanwhile is looked for then.
                news = true;
            }
        }
    }

    /** Other records may be read now, and more or fewer handed out. */
    void onRulesChanged() {
        log.endWatch();
        onNews();
    }

    private void onNews() {
        news = true;
        wake();
    }

    /** Something is left: no news to those who have counted it. */
    private void wakeUnknowing() {
        waiters.removeIf(waiter -> {
            if (!waiter.knows) {
                hosts.tell(waiter);
            }
            return !waiter.knows;
        });
    }

    private void wake() {
        for (int i = 0; i < waiters.size(); i++) {
            hosts.tell(waiters.get(i));
        }
        waiters.clear();
    }

    // What members say

    /** Begins what a member says; told once it is kept, or refused. */
    void acknowledge(final AckAsk ask, final AckAsk.Part part) {
        usedNs = hosts.core().nowNs();
        if (state != State.ACTIVE) {
            part.elsewhere = state == State.DEPARTING;
            part.error = part.elsewhere ? Errors.NONE : Errors.UNKNOWN_TOPIC_OR_PARTITION;
            hosts.acknowledged(ask);
            return;
        }
        final long ticket = writes.newTicket();
        for (final AckAsk.Batch batch : part.batches) {
            final AckResult result = share.acknowledge(
                    ask.memberId,
                    batch.first(),
                    batch.last(),
                    batch.types(),
                    ticket,
                    hosts.rules(key.group()).limits(),
                    hosts.core().nowNs());
            if (result != AckResult.OK) {
                share.rollBack(ticket - 1, ticket);
                part.error = result == AckResult.OUT_OF_RANGE ? Errors.INVALID_REQUEST : Errors.INVALID_RECORD_STATE;
                part.message = messageOf(result);
                hosts.acknowledged(ask);
                return;
            }
        }
        writes.write(error -> {
            part.error = error;
            if (error == Errors.NONE) {
                hosts.meter().onSaid(part.batches);
            }
            hosts.acknowledged(ask);
        });
    }

    private static String messageOf(final AckResult result) {
        return switch (result) {
            case OK -> null;
            case INVALID_STATE -> "The records cannot be acknowledged: the member does not hold them.";
            case OUT_OF_RANGE -> "Batch record not found. The last offset in request is past acquired records.";
            case NO_RENEWAL -> "Renewing acquisition locks is not enabled for the group.";
        };
    }

    /** A session has ended: what was handed out in it may go to others. */
    void release(final Holder holder) {
        if (isServing()
                && share.release(
                        holder, writes.newTicket(), hosts.rules(key.group()).limits())) {
            writes.write(error -> {});
        }
    }

    private void onWritten(final Errors error) {
        if (error == Errors.NOT_LEADER_OR_FOLLOWER
                || error == Errors.GROUP_ID_NOT_FOUND
                || error == Errors.UNKNOWN_TOPIC_OR_PARTITION) {
            end(error);
        } else if (isServing()) {
            startKept |= error == Errors.NONE;
            armLocks(share.earliestLockEndNs());
            writeDeadLetters();
            if (isAcquirable()) {
                wake();
            }
            checkDeparture();
        }
    }

    // Dead letters

    boolean isActive() {
        return state == State.ACTIVE;
    }

    private void writeDeadLetters() {
        if (letters == null && state == State.ACTIVE && share.hasDeadLetters(writes.keptExpired())) {
            letters = new DeadLetterRound(hosts, this);
            hosts.deadLetters().enter(letters);
        }
    }

    /** Tells of the next records of which letters are to tell; there must be some, and the partition active. */
    void deadLetters(final long recordsMax, final RecordRanges told) {
        told.clear();
        share.deadLetters(writes.keptExpired(), recordsMax, told);
    }

    long lettersWaiting() {
        return isServing() ? share.deadLetters() : 0;
    }

    /**
     * The letters up to this offset are written, or never will be.
     *
     * @param tally of those that are, or of the others
     */
    void onDeadLettersEnd(final RecordRanges written, final long last, final Tally tally) {
        letters = null;
        if (!isServing()) {
            return;
        }
        final RecordRanges changed = hosts.acquired();
        share.archive(written, last, changed);
        tally.add(changed.records());
        if (!changed.isEmpty()) {
            writes.writeExpired(changed);
        }
        if (isAcquirable()) {
            wake();
        }
        writeDeadLetters();
        checkDeparture();
    }

    // Going to another core

    /** Takes on nothing new; {@link ShareDeparture#check} is told when something ends that was under way. */
    void depart(final ShareDeparture with) {
        if (state != State.ACTIVE) {
            end(Errors.NOT_LEADER_OR_FOLLOWER);
            return;
        }
        state = State.DEPARTING;
        departure = with;
        log.endWatch();
        wake();
        releaseStaying();
        serveQueue();
    }

    private void releaseStaying() {
        if (share.releaseStaying(writes.newTicket(), hosts.rules(key.group()).limits())) {
            writes.write(error -> {});
        }
    }

    private boolean isServing() {
        return state == State.ACTIVE || state == State.DEPARTING;
    }

    void checkDeparture() {
        if (departure != null) {
            departure.check();
        }
    }

    boolean hasEnded() {
        return state == State.ENDED;
    }

    /** Whether nothing is under way that its members or the log of its state would wait for. */
    boolean isQuiet() {
        return reading == null && writes.isQuiet() && (letters == null || !letters.isUnderWay());
    }

    /** Ends here, and hands over what goes on elsewhere. */
    ShareParting part() {
        state = State.ENDED;
        hosts.core().deadlines().disarm(locks);
        hosts.forget(this);
        return writes.part(startKept);
    }

    /** Goes on where another core has stopped. */
    void takeOver(final ShareParting parting) {
        state = State.ACTIVE;
        usedNs = hosts.core().nowNs();
        startKept = parting.startKept();
        stateEpoch = parting.stateEpoch();
        share = parting.share();
        writes.takeOver(parting);
        // Once more: what was being said of them as they left may have come to nothing.
        releaseStaying();
        armLocks(share.earliestLockEndNs());
        writeDeadLetters();
    }

    // Time

    private void armLocks(final long endNs) {
        if (endNs < locksEndNs) {
            locksEndNs = endNs;
            hosts.core().deadlines().arm(locks, endNs);
        }
    }

    private void onLocksEnd(final long nowNs) {
        locksEndNs = SharePartition.NEVER;
        if (state == State.FAILED) {
            end(failure);
        } else if (isServing()) {
            final RecordRanges changed = hosts.acquired();
            changed.clear();
            share.expire(nowNs, hosts.rules(key.group()).limits(), writes.nextExpired(), changed);
            if (!changed.isEmpty()) {
                hosts.meter().expired.add(changed.records());
                writes.writeExpired(changed);
                wake();
            }
            armLocks(share.earliestLockEndNs());
        }
    }

    /** Whether nobody has had anything to do with it for so long, and all is kept that happened. */
    boolean isAtRest(final long forNs) {
        return state == State.ACTIVE
                && hosts.core().nowNs() - usedNs > forNs
                && reading == null
                && letters == null
                && waiters.stream().allMatch(each -> each.told)
                && share.earliestLockEndNs() == SharePartition.NEVER
                && writes.isIdle();
    }

    /** Ends what is at rest, once the next to come finds the same start. */
    void rest() {
        if (startKept) {
            end(Errors.NOT_LEADER_OR_FOLLOWER);
        } else {
            writes.keepStart();
        }
    }

    /** Now and then: nobody watches for nobody, and who waits without a watch looks again. */
    void sweep() {
        if (state != State.ACTIVE) {
            return;
        }
        waiters.removeIf(each -> each.told);
        if (waiters.isEmpty()) {
            log.endWatch();
        } else if (!log.isWatching()
                && share.canAcquire(hosts.rules(key.group()).limits())) {
            onNews();
        }
    }

    /** The state that somebody has begun anew is a later one than this. */
    boolean isOlderThan(final int newStateEpoch) {
        return state == State.LOADING || stateEpoch < newStateEpoch;
    }

    /** Whoever comes next finds another in its place, or that the partition is elsewhere. */
    void end(final Errors why) {
        if (state != State.ENDED) {
            if (isServing()) {
                hosts.meter().onDropped(share);
            }
            state = State.ENDED;
            hosts.core().deadlines().disarm(locks);
            hosts.forget(this);
            writes.end(why);
            log.endWatch();
            wake();
            serveQueue();
            checkDeparture();
        }
    }
}
