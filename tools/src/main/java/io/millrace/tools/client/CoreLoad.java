package io.millrace.tools.client;

import java.util.List;
import org.apache.kafka.common.TopicPartition;

/**
 * What a core has to do for its partitions.
 *
 * @param all        all of them together
 * @param busyShare  of its time, 0 to 1
 * @param partitions those with the most to do, the hottest first
 */
record CoreLoad(int core, double busyShare, Rates all, List<OfPartition> partitions) {
    /**
     * Per second.
     *
     * @param load one figure for how much work that is
     */
    record Rates(long bytesIn, long bytesOut, long requests, long load) {}

    /** One of them. */
    record OfPartition(TopicPartition partition, Rates rates) {
        long load() {
            return rates.load();
        }
    }

    long load() {
        return all.load();
    }
}
