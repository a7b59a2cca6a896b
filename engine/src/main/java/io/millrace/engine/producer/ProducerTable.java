package io.millrace.engine.producer;

import static io.millrace.engine.batch.BatchFlyweight.NO_PRODUCER_EPOCH;
import static io.millrace.engine.batch.BatchFlyweight.NO_TIMESTAMP;
import static io.millrace.engine.producer.ProducerEntries.NO_OFFSET;

import io.millrace.engine.batch.AbortedSink;
import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.Crc32c;
import io.millrace.engine.batch.Sequences;
import io.millrace.engine.status.Outcome;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2LongHashMap;

/**
 * One partition's idempotent producers: what each wrote last, so that a retry is answered instead of stored again and a
 * gap is refused. Semantics are Apache Kafka's. Nothing is allocated for producers already known. Owned by the
 * partition's core.
 *
 * <p>An append goes {@link #check}, {@link #apply}; what becomes of its write is told by {@link #settle} or {@link
 * #rollBackTo}. Recovery goes {@link #loadSnapshot}, then {@link #replay} for each batch of the log.
 */
public final class ProducerTable {
    private static final int NO_SLOT = -1;

    private static final long NO_FIRST = -1;
    private static final int REFUSED_FIRSTS_MAX = 1_000;

    /** Producer to epoch (upper half) and sequence of its first batch, where that was turned away and must come again. */
    private final Long2LongHashMap refusedFirsts = new Long2LongHashMap(NO_FIRST);

    /** As above, of batches that the old owner turned away after it had given the table to the new one; any thread. */
    private final TurnedAwayFirsts turnedAwayElsewhere = new TurnedAwayFirsts();

    private final Long2LongHashMap slots = new Long2LongHashMap(NO_SLOT);
    private final ProducerEntries entries = new ProducerEntries();
    private final ProducerUndo undo = new ProducerUndo();
    private final OpenTransactions open = new OpenTransactions();
    private final VerificationGuards guards = new VerificationGuards();
    private final TransactionMarker marker = new TransactionMarker();
    private final BatchFlyweight replayed = new BatchFlyweight();
    private Crc32c crc32c;
    private long expirationMs;
    private int expirySlot;
    private long latestMs;
    private AbortedSink aborted = AbortedSink.NONE;
    private long guard;
    private long duplicateBaseOffset = NO_OFFSET;
    private long duplicateLastOffset = NO_OFFSET;
    private long duplicateTimestampMs = NO_TIMESTAMP;

    /** @param expirationMs {@code producer.id.expiration.ms}: a producer unheard of for so long is forgotten */
    public ProducerTable(final long expirationMs, final Crc32c crc32c, final long nowMs) {
        this.expirationMs = expirationMs;
        this.crc32c = crc32c;
        this.latestMs = nowMs;
    }

    /** An empty one with the same settings. */
    public ProducerTable another() {
        return new ProducerTable(expirationMs, crc32c, latestMs);
    }

    /** The table belongs to another core from now on, which has a checksum of its own. */
    public void goOnWith(final Crc32c newCrc32c) {
        crc32c = newCrc32c;
    }

    /** A change of {@code producer.id.expiration.ms}. */
    public void expirationMs(final long changedMs) {
        expirationMs = changedMs;
    }

    /** Producers known. */
    public int size() {
        return slots.size();
    }

    /** Places for producers, in use or not: what {@link #removeExpired} has to look at. */
    public int slots() {
        return entries.slots();
    }

    /** As the other, for a client's batch that belongs to no transaction. */
    public Outcome check(final BatchFlyweight batch) {
        return check(batch, AppendFlags.NONE, 0, latestMs);
    }

