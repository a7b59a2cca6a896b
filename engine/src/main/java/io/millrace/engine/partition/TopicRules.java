package io.millrace.engine.partition;

import io.millrace.engine.batch.BatchRules;
import io.millrace.engine.batch.TimestampType;
import io.millrace.engine.settings.TopicConfig;

/** What a topic's settings ask of its batches. Stateless. */
public final class TopicRules {
    private TopicRules() {}

    public static BatchRules of(final TopicConfig config) {
        return new BatchRules(
                config.maxMessageBytes(),
                config.logAppendTime() ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME,
                config.timestampBeforeMaxMs(),
                config.timestampAfterMaxMs(),
                config.compacts());
    }
}
