package io.millrace.net.kafka.admin;

import io.millrace.engine.metadata.TopicImage;
import org.apache.kafka.common.Uuid;

/**
 * What a node is and has, which does not change while the broker runs.
 *
 * @param clusterId     in Kafka's base64 form
 * @param dataDirectory absolute path, as told to DescribeLogDirs
 * @param rack          {@code broker.rack}, or null
 * @param logLevels     of the broker's own log
 */
public record NodeFacts(String clusterId, String dataDirectory, String rack, LogLevels logLevels) {
    static Uuid topicId(final TopicImage topic) {
        return new Uuid(topic.idHigh(), topic.idLow());
    }
}
