package io.millrace.net.kafka.produce;

import io.millrace.engine.batch.BatchFlyweight;
import io.millrace.engine.batch.RecordWalker;
import io.millrace.net.kafka.wire.ProduceRequest;
import org.agrona.collections.IntArrayList;
import org.apache.kafka.common.protocol.Errors;

/**
 * Names the records for which a batch was refused. Its owner told the first; where each of them lacks a key, the others
 * are looked up in the batch, which is still here as the producer sent it. One for each core.
 */
final class RefusedRecords {
    /** How many are named at most; so many the owner would name too. */
    private static final int COUNT_MAX = 1_000;

    private final BatchFlyweight batch = new BatchFlyweight();
    private final RecordWalker walker = new RecordWalker();
    private final IntArrayList refused = new IntArrayList();

    /** Indexes in the batch, ascending; nothing if no single record is to blame. Valid until the next call. */
    IntArrayList of(final ProduceRequest request, final ProduceParts parts, final int part) {
        refused.clear();
        final int first = parts.badRecord(part);
        if (first >= 0) {
            refused.addInt(first);
            if (parts.error(part) == Errors.INVALID_RECORD) {
                batch.wrap(request.buffer(), parts.recordsOffset(part), parts.recordsLength(part));
                addKeyless(first);
            }
        }
        return refused;
    }

    private void addKeyless(final int first) {
        if (batch.isCompressed()) {
            return;
        }
        walker.wrap(batch);
        while (refused.size() < COUNT_MAX && walker.next()) {
            if (walker.index() == first && walker.hasKey()) {
                return;
            }
            if (walker.index() > first && !walker.hasKey()) {
                refused.addInt(walker.index());
            }
        }
    }
}