    /**
     * Whether the batch may be appended now. DUPLICATE: it lies in the log already, at {@link #duplicateBaseOffset}.
     * TRANSACTION_UNVERIFIED: its transaction is not known here; if the transaction's coordinator says that this
     * partition belongs to it, the batch may come again with {@link #guard}. A batch without a producer id is always OK.
     *
     * @param flags    see {@link AppendFlags}
     * @param verified the guard that the batch comes again with
     */
    public Outcome check(final BatchFlyweight batch, final int flags, final long verified, final long nowMs) {
        if (!batch.hasProducerId()) {
            return batch.isTransactional() || batch.isControl() ? Outcome.INVALID_RECORD : Outcome.OK;
        }
        final int slot = slot(batch.producerId());
        if (batch.isControl()) {
            return checkMarker(batch, slot, flags);
        }
        if (slot != NO_SLOT && batch.producerEpoch() < entries.epoch(slot)) {
            return Outcome.STALE_PRODUCER_EPOCH;
        }
        if (!AppendFlags.has(flags, AppendFlags.INTERNAL)) {
            final Outcome transaction =
                    batch.isTransactional() ? checkTransaction(batch, slot, flags, verified, nowMs) : Outcome.OK;
            final Outcome outcome = transaction == Outcome.OK ? checkSequence(batch, slot) : transaction;
            if (outcome != Outcome.OK) {
                return outcome;
            }
        }
        // A batch outside of its producer's open transaction would be aborted or committed with it.
        return batch.isTransactional() || slot == NO_SLOT || entries.txnFirstOffset(slot) == NO_OFFSET
                ? Outcome.OK
                : Outcome.INVALID_TXN_STATE;
    }

    private Outcome checkSequence(final BatchFlyweight batch, final int slot) {
        if (slot == NO_SLOT) {
            return overtakes(batch) ? Outcome.OUT_OF_ORDER_SEQUENCE : Outcome.OK;
        }
        final short epoch = batch.producerEpoch();
        final short knownEpoch = entries.epoch(slot);
        if (isDuplicate(slot, batch)) {
            return Outcome.DUPLICATE;
        }
        if (knownEpoch == NO_PRODUCER_EPOCH) {
            return Outcome.OK;
        }
        final int last = epoch == knownEpoch ? entries.lastSequence(slot) : BatchFlyweight.NO_SEQUENCE;
        return Sequences.follows(last, batch.baseSequence()) ? Outcome.OK : Outcome.OUT_OF_ORDER_SEQUENCE;
    }

    /** Whether the batch goes on with a transaction that is known here, or begins one that was verified. */
    private Outcome checkTransaction(
            final BatchFlyweight batch, final int slot, final int flags, final long verified, final long nowMs) {
        if (slot != NO_SLOT
                && entries.txnFirstOffset(slot) != NO_OFFSET
                && entries.epoch(slot) == batch.producerEpoch()) {
            return Outcome.OK;
        }
        if (!AppendFlags.has(flags, AppendFlags.VERIFIED)) {
            guard = guards.begin(batch, AppendFlags.has(flags, AppendFlags.EPOCH_BUMPS), nowMs);
            return Outcome.TRANSACTION_UNVERIFIED;
        }
        if (slot != NO_SLOT && isDuplicate(slot, batch)) {
            return Outcome.DUPLICATE;
        }
        if (!guards.holds(batch, verified)) {
            return Outcome.INVALID_TXN_STATE;
        }
        return guards.isOutOfOrder(batch, slot != NO_SLOT && entries.batches(slot) > 0)
                ? Outcome.OUT_OF_ORDER_SEQUENCE
                : Outcome.OK;
    }

