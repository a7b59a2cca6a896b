package io.millrace.engine.share;

import io.millrace.engine.status.PlantedBug;
import java.util.function.Predicate;

/**
 * One partition as one share group works it off (KIP-932): which of its records are handed out, to whom, how often, and
 * where all that lies before is done. A change that a member asks for is begun under a ticket, and counts once somebody
 * has kept it ({@link #commit}), or is taken back ({@link #rollBack}); what time brings counts at once. Owned by the core
 * of the partition.
 *
 * <pre>
 *              acquire                   accept
 *   AVAILABLE ─────────► ACQUIRED ───────────────────► ACKNOWLEDGED
 *       ▲                 │  │ │  gap, reject, too often
 *       └─────────────────┘  │ └─────────────────────► ARCHIVED
 *        release, time over  │                            ▲
 *                            └───────► ARCHIVING ─────────┘
 *          reject, too often, where   letter is written, or cannot be
 *          there are dead letters
 * </pre>
 */
public final class SharePartition {
    /** No record is locked. */
    public static final long NEVER = Long.MAX_VALUE;

    private final RecordRuns runs = new RecordRuns();
    private final Acquisition acquisition = new Acquisition(runs);

    /** @param startOffset the first record that is not done */
    public SharePartition(final long startOffset) {
        runs.reset(startOffset);
    }

    /**
     * Takes over what was kept, range by range in order, before anything else: what lies between two ranges was perhaps
     * handed out, but nothing is known of it.
     */
    public void restore(
            final long first, final long last, final byte state, final short deliveries, final ShareLimits limits) {
        if (last < runs.end()) {
            return;
        }
        if (first > runs.end()) {
            runs.append(
                    first - 1,
                    PlantedBug.SHARE_START_TOO_FAR.isPlanted() ? RecordState.ARCHIVED : RecordState.AVAILABLE,
                    0);
        }
        final byte restored = switch (state) {
            case RecordState.ACQUIRED -> RecordState.AVAILABLE;
            case RecordState.ARCHIVING -> restoredLetter(deliveries, limits);
            default -> state;
        };
        runs.append(last, restored, PlantedBug.SHARE_COUNTS_FORGOTTEN.isPlanted() ? 0 : deliveries);
    }

    private static byte restoredLetter(final short deliveries, final ShareLimits limits) {
        if (PlantedBug.SHARE_LETTERS_NOT_RESUMED.isPlanted()) {
            return RecordState.ARCHIVED;
        }
        return deliveries >= limits.deliveriesMax() ? RecordState.ARCHIVING : RecordState.ARCHIVING_REJECTED;
    }

    /** All was taken over. */
    public void restored() {
        advance();
    }

    /** The first record that is not done. */
    public long startOffset() {
        return runs.start();
    }

    /** The first record that was never handed out. */
    public long endOffset() {
        return runs.end();
    }

    /** Records from the first to the last in flight. */
    public long inFlight() {
        return runs.end() - runs.start();
    }

    /** Records behind the start that are done, or will be once the changes up to this ticket are kept. */
    public int deliveryCompleteCount(final long upToTicket) {
        long complete = 0;
        for (int run = 0; run < runs.count(); run++) {
            final boolean changes = runs.target[run] != RecordState.NONE && runs.ticket[run] <= upToTicket;
            complete += RecordState.isTerminal(changes ? runs.target[run] : runs.state[run]) ? runs.length(run) : 0;
        }
        return (int) Math.min(Integer.MAX_VALUE, complete);
    }

    /** Whether there may be something to hand out, as far as is known without looking into the log. */
    public boolean canAcquire(final ShareLimits limits) {
        return nextOffset() < runs.end() || inFlight() < limits.recordsMax();
    }

    /** Where to look for the next record to hand out. */
    public long nextOffset() {
        for (int run = 0; run < runs.count(); run++) {
            if (runs.isAvailable(run)) {
                return runs.first[run];
            }
        }
        return runs.end();
    }

