package io.millrace.net.kafka.share;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;

/** What a member says of records of one core's share partitions: handed over to that core, and back, as a whole. */
final class AckAsk {
    /** Records from the first to the last, and what is said of each, or the one thing said of all. */
    record Batch(long first, long last, byte[] types) {}

    /** Of one share partition. */
    static final class Part {
        final ShareItem item;
        final long partitionKey;
        final int ownerEpoch;
        final List<Batch> batches;
        Errors error = Errors.NONE;
        /** As {@link AcquireAsk.Wanted#elsewhere}. */
        boolean elsewhere;

        String message;

        Part(final ShareItem item, final List<Batch> batches) {
            this.item = item;
            partitionKey = item.key;
            ownerEpoch = item.ownerEpoch;
            this.batches = batches;
        }
    }

    final String group;
    final String memberId;
    final int gatherer;
    final List<Part> parts = new ArrayList<>();
    final Consumer<AckAsk> told;
    int missing;

    /** @param told on the core that asks */
    AckAsk(final String group, final String memberId, final int gatherer, final Consumer<AckAsk> told) {
        this.group = group;
        this.memberId = memberId;
        this.gatherer = gatherer;
        this.told = told;
    }
}