    private Outcome checkMarker(final BatchFlyweight batch, final int slot, final int flags) {
        if (!AppendFlags.has(flags, AppendFlags.INTERNAL) || !marker.wrap(batch)) {
            return Outcome.INVALID_RECORD;
        }
        if (slot == NO_SLOT) {
            return Outcome.OK;
        }
        final short epoch = batch.producerEpoch();
        final short known = entries.epoch(slot);
        // Written a second time since the coordinator did not hear of the first; no epoch is left at the very last one.
        final boolean isRepeated =
                epoch == known && (entries.txnFirstOffset(slot) == NO_OFFSET || epoch == Short.MAX_VALUE);
        if (epoch < known || (epoch == known && AppendFlags.has(flags, AppendFlags.EPOCH_BUMPS) && !isRepeated)) {
            return Outcome.STALE_PRODUCER_EPOCH;
        }
        return marker.coordinatorEpoch() < entries.coordinatorEpoch(slot) ? Outcome.COORDINATOR_FENCED : Outcome.OK;
    }

    /** After TRANSACTION_UNVERIFIED: what the batch must come again with. */
    public long guard() {
        return guard;
    }

    /** After DUPLICATE: the offset at which the batch was stored first. */
    public long duplicateBaseOffset() {
        return duplicateBaseOffset;
    }

    /** After DUPLICATE: its last offset; the stored batch may still be under way, so an ack must wait for this. */
    public long duplicateLastOffset() {
        return duplicateLastOffset;
    }

    /** After DUPLICATE: the largest timestamp of the stored batch. */
    public long duplicateTimestampMs() {
        return duplicateTimestampMs;
    }

    /** Notes a batch that was given its offset and is about to be written; may be rolled back until settled. */
    public void apply(final BatchFlyweight batch, final long nowMs) {
        latestMs = nowMs;
        if (!batch.hasProducerId()) {
            return;
        }
        int slot = slot(batch.producerId());
        final boolean isNew = slot == NO_SLOT;
        if (isNew) {
            slot = add(batch.producerId());
            refusedFirsts.remove(batch.producerId());
        }
        // Of a producer that was known all along too: the old owner cannot tell.
        turnedAwayElsewhere.remove(batch.producerId());
        undo.push(batch.baseOffset(), slot, isNew, entries);
        if (batch.isControl()) {
            if (marker.wrap(batch)) {
                end(slot, batch, nowMs, false);
            }
        } else {
            note(slot, batch, nowMs);
        }
        if (batch.isTransactional()) {
            guards.onAppended(batch);
        }
    }

    /** A batch that lies in the log for good: found by recovery, or copied from a leader. */
    public void replay(final DirectBuffer buffer, final int offset, final int length) {
        replayed.wrap(buffer, offset, length);
        if (!replayed.hasProducerId()) {
            return;
        }
        int slot = slot(replayed.producerId());
        if (slot == NO_SLOT) {
            slot = add(replayed.producerId());
        }
        final long seenMs = Math.max(latestMs, replayed.maxTimestamp());
        if (!replayed.isControl()) {
            note(slot, replayed, seenMs);
        } else if (marker.wrap(replayed)) {
            end(slot, replayed, seenMs, true);
        }
    }

    /** The marker that was read last ends the producer's transaction, if it has one here. */
    private void end(final int slot, final BatchFlyweight batch, final long seenMs, final boolean forGood) {
        final long firstOffset = entries.txnFirstOffset(slot);
        entries.epoch(slot, batch.producerEpoch());
        entries.coordinatorEpoch(slot, marker.coordinatorEpoch());
        entries.txnFirstOffset(slot, NO_OFFSET);
        entries.lastTimestampMs(slot, batch.maxTimestamp());
        entries.lastSeenMs(slot, seenMs);
        if (firstOffset == NO_OFFSET) {
            return;
        }
        final long lastOffset = batch.lastOffset();
        if (forGood) {
            open.remove(firstOffset);
        } else {
            open.end(firstOffset, lastOffset);
        }
        if (!marker.isCommit()) {
            final long next = open.firstUnderWayBut(batch.producerId());
            aborted.onAborted(
                    batch.producerId(), firstOffset, lastOffset, next == OpenTransactions.NONE ? lastOffset + 1 : next);
        }
    }

    /** Who is told of transactions that were aborted, from now on. */
    public void abortedTo(final AbortedSink sink) {
        aborted = sink;
    }