    /**
     * Hands out records that were found in the log.
     *
     * @param fetchOffset where the log was read from: {@link #nextOffset}, as it was then
     * @param recordsMax  how many at most; to the end of a batch, unless {@code exact}
     * @param batchSize   about how many records are to be in one range
     * @param acquired    told which
     * @return how many
     */
    public long acquire(
            final Holder holder,
            final FoundBatches batches,
            final long fetchOffset,
            final int recordsMax,
            final int batchSize,
            final boolean exact,
            final ShareLimits limits,
            final long nowNs,
            final RecordRanges acquired) {
        acquired.clear();
        if (batches.count() == 0 || recordsMax <= 0 || batches.last() < runs.start()) {
            return 0;
        }
        acquisition.begin(holder, batches, limits, nowNs, acquired);
        acquisition.archiveWhatIsNoMore(fetchOffset);
        final long again = acquisition.acquireAgain(recordsMax);
        if (again < recordsMax && !acquisition.isThrottled()) {
            acquisition.acquireNew((int) (recordsMax - again), batchSize, exact);
        }
        advance();
        return acquired.records();
    }

    /**
     * Begins what a member says of the records from the first to the last.
     *
     * @param types  what it says of each, or the one thing that it says of all
     * @param ticket a new one for all that a request says, larger than all before
     */
    public AckResult acknowledge(
            final String memberId,
            final long first,
            final long last,
            final byte[] types,
            final long ticket,
            final ShareLimits limits,
            final long nowNs) {
        final long from = Math.max(first, runs.start());
        if (last < from) {
            return AckResult.OK;
        }
        if (last >= runs.end()) {
            return AckResult.OUT_OF_RANGE;
        }
        final int begin = runs.splitAt(from);
        final int behind = runs.splitAt(last + 1);
        for (int run = begin; run < behind; run++) {
            if (runs.state[run] != RecordState.ACQUIRED
                    || runs.target[run] != RecordState.NONE
                    || !runs.holder[run].memberId().equals(memberId)) {
                return AckResult.INVALID_STATE;
            }
        }
        if (types.length == 1) {
            return begin(begin, behind, types[0], ticket, limits, nowNs);
        }
        AckResult result = AckResult.OK;
        for (long offset = from; offset <= last && result == AckResult.OK; ) {
            final byte type = types[(int) (offset - first)];
            long next = offset + 1;
            while (next <= last && types[(int) (next - first)] == type) {
                next++;
            }
            final int one = runs.splitAt(offset);
            result = begin(one, runs.splitAt(next), type, ticket, limits, nowNs);
            offset = next;
        }
        return result;
    }

    private AckResult begin(
            final int from,
            final int behind,
            final byte type,
            final long ticket,
            final ShareLimits limits,
            final long nowNs) {
        if (type == AcknowledgeType.RENEW && !limits.renews()) {
            return AckResult.NO_RENEWAL;
        }
        for (int run = from; run < behind; run++) {
            if (type == AcknowledgeType.RENEW) {
                runs.lockedUntilNs[run] = nowNs + limits.lockNs();
            } else {
                begin(run, stateAfter(type, runs.deliveries[run], limits), ticket);
            }
        }
        return AckResult.OK;
    }

    private void begin(final int run, final byte target, final long ticket) {
        runs.target[run] = target;
        runs.ticket[run] = ticket;
    }

    private static byte stateAfter(final byte type, final int deliveries, final ShareLimits limits) {
        return switch (type) {
            case AcknowledgeType.ACCEPT -> RecordState.ACKNOWLEDGED;
            case AcknowledgeType.RELEASE -> stateOfReleased(deliveries, limits);
            case AcknowledgeType.REJECT -> limits.deadLetters() ? RecordState.ARCHIVING_REJECTED : RecordState.ARCHIVED;
            default -> RecordState.ARCHIVED;
        };
    }

    private static byte stateOfReleased(final int deliveries, final ShareLimits limits) {
        if (deliveries < limits.deliveriesMax()) {
            return RecordState.AVAILABLE;
        }
        return limits.deadLetters() ? RecordState.ARCHIVING : RecordState.ARCHIVED;
    }

