package io.millrace.tools.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** A cluster as an administrator sees it: Kafka's admin client, with answers awaited and failures as one line. */
final class Cluster implements AutoCloseable {
    private final Bootstrap bootstrap;
    private final Admin admin;

    Cluster(final ClientCommand command) {
        bootstrap = command.bootstrap();
        admin = Admin.create(command.options().settings());
    }

    Admin admin() {
        return admin;
    }

    <T> T get(final KafkaFuture<T> answer) {
        return get("", answer);
    }

    /** With what was being done in front of a failure, such as {@code "cannot create orders: "}. */
    <T> T get(final String what, final KafkaFuture<T> answer) {
        try {
            return answer.get();
        } catch (final ExecutionException failure) {
            throw Failures.of(what, failure, bootstrap);
        } catch (final InterruptedException interrupted) {
            throw new InterruptException(interrupted);
        }
    }

    /** The answer, or nothing where the broker does not want to tell: for what is good to know and not the point. */
    <T> Optional<T> ask(final KafkaFuture<T> answer) {
        try {
            return Optional.of(get(answer));
        } catch (final CommandFailure untold) {
            return Optional.empty();
        }
    }

    /** @throws CommandFailure if there is no such topic */
    TopicDescription topic(final String name) {
        try {
            return admin.describeTopics(List.of(name))
                    .topicNameValues()
                    .get(name)
                    .get();
        } catch (final ExecutionException failure) {
            final Throwable cause = Failures.cause(failure);
            if (cause instanceof UnknownTopicOrPartitionException) {
                throw new CommandFailure(noTopic(name), cause);
            } else if (cause instanceof InvalidTopicException) {
                throw new CommandFailure("no topic can be called '" + name + "'", cause);
            }
            throw Failures.of(failure, bootstrap);
        } catch (final InterruptedException interrupted) {
            throw new InterruptException(interrupted);
        }
    }

    String noTopic(final String name) {
        return "no topic " + name + " at " + bootstrap + " (./run.sh topics lists them)";
    }

    static boolean hasLeader(final TopicPartitionInfo info) {
        return info.leader() != null && !info.leader().isEmpty();
    }

    static List<TopicPartition> partitions(final TopicDescription topic) {
        final List<TopicPartition> partitions = new ArrayList<>();
        topic.partitions().forEach(info -> partitions.add(new TopicPartition(topic.name(), info.partition())));
        return partitions;
    }

    /** By partition; each must have a leader. */
    Map<TopicPartition, Long> offsets(final Collection<TopicPartition> partitions, final OffsetSpec spec) {
        final Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        partitions.forEach(partition -> wanted.put(partition, spec));
        final Map<TopicPartition, Long> offsets = new HashMap<>();
        if (!wanted.isEmpty()) {
            final ListOffsetsResult found = admin.listOffsets(wanted);
            for (final TopicPartition partition : wanted.keySet()) {
                offsets.put(
                        partition,
                        get("offsets of " + partition + ": ", found.partitionResult(partition))
                                .offset());
            }
        }
        return offsets;
    }

    /** Bytes on disk of each partition, as its leader tells; empty where the brokers do not tell. */
    Map<TopicPartition, Long> bytes(final Collection<TopicDescription> topics) {
        final Map<Integer, Node> leaders = new TreeMap<>();
        final Map<TopicPartition, Integer> leaderOf = new HashMap<>();
        topics.forEach(topic -> topic.partitions().forEach(info -> {
            if (hasLeader(info)) {
                leaders.put(info.leader().id(), info.leader());
                leaderOf.put(
                        new TopicPartition(topic.name(), info.partition()),
                        info.leader().id());
            }
        }));
        final Map<TopicPartition, Long> bytes = new HashMap<>();
        if (!leaders.isEmpty()) {
            admin.describeLogDirs(leaders.keySet())
                    .descriptions()
                    .forEach((broker, answer) -> ask(answer)
                            .ifPresent(directories -> directories
                                    .values()
                                    .forEach(directory -> directory
                                            .replicaInfos()
                                            .forEach((partition, replica) -> {
                                                if (!replica.isFuture() && broker.equals(leaderOf.get(partition))) {
                                                    bytes.merge(partition, replica.size(), Long::sum);
                                                }
                                            }))));
        }
        return bytes;
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
