package io.millrace.net.kafka.share;

import io.millrace.engine.share.AcknowledgeType;
import io.millrace.engine.share.SharePartition;
import io.millrace.engine.status.Statistic.Unit;
import io.millrace.engine.status.Statistics;
import io.millrace.engine.status.Tally;
import java.util.List;

/** What is counted of the records of one core's share partitions, and of their dead letters. Owned by the core's thread. */
final class ShareMeter {
    final Tally acquired;
    final Tally expired;
    final Tally locksLost;
    final Tally lettersWritten;
    final Tally lettersFailed;
    /** As of the last look at all share partitions. */
    final Tally lettersWaiting;

    /** By the numbers of {@link AcknowledgeType}. */
    private final Tally[] said;

    ShareMeter(final Statistics statistics) {
        acquired = statistics.counter("share.acquired", Unit.COUNT);
        said = new Tally[] {
            statistics.counter("share.gaps", Unit.COUNT),
            statistics.counter("share.accepted", Unit.COUNT),
            statistics.counter("share.released", Unit.COUNT),
            statistics.counter("share.rejected", Unit.COUNT),
            statistics.counter("share.renewed", Unit.COUNT)
        };
        expired = statistics.counter("share.expired", Unit.COUNT);
        locksLost = statistics.counter("share.locks.lost", Unit.COUNT);
        lettersWritten = statistics.counter("share.letters.written", Unit.COUNT);
        lettersFailed = statistics.counter("share.letters.failed", Unit.COUNT);
        lettersWaiting = statistics.gauge("share.letters.waiting", Unit.COUNT);
    }

    /** Nobody goes on with it as it is: what is locked there is free. */
    void onDropped(final SharePartition share) {
        if (share.earliestLockEndNs() != SharePartition.NEVER) {
            locksLost.increment();
        }
    }

    /** What a member said counts. */
    void onSaid(final List<AckAsk.Batch> batches) {
        for (final AckAsk.Batch batch : batches) {
            final byte[] types = batch.types();
            if (types.length == 1) {
                said[types[0]].add(batch.last() - batch.first() + 1);
            } else {
                for (final byte type : types) {
                    said[type].increment();
                }
            }
        }
    }
}
