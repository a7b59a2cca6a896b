package io.millrace.net.kafka.group;

import io.millrace.engine.core.Core;
import io.millrace.engine.metadata.MetadataCommands;
import io.millrace.engine.status.Outcome;
import io.millrace.net.kafka.api.WireErrors;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
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
    private static final int UNDER_WAY_MAX = 1000;
    private static final int FAILURES_MAX = 1000;
    private static final int TOLD_MAX = 3;

    private record Failure(String why, long untilNs) {}

    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    private final Set<String> underWay = new HashSet<>();
    /** The oldest first. */
    private final Map<String, Failure> failures = new LinkedHashMap<>();

    private final Core core;

    StreamsTopics(final Core core) {
        this.core = core;
    }

    /** Starts what is neither under way nor has just failed. */
    void create(final Collection<CreatableTopic> topics, final long restMs) {
        for (final CreatableTopic topic : topics) {
            if (failure(topic.name()) == null && underWay.size() < UNDER_WAY_MAX && underWay.add(topic.name())) {
                create(topic, restMs);
            }
        }
    }

    private void create(final CreatableTopic topic, final long restMs) {
        final Map<String, String> configs = new TreeMap<>();
        topic.configs().forEach(config -> configs.put(config.name(), config.value()));
        final int length = MetadataCommands.createTopic(
                buffer, 0, topic.name(), topic.numPartitions(), topic.replicationFactor(), List.of(), configs, false);
        core.commands().send(buffer, 0, length, (outcome, first, second, message) -> {
            underWay.remove(topic.name());
            // Another member may have been faster.
            if (outcome != Outcome.OK && outcome != Outcome.TOPIC_EXISTS) {
                final String why = message.isEmpty() ? WireErrors.of(outcome).message() : message;
                failed(topic.name(), new Failure(why, core.nowNs() + restMs * 1_000_000));
            }
        });
    }

    private void failed(final String topic, final Failure failure) {
        failures.remove(topic);
        failures.put(topic, failure);
        if (failures.size() > FAILURES_MAX) {
            failures.remove(failures.keySet().iterator().next());
        }
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