    /** Transactions whose markers lie below are decided for everyone. */
    public void onCommitted(final long highWatermark) {
        open.settle(highWatermark);
    }

    /** Where the oldest transaction begins that is not decided for everyone, or a very large number. */
    public long firstUnstableOffset() {
        return open.firstOffset();
    }

    /** Adds everyone who is known. */
    public void describe(final Consumer<ProducerState> consumer) {
        for (int slot = 0; slot < entries.slots(); slot++) {
            if (entries.isUsed(slot)) {
                consumer.accept(new ProducerState(
                        entries.producerId(slot),
                        entries.epoch(slot),
                        entries.lastSequence(slot),
                        entries.lastTimestampMs(slot),
                        entries.coordinatorEpoch(slot),
                        entries.txnFirstOffset(slot)));
            }
        }
    }

    /** Undoes every applied batch whose base offset is at or beyond {@code offset}, newest first. */
    public void rollBackTo(final long offset) {
        open.rollBackTo(offset);
        while (!undo.isEmpty() && undo.newestBaseOffset() >= offset) {
            final int slot = undo.newestSlot();
            final boolean isNew = undo.newestIsNew();
            if (isNew) {
                expectFirst(entries.producerId(slot), entries.epoch(slot), entries.batchFirstSequence(slot, 0));
            }
            undo.pop(entries);
            if (isNew) {
                remove(slot);
            }
        }
    }

    /**
     * A sound batch was turned away for a passing reason, a full disk say, before it was applied. If it is the first of
     * its producer, a later one already under way must not overtake it: an unknown producer may begin anywhere.
     */
    public void onTurnedAway(final BatchFlyweight batch) {
        if (batch.hasProducerId() && slot(batch.producerId()) == NO_SLOT) {
            final long known = refusedFirsts.get(batch.producerId());
            if (known == NO_FIRST || (short) (known >>> Integer.SIZE) != batch.producerEpoch()) {
                expectFirst(batch.producerId(), batch.producerEpoch(), batch.baseSequence());
            }
        }
    }

    /** As {@link #onTurnedAway}, told by the core that the table is leaving or has left, before the client hears of it. */
    public void onTurnedAwayElsewhere(final BatchFlyweight batch) {
        if (batch.hasProducerId()) {
            turnedAwayElsewhere.add(batch.producerId(), batch.producerEpoch(), batch.baseSequence());
        }
    }

    private void expectFirst(final long producerId, final short epoch, final int sequence) {
        if (refusedFirsts.size() >= REFUSED_FIRSTS_MAX) {
            refusedFirsts.clear();
        }
        refusedFirsts.put(producerId, (long) epoch << Integer.SIZE | Integer.toUnsignedLong(sequence));
    }

    private boolean overtakes(final BatchFlyweight batch) {
        return isBeyond(refusedFirsts.get(batch.producerId()), batch)
                || isBeyond(turnedAwayElsewhere.get(batch.producerId()), batch);
    }

    private static boolean isBeyond(final long first, final BatchFlyweight batch) {
        return first != NO_FIRST
                && (short) (first >>> Integer.SIZE) == batch.producerEpoch()
                && batch.baseSequence() - (int) first > 0;
    }

    /** Batches below the offset will never be rolled back. */
    public void settle(final long offset) {
        undo.settle(offset);
    }

    /** Forgets everything. */
    public void clear() {
        slots.clear();
        slots.compact();
        entries.clear();
        undo.clear();
        open.clear();
        guards.clear();
        refusedFirsts.clear();
        turnedAwayElsewhere.clear();
        expirySlot = 0;
    }

    /**
     * Forgets producers that were not heard of for the expiration time, looking at no more than {@code slotsMax} of
     * them; later calls go on from there. Returns how many were forgotten.
     */
    public int removeExpired(final long nowMs, final int slotsMax) {
        guards.expire(nowMs, expirationMs);
        final int looked = Math.min(slotsMax, entries.slots());
        int removed = 0;
        for (int i = 0; i < looked; i++) {
            final int slot = expirySlot % entries.slots();
            expirySlot = slot + 1;
            if (entries.isUsed(slot) && isExpired(slot, nowMs)) {
                remove(slot);
                removed++;
            }
        }
        return removed;
    }