    /** Begins to give back all that a member was handed out in a session; false if there is nothing. */
    public boolean release(final Holder holder, final long ticket, final ShareLimits limits) {
        return release(each -> each.equals(holder) || PlantedBug.SHARE_LOCKS_GIVEN_AWAY.isPlanted(), ticket, limits);
    }

    /** The records go to another core: begins to give back what those hold who stay behind; false if there is nothing. */
    public boolean releaseStaying(final long ticket, final ShareLimits limits) {
        return release(Holder::staysBehind, ticket, limits);
    }

    private boolean release(final Predicate<Holder> which, final long ticket, final ShareLimits limits) {
        boolean any = false;
        for (int run = 0; run < runs.count(); run++) {
            if (runs.state[run] == RecordState.ACQUIRED
                    && runs.target[run] == RecordState.NONE
                    && which.test(runs.holder[run])) {
                begin(run, stateOfReleased(runs.deliveries[run], limits), ticket);
                any = true;
            }
        }
        return any;
    }

    /** Tells of the changes that are under way with tickets above the one and up to the other. */
    public void changes(final long aboveTicket, final long upToTicket, final RecordRanges told) {
        for (int run = 0; run < runs.count(); run++) {
            if (runs.target[run] != RecordState.NONE
                    && runs.ticket[run] > aboveTicket
                    && runs.ticket[run] <= upToTicket) {
                told.addOrProlong(runs.first[run], runs.last(run), runs.target[run], runs.deliveries[run]);
            }
        }
    }

    /**
     * Tells how records from the first to the last are to be kept: not those that are with members, nor those of which changes
     * are under way.
     */
    public void kept(final long first, final long last, final RecordRanges told) {
        for (int run = 0; run < runs.count(); run++) {
            final long from = Math.max(first, runs.first[run]);
            final long to = Math.min(last, runs.last(run));
            if (from <= to
                    && runs.state[run] != RecordState.ACQUIRED
                    && runs.target[run] == RecordState.NONE
                    && runs.deliveries[run] > 0) {
                told.addOrProlong(from, to, runs.state[run], runs.deliveries[run]);
            }
        }
    }

    /** The changes with tickets up to this one count from now on. */
    public void commit(final long upToTicket) {
        for (int run = 0; run < runs.count(); run++) {
            if (runs.target[run] != RecordState.NONE && runs.ticket[run] <= upToTicket) {
                runs.settle(run, runs.target[run]);
            }
        }
        advance();
    }

    /** The changes with tickets above the one and up to the other are taken back; their records stay where they were. */
    public void rollBack(final long aboveTicket, final long upToTicket) {
        for (int run = 0; run < runs.count(); run++) {
            if (runs.target[run] != RecordState.NONE
                    && runs.ticket[run] > aboveTicket
                    && runs.ticket[run] <= upToTicket) {
                begin(run, RecordState.NONE, 0);
            }
        }
        runs.join();
    }

    /**
     * Takes records back from members whose time is over, but for those that something is said of right now.
     *
     * @param ticket  under which {@link #deadLetters} knows that the changes are kept; larger than all before
     * @param changed told what became of them
     */
    public void expire(final long nowNs, final ShareLimits limits, final long ticket, final RecordRanges changed) {
        for (int run = 0; run < runs.count(); run++) {
            if (runs.state[run] == RecordState.ACQUIRED
                    && runs.target[run] == RecordState.NONE
                    && runs.lockedUntilNs[run] <= nowNs) {
                runs.settle(run, stateOfReleased(runs.deliveries[run], limits));
                runs.ticket[run] = RecordState.isArchiving(runs.state[run]) ? ticket : 0;
                changed.addOrProlong(runs.first[run], runs.last(run), runs.state[run], runs.deliveries[run]);
            }
        }
        advance();
    }

