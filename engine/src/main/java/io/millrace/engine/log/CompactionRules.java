package io.millrace.engine.log;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.port.BatchFilter;
import io.millrace.engine.status.PlantedBug;
import java.nio.ByteBuffer;

/**
 * What Apache Kafka's cleaner keeps: the last record of each key, tombstones and markers until their delete horizon,
 * records behind what the map knows, and the headers by which producers are known. One thread at a time.
 */
final class CompactionRules implements BatchFilter.Rules {
    private final OffsetMap map;
    private final CleanedTransactions transactions;
    private final LastRecords lastRecords;
    private final long endOffset;
    private final long tombstonesKeptFrom;
    private final long nowMs;

    private boolean markerAlone;
    private boolean discards;
    private boolean isControl;
    private boolean dropsTombstones;
    private boolean keepsTombstones;

    /**
     * @param endOffset          the first offset that may not be compacted: the batch that ends there keeps its header
     * @param tombstonesKeptFrom from there on tombstones stay: what they take back may still lie in a batch that was
     *                           left as it is
     */
    CompactionRules(
            final OffsetMap map,
            final CleanedTransactions transactions,
            final LastRecords lastRecords,
            final long endOffset,
            final long tombstonesKeptFrom,
            final long nowMs) {
        this.map = map;
        this.transactions = transactions;
        this.lastRecords = lastRecords;
        this.endOffset = endOffset;
        this.tombstonesKeptFrom = tombstonesKeptFrom;
        this.nowMs = nowMs;
    }

    @Override
    public BatchFilter.Keep onBatch(final BatchFlyweight batch) {
        final boolean discardable = transactions.isDiscardable(batch);
        final boolean pastHorizon = batch.hasDeleteHorizon() && batch.baseTimestamp() <= nowMs;
        isControl = batch.isControl();
        markerAlone = discardable && isControl;
        discards = discardable && (!isControl || pastHorizon);
        dropsTombstones = (pastHorizon && !keepsTombstones && batch.lastOffset() < tombstonesKeptFrom)
                || PlantedBug.COMPACTION_FORGETS_TOMBSTONES.isPlanted();
        if ((batch.hasProducerId() && lastRecords.isLast(batch)) || batch.nextOffset() == endOffset) {
            return BatchFilter.Keep.HEADER;
        }
        return discards ? BatchFilter.Keep.NOTHING : BatchFilter.Keep.RECORDS;
    }

    /** A batch stays whose records are not known: from here on nothing may go that takes one of them back. */
    void keepTombstones() {
        keepsTombstones = true;
    }

    @Override
    public boolean isMarkerAlone() {
        return markerAlone;
    }

    @Override
    public boolean keeps(final long offset, final ByteBuffer key, final boolean hasValue) {
        if (discards) {
            return false;
        }
        if (isControl || offset > map.latestOffset()) {
            return true;
        }
        if (PlantedBug.COMPACTION_DROPS_NEWEST.isPlanted() && offset % 16 == 0) {
            return false;
        }
        return key != null && offset >= map.get(key) && (hasValue || !dropsTombstones);
    }
}
