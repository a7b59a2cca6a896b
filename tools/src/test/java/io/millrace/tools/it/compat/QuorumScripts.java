package io.millrace.tools.it.compat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumRequestData.PartitionData;
import org.apache.kafka.common.message.DescribeQuorumRequestData.TopicData;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterControllerRequestData;

/** Who keeps the metadata, and who may join or leave. */
final class QuorumScripts {
    private static final String METADATA = "__cluster_metadata";

    private QuorumScripts() {}

    static void describe(final Twins twins) {
        twins.askUntilEqual("the quorum", party -> quorumOf(METADATA, 0));
        twins.ask("another partition", party -> quorumOf(METADATA, 1));
        twins.ask("two partitions", party -> quorumOf(METADATA, 0, 1));
        twins.ask("one partition twice", party -> quorumOf(METADATA, 0, 0));
        twins.ask("no partition", party -> quorumOf(METADATA));
        twins.ask("another topic", party -> quorumOf("elsewhere", 0));
        twins.ask("two topics", party -> {
            final DescribeQuorumRequestData request = quorumOf(METADATA, 0);
            request.topics().addAll(quorumOf("elsewhere", 0).topics());
            return request;
        });
        twins.ask("one topic twice", party -> {
            final DescribeQuorumRequestData request = quorumOf(METADATA, 0);
            request.topics().addAll(quorumOf(METADATA, 0).topics());
            return request;
        });
        twins.ask("nothing", party -> new DescribeQuorumRequestData());
    }

    private static DescribeQuorumRequestData quorumOf(final String topic, final int... partitions) {
        final TopicData asked = new TopicData().setTopicName(topic);
        for (final int partition : partitions) {
            asked.partitions().add(new PartitionData().setPartitionIndex(partition));
        }
        return new DescribeQuorumRequestData().setTopics(new ArrayList<>(List.of(asked)));
    }

    /** By which of its listeners is not asked: the metadata has none of its own here. */
    static void addVoter(final Twins twins) {
        twins.ask("a voter", party -> voter(7));
        twins.ask("the one there is", party -> voter(1));
        twins.ask("of another cluster", party -> voter(7).setClusterId("another"));
        twins.ask("a negative id", party -> voter(-1));
        twins.ask("without a directory", party -> voter(7).setVoterDirectoryId(Uuid.ZERO_UUID));
        twins.ask("in no time", party -> voter(7).setTimeoutMs(0));
        twins.ask("without waiting", party -> voter(7).setAckWhenCommitted(false));
    }

    private static AddRaftVoterRequestData voter(final int id) {
        final AddRaftVoterRequestData request = new AddRaftVoterRequestData()
                .setClusterId(null)
                .setTimeoutMs(5_000)
                .setVoterId(id)
                .setVoterDirectoryId(new Uuid(3, 4));
        request.listeners()
                .add(new AddRaftVoterRequestData.Listener()
                        .setName("CONTROLLER")
                        .setHost("localhost")
                        .setPort(19_093));
        return request;
    }

    static void removeVoter(final Twins twins) {
        for (final int id : new int[] {7, 1, -1}) {
            twins.ask("voter " + id, party -> leaving(id));
        }
        twins.ask("of another cluster", party -> leaving(7).setClusterId("another"));
        twins.ask("without a directory", party -> leaving(7).setVoterDirectoryId(Uuid.ZERO_UUID));
    }

    private static RemoveRaftVoterRequestData leaving(final int id) {
        return new RemoveRaftVoterRequestData()
                .setClusterId(null)
                .setVoterId(id)
                .setVoterDirectoryId(new Uuid(3, 4));
    }

    /** Not the broker itself: Apache Kafka lets it go, and then it no longer works. */
    static void unregisterBroker(final Twins twins) {
        for (final int id : new int[] {7, -1, Integer.MAX_VALUE}) {
            twins.ask("broker " + id, party -> new UnregisterBrokerRequestData().setBrokerId(id));
        }
    }

    static void unregisterController(final Twins twins) {
        for (final int id : new int[] {1, 7, -1}) {
            twins.ask("controller " + id, party -> new UnregisterControllerRequestData().setControllerId(id));
        }
    }

    static void listConfigResources(final Twins twins) {
        twins.ask("of old", party -> new ListConfigResourcesRequestData());
        for (final byte type : new byte[] {0, 1, 2, 4, 8, 16, 32, 99, -1}) {
            twins.ask("type " + type, party -> new ListConfigResourcesRequestData().setResourceTypes(List.of(type)));
        }
        twins.ask("two", party -> new ListConfigResourcesRequestData().setResourceTypes(List.of((byte) 4, (byte) 8)));
        twins.ask("twice", party -> new ListConfigResourcesRequestData().setResourceTypes(List.of((byte) 4, (byte) 4)));
        twins.ask(
                "one good, one bad",
                party -> new ListConfigResourcesRequestData().setResourceTypes(List.of((byte) 4, (byte) 99)));
    }
}