    /** The state in Apache Kafka's snapshot format, in memory of its own. */
    public DirectBuffer encodeSnapshot() {
        return ProducerSnapshot.encode(entries, slots.size(), crc32c);
    }

    /** The snapshot of now, to be encoded once, later and on any thread. */
    public Supplier<DirectBuffer> freezeSnapshot() {
        final ProducerEntries frozen = entries.freeze();
        final int count = slots.size();
        return () -> ProducerSnapshot.encode(frozen, count, new Crc32c());
    }

    /** Replaces the state by a snapshot's; false if the bytes are not a sound snapshot (the state is then empty). */
    public boolean loadSnapshot(final DirectBuffer bytes, final int offset, final int length, final long nowMs) {
        clear();
        latestMs = nowMs;
        final ProducerSnapshot snapshot = new ProducerSnapshot(crc32c);
        if (!snapshot.wrap(bytes, offset, length)) {
            return false;
        }
        while (snapshot.next()) {
            final int known = slot(snapshot.producerId());
            final int slot = known == NO_SLOT ? add(snapshot.producerId()) : known;
            snapshot.copyTo(entries, slot);
            if (isExpired(slot, nowMs)) {
                remove(slot);
            }
        }
        for (int slot = 0; slot < entries.slots(); slot++) {
            if (entries.isUsed(slot) && entries.txnFirstOffset(slot) != NO_OFFSET) {
                open.begin(entries.producerId(slot), entries.txnFirstOffset(slot));
            }
        }
        return true;
    }

    private void note(final int slot, final BatchFlyweight batch, final long seenMs) {
        final long timestampMs = batch.maxTimestamp();
        entries.epoch(slot, batch.producerEpoch());
        entries.push(slot, batch.lastSequence(), batch.lastOffsetDelta(), batch.lastOffset(), timestampMs);
        entries.lastTimestampMs(slot, timestampMs);
        entries.lastSeenMs(slot, seenMs);
        if (batch.isTransactional() && entries.txnFirstOffset(slot) == NO_OFFSET) {
            entries.txnFirstOffset(slot, batch.baseOffset());
            open.begin(batch.producerId(), batch.baseOffset());
        }
    }

    private boolean isDuplicate(final int slot, final BatchFlyweight batch) {
        if (batch.producerEpoch() != entries.epoch(slot)) {
            return false;
        }
        final int firstSequence = batch.baseSequence();
        final int lastSequence = batch.lastSequence();
        for (int i = 0; i < entries.batches(slot); i++) {
            if (entries.batchFirstSequence(slot, i) == firstSequence
                    && entries.batchLastSequence(slot, i) == lastSequence) {
                duplicateBaseOffset = entries.batchFirstOffset(slot, i);
                duplicateLastOffset = entries.batchLastOffset(slot, i);
                duplicateTimestampMs = entries.batchTimestampMs(slot, i);
                return true;
            }
        }
        return false;
    }

    private boolean isExpired(final int slot, final long nowMs) {
        return entries.txnFirstOffset(slot) == NO_OFFSET
                && nowMs - entries.lastSeenMs(slot) >= expirationMs
                && entries.lastOffset(slot) < undo.oldestBaseOffset();
    }

    private int slot(final long producerId) {
        return (int) slots.get(producerId);
    }

    private int add(final long producerId) {
        final int slot = entries.acquire(producerId);
        slots.put(producerId, slot);
        return slot;
    }

    private void remove(final int slot) {
        slots.remove(entries.producerId(slot));
        turnedAwayElsewhere.remove(entries.producerId(slot));
        entries.release(slot);
    }
}
