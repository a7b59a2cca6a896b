package io.millrace.net.kafka.share;

import io.millrace.net.kafka.api.ListenerView;
import io.millrace.net.kafka.node.TestClient;
import io.millrace.net.kafka.node.TestNode;
import java.util.List;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.protocol.Errors;

/** An administrator who moves partitions of a {@link TestNode}; by a listener for two of its cores. */
final class PartitionMover {
    static final ListenerView PER_CORE = ListenerView.ofCores("CORES", TestNode.NODE_ID, "here", 9092, 9093);
    static final int FIRST_CORE = 1025;

    private final TestClient admin;

    PartitionMover(final TestNode node) {
        admin = node.connect(0, PER_CORE);
    }

    void begin(final String topic, final int core) {
        admin.send(
                new AlterPartitionReassignmentsRequestData()
                        .setTopics(List.of(new ReassignableTopic()
                                .setName(topic)
                                .setPartitions(
                                        List.of(new ReassignablePartition().setReplicas(List.of(FIRST_CORE + core)))))),
                1);
    }

    void end() {
        final short error = admin.receive(1, AlterPartitionReassignmentsResponseData::new)
                .responses()
                .getFirst()
                .partitions()
                .getFirst()
                .errorCode();
        if (error != 0) {
            throw new AssertionError(Errors.forCode(error));
        }
    }

    void move(final String topic, final int core) {
        begin(topic, core);
        end();
    }
}
