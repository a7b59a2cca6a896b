package io.millrace.net.kafka.share;

import io.millrace.engine.share.Holder;
import io.millrace.engine.share.RecordRanges;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** What a fetch wants of the share partitions of one core, and gets: handed over to that core, and back, as a whole. */
final class AcquireAsk {
    /** One share partition. */
    static final class Wanted {
        static final int NO_LEASE = -1;

        final ShareItem item;
        final long partitionKey;
        final int ownerEpoch;
        final Uuid topicId;
        Errors error = Errors.NONE;
        /** It is not to be had here, or not yet: whoever asks is to look again where it is. */
        boolean elsewhere;

        /** The bytes that hold what was handed out. */
        int leaseId = NO_LEASE;

        int bytes;
        RecordRanges acquired;
        /** There is something, but no lease was to be had. */
        boolean starved;

        Wanted(final ShareItem item) {
            this.item = item;
            partitionKey = item.key;
            ownerEpoch = item.ownerEpoch;
            topicId = item.topicId;
        }
    }

    final String group;
    final Holder holder;
    final int gatherer;
    final int batchSize;
    /** Whether not a single record more than wanted is to be handed out. */
    final boolean exact;

    /** Nothing is to be handed out, only the bytes counted that could be. */
    final boolean counts;

    final List<Wanted> wanted = new ArrayList<>();
    final Consumer<AcquireAsk> told;
    long recordsLeft;
    long bytesLeft;
    int next;

    /** @param told on the core that asks */
    AcquireAsk(
            final String group,
            final Holder holder,
            final int gatherer,
            final int batchSize,
            final boolean exact,
            final boolean counts,
            final Consumer<AcquireAsk> told) {
        this.group = group;
        this.holder = holder;
        this.gatherer = gatherer;
        this.batchSize = batchSize;
        this.exact = exact;
        this.counts = counts;
        this.told = told;
    }

    boolean isDone() {
        return next == wanted.size() || recordsLeft <= 0 || bytesLeft <= 0;
    }
}
