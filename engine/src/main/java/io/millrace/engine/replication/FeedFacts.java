package io.millrace.engine.replication;

import io.millrace.engine.log.LogConfig;

/**
 * What a copy must have in common with the leader's log, so that its segments begin at the same offsets.
 *
 * @param logStartOffset where a copy that has nothing begins
 */
public record FeedFacts(long topicIdHigh, long topicIdLow, long logStartOffset, LogConfig config) {}
