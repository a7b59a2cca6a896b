package io.millrace.tools.it.compat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;

/** Topics come, grow and go. */
final class TopicScripts {
    private static final short WITH_TOPIC_IDS = 6;

    private TopicScripts() {}

    static void createTopics(final Twins twins) {
        final String prefix = "create-v" + twins.version();
        create(twins, "plain", topic -> {}, prefix + "-plain");
        twins.each(party -> party.awaitTopic(prefix + "-plain"));
        create(twins, "once more", topic -> {}, prefix + "-plain");
        create(twins, "two, of which one is there", topic -> {}, prefix + "-plain", prefix + "-new");
        create(
                twins,
                "the broker's defaults",
                topic -> topic.setNumPartitions(-1).setReplicationFactor((short) -1),
                prefix + "-default");
        for (final int count : new int[] {0, -2, 7, 10_001, Integer.MAX_VALUE}) {
            create(twins, count + " partitions", topic -> topic.setNumPartitions(count), prefix + "-count" + count);
        }
        for (final short factor : new short[] {0, 2, -2, 3_000}) {
            create(twins, "factor " + factor, topic -> topic.setReplicationFactor(factor), prefix + "-factor" + factor);
        }
        names(twins, prefix);
        assignments(twins, prefix);
        configs(twins, prefix);
        twins.ask("nothing", party -> new CreateTopicsRequestData().setTimeoutMs(1_000));
        twins.ask("the same twice", party -> {
            final CreateTopicsRequestData request = creation(topic -> {}, prefix + "-twice");
            request.topics().add(new CreatableTopic().setName(prefix + "-twice").setNumPartitions(2));
            return request;
        });
        twins.ask(
                "only to validate",
                party -> creation(topic -> {}, prefix + "-only").setValidateOnly(true));
        twins.ask(
                "only to validate what is there",
                party -> creation(topic -> {}, prefix + "-plain").setValidateOnly(true));
        create(twins, "after it was only validated", topic -> {}, prefix + "-only");
        twins.ask(
                "in no time",
                party -> creation(topic -> {}, prefix + "-no-time").setTimeoutMs(-1));
    }

    private static void names(final Twins twins, final String prefix) {
        for (final String name : List.of("", ".", "..", "a b", "a/b", "é", "x".repeat(249), "x".repeat(250))) {
            create(twins, "name '" + name + "'", topic -> {}, name);
        }
        create(twins, "with a dot", topic -> {}, prefix + ".a");
        twins.each(party -> party.awaitTopic(prefix + ".a"));
        create(twins, "with an underscore where the dot was", topic -> {}, prefix + "_a");
        create(
                twins,
                "two that collide with each other",
                topic -> {},
                prefix + "_b.c",
                prefix + ".b_c",
                prefix + "_b_c");
        twins.each(party -> party.awaitTopic(prefix + ".b_c"));
        create(twins, "again, and one more", topic -> {}, prefix + "_b.c", prefix + "_b_c");
        create(twins, "two that collide with an existing one", topic -> {}, prefix + ".a", prefix + "_a");
        create(twins, "a double underscore", topic -> {}, "__" + prefix);
        twins.ask(
                "removed",
                (short) 4,
                party -> new DeleteTopicsRequestData()
                        .setTopicNames(List.of("x".repeat(249)))
                        .setTimeoutMs(20_000));
    }

    private static void assignments(final Twins twins, final String prefix) {
        assign(twins, "to this node", prefix + "-manual", List.of(1), List.of(1));
        assign(twins, "to no node", prefix + "-manual2", List.of());
        assign(twins, "to an unknown node", prefix + "-manual3", List.of(9));
        assign(twins, "twice to this node", prefix + "-manual4", List.of(1, 1));
        assign(twins, "of two lengths", prefix + "-manual5", List.of(1), List.of(1, 2));
        create(
                twins,
                "an assignment and a count",
                topic -> topic.assignments()
                        .add(new CreatableReplicaAssignment()
                                .setPartitionIndex(0)
                                .setBrokerIds(List.of(1))),
                prefix + "-manual6");
        create(
                twins,
                "an assignment that begins at 1",
                topic -> {
                    topic.setNumPartitions(-1).setReplicationFactor((short) -1);
                    topic.assignments()
                            .add(new CreatableReplicaAssignment()
                                    .setPartitionIndex(1)
                                    .setBrokerIds(List.of(1)));
                },
                prefix + "-manual7");
    }

    @SafeVarargs
    private static void assign(
            final Twins twins, final String label, final String name, final List<Integer>... replicas) {
        create(
                twins,
                "assigned " + label,
                topic -> {
                    topic.setNumPartitions(-1).setReplicationFactor((short) -1);
                    for (int i = 0; i < replicas.length; i++) {
                        topic.assignments()
                                .add(new CreatableReplicaAssignment()
                                        .setPartitionIndex(i)
                                        .setBrokerIds(replicas[i]));
                    }
                },
                name);
    }

    private static void configs(final Twins twins, final String prefix) {
        final String[][] configs = {
            {"retention.ms", "1000"},
            {"retention.ms", "soon"},
            {"retention.ms", "-2"},
            {"retention.ms", null},
            {"cleanup.policy", "compact,delete"},
            {"cleanup.policy", "burn"},
            {"segment.bytes", "1"},
            {"segment.bytes", "2000000"},
            {"compression.type", "zstd"},
            {"compression.type", "middle-out"},
            {"message.timestamp.type", "LogAppendTime"},
            {"max.message.bytes", "-1"},
            {"min.insync.replicas", "0"},
            {"no.such.setting", "1"},
            {"", "1"},
        };
        for (int i = 0; i < configs.length; i++) {
            final String[] config = configs[i];
            create(
                    twins,
                    "with " + config[0] + "=" + config[1],
                    topic -> topic.configs()
                            .add(new CreatableTopicConfig().setName(config[0]).setValue(config[1])),
                    prefix + "-config" + i);
        }
    }

