package io.millrace.tools.it.compat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDir;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;

/** Where partitions live, and who leads them: on one broker there is little to choose. */
final class PlacementScripts {
    private PlacementScripts() {}

    static void electLeaders(final Twins twins) {
        final String topic = "elect-v" + twins.version();
        twins.topic(topic, 3);
        for (final byte type : new byte[] {0, 1}) {
            twins.ask(
                    "all by " + type,
                    party -> new ElectLeadersRequestData().setElectionType(type).setTopicPartitions(null));
            twins.ask("one by " + type, party -> election(type, topic, 1));
            twins.ask("some by " + type, party -> election(type, topic, 2, 0, 9, -1));
            twins.ask("one twice by " + type, party -> election(type, topic, 1, 1));
            twins.ask("unknown by " + type, party -> election(type, "nobody-made-this", 0));
            twins.ask("a bad name by " + type, party -> election(type, "a b", 0));
            twins.ask("no partition by " + type, party -> election(type, topic));
        }
        twins.ask("by an unknown type", party -> election((byte) 2, topic, 0));
        twins.ask("by a type below", party -> election((byte) -1, topic, 0));
        twins.ask(
                "all by an unknown type", party -> election((byte) 9, topic, 0).setTopicPartitions(null));
        twins.ask("nothing", party -> new ElectLeadersRequestData());
        twins.ask("in no time", party -> election((byte) 0, topic, 0).setTimeoutMs(0));
        twins.ask("in less than no time", party -> election((byte) 0, topic, 0).setTimeoutMs(-1));
    }

    private static ElectLeadersRequestData election(final byte type, final String topic, final Integer... partitions) {
        final ElectLeadersRequestData request =
                new ElectLeadersRequestData().setElectionType(type).setTimeoutMs(10_000);
        request.topicPartitions().add(new TopicPartitions().setTopic(topic).setPartitions(List.of(partitions)));
        return request;
    }

    static void alterReassignments(final Twins twins) {
        final String topic = "reassign-v" + twins.version();
        twins.topic(topic, 3);
        twins.ask("where it is", party -> reassignment(topic, 0, 1));
        twins.ask(
                "where it is, factor fixed", party -> reassignment(topic, 0, 1).setAllowReplicationFactorChange(false));
        twins.ask("elsewhere", party -> reassignment(topic, 0, 2));
        twins.ask("two, one unknown", party -> reassignment(topic, 0, 1, 2));
        twins.ask(
                "two, one unknown, factor fixed",
                party -> reassignment(topic, 0, 1, 2).setAllowReplicationFactorChange(false));
        twins.ask("two unknown", party -> reassignment(topic, 0, 3, 2));
        twins.ask("twice the same", party -> reassignment(topic, 0, 1, 1));
        twins.ask("a negative one", party -> reassignment(topic, 0, -1));
        twins.ask("none", party -> reassignment(topic, 0));
        twins.ask("none, factor fixed", party -> reassignment(topic, 0).setAllowReplicationFactorChange(false));
        twins.ask("cancelled", party -> cancellation(topic, 0));
        twins.ask("cancelled, unknown partition", party -> cancellation(topic, 9));
        twins.ask("unknown partition", party -> reassignment(topic, 9, 1));
        twins.ask("negative partition", party -> reassignment(topic, -1, 1));
        twins.ask("unknown topic", party -> reassignment("nobody-made-this", 0, 1));
        twins.ask("no name", party -> reassignment("", 0, 1));
        twins.ask("several", party -> {
            final AlterPartitionReassignmentsRequestData request = reassignment(topic, 0, 1);
            request.topics()
                    .getFirst()
                    .partitions()
                    .addAll(reassignment(topic, 1, 2).topics().getFirst().partitions());
            request.topics()
                    .getFirst()
                    .partitions()
                    .addAll(cancellation(topic, 2).topics().getFirst().partitions());
            request.topics().addAll(reassignment("nobody-made-this", 0, 1).topics());
            return request;
        });
        twins.ask("one twice", party -> {
            final AlterPartitionReassignmentsRequestData request = reassignment(topic, 0, 1);
            request.topics()
                    .getFirst()
                    .partitions()
                    .addAll(reassignment(topic, 0, 2).topics().getFirst().partitions());
            return request;
        });
        twins.ask("nothing", party -> new AlterPartitionReassignmentsRequestData());
        twins.ask("in no time", party -> reassignment(topic, 0, 1).setTimeoutMs(0));
        twins.ask("in less than no time", party -> reassignment(topic, 0, 1).setTimeoutMs(-1));
    }

