package io.millrace.engine.metadata;

import io.millrace.codec.metadata.CreatePartitionsDecoder;
import io.millrace.codec.metadata.CreateTopicDecoder;
import io.millrace.codec.metadata.DeleteTopicDecoder;
import io.millrace.engine.metadata.MetadataCommands.Assignment;
import io.millrace.engine.metadata.MetadataCommands.Replica;
import io.millrace.engine.settings.BrokerSettings;
import io.millrace.engine.status.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The controller's commands about topics: checks in Kafka's order and words, effects as records. */
final class TopicCommands {
    /** As many records as Kafka's controller writes for one operation. */
    private static final int PARTITIONS_AT_ONCE_MAX = 10_000;

    private final MetadataImage image;
    private final MetadataRecords records;
    private final TopicIds topicIds;
    private final TopicBatches batches = new TopicBatches();

    TopicCommands(final MetadataImage image, final MetadataRecords records, final TopicIds topicIds) {
        this.image = image;
        this.records = records;
        this.topicIds = topicIds;
    }

    CommandResult create(final CreateTopicDecoder command) {
        final int partitions = command.partitions();
        final int replicationFactor = command.replicationFactor();
        final boolean validateOnly = command.validateOnly() != 0;
        final long batch = command.batch();
        final List<Assignment> assignments = readAssignments(command);
        final List<String> withoutValue = new ArrayList<>();
        final SortedMap<String, String> configs = readConfigs(command, withoutValue);
        final String name = command.topicName();
        checkNewName(name, batch);
        if (!withoutValue.isEmpty()) {
            throw new Refusal(
                    Outcome.INVALID_CONFIG,
                    "Null value not supported for topic configs: " + String.join(",", withoutValue));
        }
        ConfigRules.checkTopic(configs);
        final List<Placement.Place> places = assignments.isEmpty()
                ? chosenPlaces(partitions, replicationFactor)
                : assignedPlaces(assignments, partitions, replicationFactor);
        topicIds.draw(image);
        if (!validateOnly) {
            batches.add(image.nextTopicNumber(), batch);
            records.topicCreated(image.nextTopicNumber(), topicIds.high(), topicIds.low(), name, places, configs);
        }
        return answer(topicIds.high(), topicIds.low());
    }

    private static List<Assignment> readAssignments(final CreateTopicDecoder command) {
        final List<Assignment> assignments = new ArrayList<>();
        for (final CreateTopicDecoder.AssignmentsDecoder assignment : command.assignments()) {
            final int partition = assignment.partition();
            final List<Replica> replicas = new ArrayList<>();
            for (final CreateTopicDecoder.AssignmentsDecoder.ReplicasDecoder replica : assignment.replicas()) {
                replicas.add(new Replica(replica.node(), replica.core()));
            }
            assignments.add(new Assignment(partition, replicas));
        }
        return assignments;
    }

    private static SortedMap<String, String> readConfigs(
            final CreateTopicDecoder command, final List<String> withoutValue) {
        final SortedMap<String, String> configs = new TreeMap<>();
        for (final CreateTopicDecoder.ConfigsDecoder config : command.configs()) {
            final boolean present = config.present() != 0;
            final String configName = config.configName();
            final String configValue = config.configValue();
            if (present) {
                configs.put(configName, configValue);
            } else {
                withoutValue.add(configName);
            }
        }
        return configs;
    }

    private void checkNewName(final String name, final long batch) {
        if (TopicNames.isProhibited(name)) {
            throw new Refusal(Outcome.INVALID_REQUEST, "Creation of internal topic " + name + " is prohibited.");
        }
        if (image.topic(name) != null) {
            throw new Refusal(Outcome.TOPIC_EXISTS, "Topic '" + name + "' already exists.");
        }
        final String complaint = TopicNames.complaint(name);
        if (complaint != null) {
            throw new Refusal(Outcome.INVALID_TOPIC_NAME, complaint);
        }
        if (TopicNames.mayCollide(name)) {
            for (int i = 0; i < image.topicCount(); i++) {
                final TopicImage other = image.topicAt(i);
                if (TopicNames.collide(name, other.name()) && !batches.holds(batch, other.topicNumber())) {
                    throw new Refusal(
                            Outcome.INVALID_TOPIC_NAME,
                            "Topic '" + name + "' collides with existing topic: " + other.name());
                }
            }
        }
    }

