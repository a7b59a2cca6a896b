package io.millrace.net.kafka.share;

import org.apache.kafka.common.Uuid;

/** One partition of one share group. */
record ShareKey(String group, long partitionKey, Uuid topicId, int partition, int leaderEpoch) {
    /** The same, owned by another core. */
    ShareKey in(final int newLeaderEpoch) {
        return new ShareKey(group, partitionKey, topicId, partition, newLeaderEpoch);
    }
}