    private static AlterPartitionReassignmentsRequestData cancellation(final String topic, final int partition) {
        final AlterPartitionReassignmentsRequestData request = reassignment(topic, partition);
        request.topics().getFirst().partitions().getFirst().setReplicas(null);
        return request;
    }

    private static AlterPartitionReassignmentsRequestData reassignment(
            final String topic, final int partition, final Integer... replicas) {
        final AlterPartitionReassignmentsRequestData request =
                new AlterPartitionReassignmentsRequestData().setTimeoutMs(10_000);
        request.topics()
                .add(new ReassignableTopic()
                        .setName(topic)
                        .setPartitions(new ArrayList<>(List.of(new ReassignablePartition()
                                .setPartitionIndex(partition)
                                .setReplicas(List.of(replicas))))));
        return request;
    }

    static void listReassignments(final Twins twins) {
        twins.topic("reassignments", 2);
        twins.ask("all", party -> new ListPartitionReassignmentsRequestData().setTopics(null));
        twins.ask("one", party -> reassignments("reassignments", 0, 1));
        twins.ask("unknown partition", party -> reassignments("reassignments", 9));
        twins.ask("unknown topic", party -> reassignments("nobody-made-this", 0));
        twins.ask("nothing", party -> new ListPartitionReassignmentsRequestData().setTopics(List.of()));
        twins.ask("in no time", party -> reassignments("reassignments", 0).setTimeoutMs(0));
    }

    private static ListPartitionReassignmentsRequestData reassignments(
            final String topic, final Integer... partitions) {
        return new ListPartitionReassignmentsRequestData()
                .setTimeoutMs(10_000)
                .setTopics(List.of(new ListPartitionReassignmentsTopics()
                        .setName(topic)
                        .setPartitionIndexes(List.of(partitions))));
    }

    static void alterLogDirs(final Twins twins) {
        final String topic = "alter-dirs-v" + twins.version();
        twins.topic(topic, 2);
        twins.ask("where it is", party -> directories(data(party), topic, 0));
        twins.ask("both", party -> directories(data(party), topic, 0, 1));
        twins.ask("one twice", party -> directories(data(party), topic, 1, 1));
        twins.ask("elsewhere", party -> directories("/nowhere/at/all", topic, 0));
        twins.ask("a relative path", party -> directories("data", topic, 0));
        twins.ask("no path", party -> directories("", topic, 0));
        twins.ask("unknown partition", party -> directories(data(party), topic, 9));
        twins.ask("unknown topic", party -> directories(data(party), "nobody-made-this", 0));
        twins.ask("a bad name", party -> directories(data(party), "a b", 0));
        twins.ask("unknown topic elsewhere", party -> directories("/nowhere/at/all", "nobody-made-this", 0));
        twins.ask("no partition", party -> directories(data(party), topic));
        twins.ask("nothing", party -> new AlterReplicaLogDirsRequestData());
        twins.ask("two places", party -> {
            final AlterReplicaLogDirsRequestData request = directories("/nowhere/at/all", topic, 0);
            directories(data(party), topic, 0)
                    .dirs()
                    .forEach(each -> request.dirs().add(each.duplicate()));
            return request;
        });
        twins.ask("a topic yet to be", party -> directories(data(party), topic + "-later", 0));
        twins.topic(topic + "-later", 1);
    }

    private static String data(final Party party) {
        return party.broker().dataDir().toString();
    }

    private static AlterReplicaLogDirsRequestData directories(
            final String path, final String topic, final Integer... partitions) {
        final AlterReplicaLogDir directory = new AlterReplicaLogDir().setPath(path);
        directory.topics().add(new AlterReplicaLogDirTopic().setName(topic).setPartitions(List.of(partitions)));
        final AlterReplicaLogDirsRequestData request = new AlterReplicaLogDirsRequestData();
        request.dirs().add(directory);
        return request;
    }
}