    private List<Placement.Place> chosenPlaces(final int partitions, final int replicationFactor) {
        if (replicationFactor < -1 || replicationFactor == 0) {
            throw new Refusal(
                    Outcome.INVALID_REPLICATION_FACTOR,
                    "Replication factor must be larger than 0, or -1 to use the default value.");
        }
        if (partitions < -1 || partitions == 0) {
            throw new Refusal(
                    Outcome.INVALID_PARTITIONS, "Number of partitions was set to an invalid non-positive value.");
        }
        final int count = partitions == -1 ? image.settings().intOf(BrokerSettings.NUM_PARTITIONS) : partitions;
        final int factor = replicationFactor == -1
                ? image.settings().intOf(BrokerSettings.DEFAULT_REPLICATION_FACTOR)
                : replicationFactor;
        if (factor > 1) {
            throw new Refusal(
                    Outcome.INVALID_REPLICATION_FACTOR,
                    "Unable to replicate the partition " + factor + " time(s): The target replication factor of "
                            + factor + " cannot be reached because only 1 broker(s) are registered"
                            + " or some brokers have all their log directories cordoned.");
        }
        checkCount(count, "partitions");
        final Placement placement = placement();
        placement.topic(null);
        return placement.places(count);
    }

    private static void checkCount(final int count, final String what) {
        if (count > PARTITIONS_AT_ONCE_MAX) {
            throw new Refusal(Outcome.POLICY_VIOLATION, "Excessively large number of " + what + " per request.");
        }
    }

    private List<Placement.Place> assignedPlaces(
            final List<Assignment> assignments, final int partitions, final int replicationFactor) {
        if (replicationFactor != -1) {
            throw new Refusal(
                    Outcome.INVALID_REQUEST,
                    "A manual partition assignment was specified, but replication factor was not set to -1.");
        }
        if (partitions != -1) {
            throw new Refusal(
                    Outcome.INVALID_REQUEST,
                    "A manual partition assignment was specified, but numPartitions was not set to -1.");
        }
        checkCount(assignments.size(), "partitions");
        final TreeMap<Integer, List<Replica>> byPartition = new TreeMap<>();
        int factor = -1;
        for (final Assignment assignment : assignments) {
            if (byPartition.put(assignment.partition(), assignment.replicas()) != null) {
                throw new Refusal(
                        Outcome.INVALID_ASSIGNMENT,
                        "Found multiple manual partition assignments for partition " + assignment.partition());
            }
            checkReplicas(assignment.replicas(), factor);
            factor = assignment.replicas().size();
        }
        if (byPartition.firstKey() != 0 || byPartition.lastKey() != byPartition.size() - 1) {
            throw new Refusal(
                    Outcome.INVALID_ASSIGNMENT, "partitions should be a consecutive 0-based integer sequence");
        }
        final Placement placement = placement();
        placement.topic(null);
        return assignedPlaces(new ArrayList<>(byPartition.values()), placement);
    }

    /** Wishes for cores first, so that the rest finds its place around them. */
    private List<Placement.Place> assignedPlaces(final List<List<Replica>> wishes, final Placement placement) {
        final int[] cores = new int[wishes.size()];
        for (int i = 0; i < cores.length; i++) {
            cores[i] = wishes.get(i).getFirst().core();
            if (cores[i] >= 0) {
                placement.take(cores[i]);
            }
        }
        final List<Placement.Place> places = new ArrayList<>(cores.length);
        for (final int core : cores) {
            places.add(new Placement.Place(image.nodeId(), core >= 0 ? core : placement.next(), 0));
        }
        return places;
    }