    private static void create(
            final Twins twins, final String label, final Consumer<CreatableTopic> edit, final String... names) {
        twins.ask(label, party -> creation(edit, names));
    }

    private static CreateTopicsRequestData creation(final Consumer<CreatableTopic> edit, final String... names) {
        final CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(20_000);
        for (final String name : names) {
            final CreatableTopic topic =
                    new CreatableTopic().setName(name).setNumPartitions(2).setReplicationFactor((short) 1);
            edit.accept(topic);
            request.topics().add(topic);
        }
        return request;
    }

    static void deleteTopics(final Twins twins) {
        final String prefix = "delete-v" + twins.version();
        for (final String suffix : List.of("-a", "-b", "-c")) {
            twins.topic(prefix + suffix, 2);
        }
        twins.ask("one", party -> deletion(twins, prefix + "-a"));
        twins.askUntilEqual("it is gone", party -> deletion(twins, prefix + "-a"));
        twins.ask("known and unknown", party -> deletion(twins, prefix + "-b", "nobody-made-this"));
        twins.ask("a name that is none", party -> deletion(twins, "a b"));
        twins.ask("the same twice", party -> deletion(twins, prefix + "-c", prefix + "-c"));
        twins.ask("nothing", party -> deletion(twins));
        twins.ask("again", party -> deletion(twins, prefix + "-c"));
        if (twins.version() >= WITH_TOPIC_IDS) {
            twins.topic(prefix + "-d", 1);
            twins.topic(prefix + "-e", 1);
            twins.ask("by an unknown id", party -> deletionById(null, new Uuid(7, 8)));
            twins.ask("by a null name and no id", party -> deletionById(null, Uuid.ZERO_UUID));
            twins.ask("by name and id", party -> deletionById(prefix + "-e", party.topicId(prefix + "-e")));
            twins.ask("by id", party -> deletionById(null, party.topicId(prefix + "-d")));
            twins.ask("by id again", party -> deletionById(null, party.topicId(prefix + "-d")));
        }
        twins.topic(prefix + "-b", 3);
        twins.ask(
                "made again it is new",
                (short) 12,
                party -> new MetadataRequestData()
                        .setTopics(List.of(new MetadataRequestTopic().setName(prefix + "-b"))));
    }

    private static DeleteTopicsRequestData deletion(final Twins twins, final String... names) {
        final DeleteTopicsRequestData request = new DeleteTopicsRequestData().setTimeoutMs(20_000);
        for (final String name : names) {
            if (twins.version() >= WITH_TOPIC_IDS) {
                request.topics().add(new DeleteTopicState().setName(name));
            } else {
                request.topicNames().add(name);
            }
        }
        return request;
    }

    private static DeleteTopicsRequestData deletionById(final String name, final Uuid id) {
        final DeleteTopicsRequestData request = new DeleteTopicsRequestData().setTimeoutMs(20_000);
        request.topics().add(new DeleteTopicState().setName(name).setTopicId(id));
        return request;
    }

    static void createPartitions(final Twins twins) {
        final String topic = "grow-v" + twins.version();
        twins.topic(topic, 2);
        for (final int count : new int[] {2, 1, 0, -1, 20_000, Integer.MAX_VALUE}) {
            twins.ask("to " + count, party -> growth(topic, count));
        }
        twins.ask("only to validate", party -> growth(topic, 9).setValidateOnly(true));
        twins.ask("to 4", party -> growth(topic, 4));
        twins.ask("to 5 by hand", party -> growth(topic, 5, List.of(1)));
        twins.ask("to an unknown node", party -> growth(topic, 6, List.of(9)));
        twins.ask("to two replicas", party -> growth(topic, 6, List.of(1, 1)));
        twins.ask("to fewer than said", party -> growth(topic, 9, List.of(1)));
        twins.ask("to no replica", party -> growth(topic, 6, List.of()));
        twins.ask("unknown topic", party -> growth("nobody-made-this", 3));
        twins.ask("a name that is none", party -> growth("a b", 3));
        twins.ask("nothing", party -> new CreatePartitionsRequestData().setTimeoutMs(1_000));
        twins.ask("the same twice", party -> {
            final CreatePartitionsRequestData request = growth(topic, 7);
            request.topics()
                    .add(new CreatePartitionsTopic().setName(topic).setCount(8).setAssignments(null));
            return request;
        });
        final MetadataRequestData request =
                new MetadataRequestData().setTopics(List.of(new MetadataRequestTopic().setName(topic)));
        twins.each(party -> party.awaitTopic(topic));
        twins.ask("what it has now", (short) 12, party -> request);
    }

    @SafeVarargs
    private static CreatePartitionsRequestData growth(
            final String topic, final int count, final List<Integer>... replicas) {
        final CreatePartitionsTopic grown =
                new CreatePartitionsTopic().setName(topic).setCount(count);
        if (replicas.length == 0) {
            grown.setAssignments(null);
        } else {
            final List<CreatePartitionsAssignment> assignments = new ArrayList<>();
            for (final List<Integer> brokers : replicas) {
                assignments.add(new CreatePartitionsAssignment().setBrokerIds(brokers));
            }
            grown.setAssignments(assignments);
        }
        final CreatePartitionsRequestData request = new CreatePartitionsRequestData().setTimeoutMs(20_000);
        request.topics().add(grown);
        return request;
    }
}
