package io.millrace.net.kafka.group;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.status.Outcome;
import io.millrace.net.kafka.admin.CommandBatch;
import io.millrace.net.kafka.api.WireErrors;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.agrona.ExpandableArrayBuffer;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;

/**
 * Creates the topics that streams programs need for themselves, which are theirs and no internal ones to the broker. One
 * command a topic at a time on each core; what could not be created is not tried again for a while, and told meanwhile.
 */
final class StreamsTopics {
    /** Of which it is known at a time that they are under way, or failed. */
    private static final int TOPICS_MAX = 2 * CommandBatch.ITEMS_MAX;

    private static final int TOLD_MAX = 3;

    private record Failure(String why, long untilNs) {}

    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    private final Set<String> underWay = new HashSet<>();
    private final Map<String, Failure> failures = new HashMap<>();

    private final Core core;

    StreamsTopics(final Core core) {
        this.core = core;
    }

    /** Starts what is neither under way nor has just failed; nothing while so much has failed that it cannot be kept. */
    void create(final Collection<CreatableTopic> topics, final long restMs) {
        final List<CreatableTopic> wanted = topics.stream()
                .filter(topic -> failure(topic.name()) == null && !underWay.contains(topic.name()))
                .toList();
        failures.values().removeIf(failure -> failure.untilNs() - core.nowNs() <= 0);
        if (wanted.isEmpty() || failures.size() + underWay.size() + wanted.size() > TOPICS_MAX) {
            return;
        }
        if (items(wanted) > CommandBatch.ITEMS_MAX) {
            wanted.forEach(topic -> failed(topic.name(), CommandBatch.TOO_LARGE, restMs));
            return;
        }
        final long batch = core.commands().newBatch();
        for (final CreatableTopic topic : wanted) {
            if (underWay.add(topic.name())) {
                create(topic, batch, restMs);
            }
        }
    }

    /** Records of one operation of the controller's, as Apache Kafka counts them. */
    private static long items(final List<CreatableTopic> topics) {
        return topics.stream()
                .mapToLong(topic -> 1L + topic.configs().size() + Math.max(0, topic.numPartitions()))
                .sum();
    }

    private void create(final CreatableTopic topic, final long batch, final long restMs) {
        final Map<String, String> configs = new TreeMap<>();
        topic.configs().forEach(config -> configs.put(config.name(), config.value()));
        final int length = MetadataCommands.createTopic(
                buffer,
                0,
                topic.name(),
                topic.numPartitions(),
                topic.replicationFactor(),
                List.of(),
                configs,
                false,
                batch);
        core.commands().send(buffer, 0, length, (outcome, first, second, message) -> {
            underWay.remove(topic.name());
            // Another member may have been faster.
            if (outcome != Outcome.OK && outcome != Outcome.TOPIC_EXISTS) {
                final String why = message.isEmpty() ? WireErrors.of(outcome).message() : message;
                failed(topic.name(), why, restMs);
            }
        });
    }

    private void failed(final String topic, final String why, final long restMs) {
        failures.put(topic, new Failure(why, core.nowNs() + restMs * 1_000_000));
    }

    /** What keeps a topic from being created, if that was found out lately; null if not. */
    private String failure(final String topic) {
        final Failure found = failures.get(topic);
        if (found == null) {
            return null;
        }
        if (found.untilNs() - core.nowNs() <= 0) {
            failures.remove(topic);
            return null;
        }
        return found.why();
    }

    /** Which of these topics could not be created lately, and why, as members are told; empty if none. */
    String failures(final Collection<String> topics) {
        final List<String> failed = topics.stream()
                .filter(topic -> failure(topic) != null)
                .map(topic -> topic + " (" + failure(topic) + ")")
                .toList();
        final String told = failed.stream().limit(TOLD_MAX).collect(Collectors.joining(", "));
        return failed.size() > TOLD_MAX ? told + " and " + (failed.size() - TOLD_MAX) + " more" : told;
    }
}