    private void checkReplicas(final List<Replica> replicas, final int factor) {
        if (replicas.isEmpty()) {
            throw new Refusal(
                    Outcome.INVALID_ASSIGNMENT, "The manual partition assignment includes an empty replica list.");
        }
        for (int i = 0; i < replicas.size(); i++) {
            final Replica replica = replicas.get(i);
            if (replica.node() != image.nodeId() || replica.core() >= image.coreCount(image.nodeId())) {
                throw new Refusal(
                        Outcome.INVALID_ASSIGNMENT,
                        "The manual partition assignment includes broker " + replica.node()
                                + ", but no such broker is registered.");
            }
            if (i > 0) {
                throw new Refusal(
                        Outcome.INVALID_ASSIGNMENT,
                        "The manual partition assignment includes the broker " + replica.node() + " more than once.");
            }
        }
        if (factor >= 0 && replicas.size() != factor) {
            throw new Refusal(
                    Outcome.INVALID_ASSIGNMENT,
                    "The manual partition assignment includes a partition with " + replicas.size()
                            + " replica(s), but this is not consistent with previous partitions, which have "
                            + factor + " replica(s).");
        }
    }

    CommandResult delete(final DeleteTopicDecoder command) {
        final long idHigh = command.topicIdHigh();
        final long idLow = command.topicIdLow();
        final String name = command.topicName();
        final boolean byId = name.isEmpty();
        final TopicImage topic = byId ? image.topicById(idHigh, idLow) : image.topic(name);
        if (topic == null) {
            throw byId
                    ? new Refusal(Outcome.UNKNOWN_TOPIC_ID, "This server does not host this topic ID.")
                    : new Refusal(Outcome.UNKNOWN_TOPIC, "This server does not host this topic-partition.");
        }
        records.topicDeleted(topic.topicNumber());
        return answer(topic.idHigh(), topic.idLow());
    }

    CommandResult addPartitions(final CreatePartitionsDecoder command) {
        final int total = command.partitions();
        final boolean validateOnly = command.validateOnly() != 0;
        final boolean assigned = command.assigned() != 0;
        final List<List<Replica>> wishes = new ArrayList<>();
        for (final CreatePartitionsDecoder.AssignmentsDecoder assignment : command.assignments()) {
            final List<Replica> replicas = new ArrayList<>();
            for (final CreatePartitionsDecoder.AssignmentsDecoder.ReplicasDecoder replica : assignment.replicas()) {
                replicas.add(new Replica(replica.node(), replica.core()));
            }
            wishes.add(replicas);
        }
        final String name = command.topicName();
        final TopicImage topic = image.topic(name);
        if (topic == null) {
            throw new Refusal(Outcome.UNKNOWN_TOPIC, "This server does not host this topic-partition.");
        }
        final int additional = checkIncrease(topic, total);
        if (assigned) {
            checkAdditional(wishes, additional);
        }
        checkCount(additional, "additional partitions");
        final Placement placement = placement();
        placement.topic(topic);
        final List<Placement.Place> places =
                assigned ? assignedPlaces(wishes, placement) : placement.places(additional);
        if (!validateOnly) {
            records.partitionsAdded(topic.topicNumber(), topic.partitionCount(), places);
        }
        return answer(topic.idHigh(), topic.idLow());
    }

    private static int checkIncrease(final TopicImage topic, final int total) {
        final int count = topic.partitionCount();
        if (total == count) {
            throw new Refusal(Outcome.INVALID_PARTITIONS, "Topic already has " + count + " partition(s).");
        }
        if (total < count) {
            throw new Refusal(
                    Outcome.INVALID_PARTITIONS,
                    "The topic " + topic.name() + " currently has " + count + " partition(s); " + total
                            + " would not be an increase.");
        }
        return total - count;
    }

    private void checkAdditional(final List<List<Replica>> wishes, final int additional) {
        if (wishes.size() != additional) {
            throw new Refusal(
                    Outcome.INVALID_ASSIGNMENT,
                    "Attempted to add " + additional + " additional partition(s), but only " + wishes.size()
                            + " assignment(s) were specified.");
        }
        for (final List<Replica> replicas : wishes) {
            checkReplicas(replicas, 1);
        }
    }

    private Placement placement() {
        final int coreCount = image.coreCount(image.nodeId());
        if (coreCount == 0) {
            throw new Refusal(Outcome.METADATA_UNAVAILABLE, "The node has not started.");
        }
        return new Placement(image, coreCount);
    }

    private CommandResult answer(final long first, final long second) {
        return new CommandResult(Outcome.OK, "", first, second, image.version());
    }
}
