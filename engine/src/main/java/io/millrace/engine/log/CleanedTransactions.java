package io.millrace.engine.log;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.RecordWalker;
import io.millrace.engine.status.PlantedBug;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which transactions are under way while a compaction reads a log from one end to the other: what an aborted one wrote
 * goes, a marker goes once nothing of its transaction is left. One thread at a time.
 */
final class CleanedTransactions {
    /** An aborted transaction; {@code lastOffset} is its marker's. */
    record Aborted(long producerId, long firstOffset, long lastOffset, long lastStableOffset) {}

    private static final int ABORT = 0;
    private static final int COMMIT = 1;

    private final List<Aborted> aborted = new ArrayList<>();
    private int next;
    private final Map<Long, Aborted> open = new HashMap<>();
    private final Set<Long> seenAborted = new HashSet<>();
    private final Set<Long> seenCommitted = new HashSet<>();
    private final List<Aborted> ended = new ArrayList<>();
    private final RecordWalker walker = new RecordWalker();

    /** Of those in the lists whose markers lie at {@code from} or beyond, and that began below {@code to}. */
    CleanedTransactions(final List<AbortedTransactions> lists, final long from, final long to) {
        for (final AbortedTransactions entries : lists) {
            for (int i = entries.countBelow(from); i < entries.count(); i++) {
                if (entries.firstOffset(i) < to) {
                    aborted.add(new Aborted(
                            entries.producerId(i),
                            entries.firstOffset(i),
                            entries.lastOffset(i),
                            entries.lastStableOffset(i)));
                }
            }
        }
        aborted.sort(Comparator.comparingLong(Aborted::firstOffset));
    }

    /** True if what the batch says counts for nobody any more. Every batch is shown here once, in order. */
    boolean isDiscardable(final BatchFlyweight batch) {
        while (next < aborted.size() && aborted.get(next).firstOffset <= batch.lastOffset()) {
            open.putIfAbsent(aborted.get(next).producerId, aborted.get(next));
            next++;
        }
        return batch.isControl() ? isMarkerAlone(batch) : isAborted(batch);
    }

    private boolean isAborted(final BatchFlyweight batch) {
        if (!batch.isTransactional()) {
            return false;
        }
        final boolean isAborted = open.containsKey(batch.producerId()) && !PlantedBug.TXN_ABORTED_COMPACTED.isPlanted();
        (isAborted ? seenAborted : seenCommitted).add(batch.producerId());
        return isAborted;
    }

    private boolean isMarkerAlone(final BatchFlyweight batch) {
        if (batch.recordCount() == 0) {
            return true;
        }
        return switch (typeOf(batch)) {
            case ABORT -> {
                final Aborted transaction = open.remove(batch.producerId());
                final boolean hadData = seenAborted.remove(batch.producerId());
                if (transaction != null && hadData) {
                    ended.add(transaction);
                }
                yield transaction == null || !hadData;
            }
            case COMMIT -> !seenCommitted.remove(batch.producerId());
            default -> false;
        };
    }

    private int typeOf(final BatchFlyweight batch) {
        walker.wrap(batch);
        return batch.isCompressed() || !walker.next() || walker.keyLength() < 4
                ? -1
                : walker.bytes().getShort(walker.keyPosition() + 2, ByteOrder.BIG_ENDIAN);
    }

    /** Those whose markers were met since the last call, and whose index entry has to stay. */
    List<Aborted> takeEnded() {
        final List<Aborted> taken = List.copyOf(ended);
        ended.clear();
        return taken;
    }
}