    /**
     * Tells of records on their way to the dead-letter topic, the first ones in order, as far as it is kept that they
     * are.
     *
     * @param keptTicket the last one of {@link #expire} whose changes are kept
     * @param recordsMax how many at most
     */
    public void deadLetters(final long keptTicket, final long recordsMax, final RecordRanges told) {
        long room = recordsMax;
        for (int run = 0; run < runs.count() && room > 0; run++) {
            if (isDeadLetter(run, keptTicket)) {
                final long records = Math.min(room, runs.length(run));
                told.add(runs.first[run], runs.first[run] + records - 1, runs.state[run], runs.deliveries[run]);
                room -= records;
            }
        }
    }

    /** How many records are on their way to the dead-letter topic. */
    public long deadLetters() {
        long letters = 0;
        for (int run = 0; run < runs.count(); run++) {
            letters += RecordState.isArchiving(runs.state[run]) ? runs.length(run) : 0;
        }
        return letters;
    }

    /** Whether {@link #deadLetters} tells of any. */
    public boolean hasDeadLetters(final long keptTicket) {
        for (int run = 0; run < runs.count(); run++) {
            if (isDeadLetter(run, keptTicket)) {
                return true;
            }
        }
        return false;
    }

    private boolean isDeadLetter(final int run, final long keptTicket) {
        return RecordState.isArchiving(runs.state[run]) && runs.ticket[run] <= keptTicket;
    }

    /**
     * The records up to the last offset have gone to the dead-letter topic, or never will.
     *
     * @param letters what {@link #deadLetters} has told
     * @param changed told of those that are archived now
     */
    public void archive(final RecordRanges letters, final long last, final RecordRanges changed) {
        for (int i = 0; i < letters.count(); i++) {
            final long from = Math.max(letters.first(i), runs.start());
            final long to = Math.min(letters.last(i), last);
            if (from <= to) {
                archive(runs.splitAt(from), runs.splitAt(to + 1), changed);
            }
        }
        advance();
    }

    private void archive(final int begin, final int behind, final RecordRanges changed) {
        for (int run = begin; run < behind; run++) {
            if (RecordState.isArchiving(runs.state[run])) {
                runs.settle(run, RecordState.ARCHIVED);
                changed.addOrProlong(runs.first[run], runs.last(run), RecordState.ARCHIVED, runs.deliveries[run]);
            }
        }
    }

    /** When the first lock of those that nothing is said of ends, or {@link #NEVER}. */
    public long earliestLockEndNs() {
        long earliest = NEVER;
        for (int run = 0; run < runs.count(); run++) {
            if (runs.state[run] == RecordState.ACQUIRED && runs.target[run] == RecordState.NONE) {
                earliest = Math.min(earliest, runs.lockedUntilNs[run]);
            }
        }
        return earliest;
    }

    /** The log begins there now: what lay before is no more, but for letters that tell of it. */
    public void onLogStart(final long logStartOffset) {
        if (logStartOffset <= runs.start()) {
            return;
        }
        final long archiving = firstArchivingBefore(Math.min(logStartOffset, runs.end()));
        if (archiving >= Math.min(logStartOffset, runs.end())) {
            runs.dropBefore(logStartOffset);
        } else {
            runs.dropBefore(archiving);
            if (logStartOffset > runs.end()) {
                runs.append(logStartOffset - 1, RecordState.ARCHIVED, 0);
            }
            final int behind = runs.splitAt(logStartOffset);
            for (int run = 0; run < behind; run++) {
                if (runs.isAvailable(run)) {
                    runs.settle(run, RecordState.ARCHIVED);
                }
            }
        }
        advance();
    }

    /** The first record on its way to the dead-letter topic; the end that is given, or more, if none lies before it. */
    private long firstArchivingBefore(final long end) {
        for (int run = 0; run < runs.count() && runs.first[run] < end; run++) {
            if (RecordState.isArchiving(runs.state[run])) {
                return runs.first[run];
            }
        }
        return end;
    }

    private void advance() {
        int done = 0;
        while (done < runs.count()
                && RecordState.isTerminal(runs.state[done])
                && runs.target[done] == RecordState.NONE) {
            done++;
        }
        if (done > 0) {
            runs.dropBefore(done == runs.count() ? runs.end() : runs.first[done]);
        }
        runs.join();
    }
}
