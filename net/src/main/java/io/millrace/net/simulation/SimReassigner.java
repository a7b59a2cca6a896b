package io.millrace.net.simulation;

import io.millrace.engine.metadata.MetadataImage;
import io.millrace.engine.metadata.TopicImage;
import java.util.List;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * Somebody who moves partitions between cores, of whatever topic, again and again while they are used: now one, now several
 * at once, by either listener. Once told that a partition was moved, every core must know.
 */
final class SimReassigner extends SimCaller {
    private static final int TIMEOUT_MS = 60_000;
    private static final int PARTITIONS_MAX = 4;
    private static final int CORES_OF_NODE = 1024;
    private static final long PAUSE_NS_MAX = 30_000_000;

    private final SimOwners owners;
    private int movesLeft;
    private boolean waiting;

    SimReassigner(final SimWorld world, final SimOwners owners, final int moves) {
        super(
                "reassigner",
                world,
                List.of(),
                world.entropy("reassigner's way").nextInt(2) == 0 ? SimNode.NODE_PORT : SimNode.CORE_PORT);
        this.owners = owners;
        movesLeft = moves;
    }

    static boolean isIn(final SimWorld world) {
        return world.entropy("core moves").nextInt(2) == 0;
    }

    @Override
    int act() {
        final SimNode node = world().node();
        if (movesLeft <= 0
                || waiting
                || node == null
                || node.coreCount() == 1
                || entropy().nextInt(4) > 0) {
            return 0;
        }
        final MetadataImage image = node.image();
        if (image.topicCount() == 0) {
            return 0;
        }
        return entropy().nextInt(8) == 0 ? list() : move(node, image);
    }

    boolean areSettled(final SimNode node) {
        return owners.areSettled(node);
    }

    private int list() {
        final ListPartitionReassignmentsRequestData request =
                new ListPartitionReassignmentsRequestData().setTimeoutMs(TIMEOUT_MS);
        waiting = call(bootstrapPort(), ApiKeys.LIST_PARTITION_REASSIGNMENTS, 0, request, this::onListed, this::onLost);
        return 1;
    }

    private void onListed(final SimSocket.Answer answer) {
        waiting = false;
        final Errors error =
                Errors.forCode(new ListPartitionReassignmentsResponseData(body(answer), answer.version()).errorCode());
        if (error != Errors.NONE) {
            throw new ViolationException(name() + ": " + error + " for what is being moved");
        }
    }

    private int move(final SimNode node, final MetadataImage image) {
        final AlterPartitionReassignmentsRequestData request =
                new AlterPartitionReassignmentsRequestData().setTimeoutMs(TIMEOUT_MS);
        final int[] targets = new int[1 + entropy().nextInt(PARTITIONS_MAX)];
        final boolean[] stays = new boolean[targets.length];
        for (int i = 0; i < targets.length; i++) {
            final TopicImage topic = image.topicAt(entropy().nextInt(image.topicCount()));
            final int partition = entropy().nextInt(topic.partitionCount());
            targets[i] = entropy().nextInt(node.coreCount());
            stays[i] = topic.partition(partition).ownerCore() == targets[i];
            final int id = SimNode.NODE_ID * CORES_OF_NODE + targets[i] + 1;
            final ReassignableTopic named = new ReassignableTopic().setName(topic.name());
            named.partitions()
                    .add(new ReassignablePartition()
                            .setPartitionIndex(partition)
                            .setReplicas(List.of(id)));
            request.topics().add(named);
        }
        movesLeft -= targets.length;
        waiting = call(
                bootstrapPort(),
                ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
                version(0, 1),
                request,
                answer -> onMoved(node, stays, answer),
                this::onLost);
        return 1;
    }

    private void onLost() {
        waiting = false;
    }

    private void onMoved(final SimNode node, final boolean[] stays, final SimSocket.Answer answer) {
        waiting = false;
        rest(entropy().nextInt((int) PAUSE_NS_MAX));
        final AlterPartitionReassignmentsResponseData response =
                new AlterPartitionReassignmentsResponseData(body(answer), answer.version());
        for (int i = 0; i < stays.length; i++) {
            final String topic = response.responses().get(i).name();
            final var partition = response.responses().get(i).partitions().getFirst();
            final Errors error = Errors.forCode(partition.errorCode());
            world().count(
                            error == Errors.NONE
                                    ? stays[i] ? "partition stayed" : "partition moved"
                                    : isInEffect(partition)
                                            ? "partition moved, not yet written"
                                            : "partition not moved: " + error);
            if (!isExpected(error)) {
                throw new ViolationException(name() + ": " + error + " (" + partition.errorMessage() + ") for " + topic
                        + '-' + partition.partitionIndex());
            }
            if (error == Errors.NONE && !stays[i] && node == world().node()) {
                owners.moved(node, topic, partition.partitionIndex());
            }
        }
    }

    private static boolean isInEffect(final ReassignablePartitionResponse answer) {
        return answer.errorMessage() != null && answer.errorMessage().startsWith("It is on core ");
    }

    private static boolean isExpected(final Errors error) {
        return switch (error) {
            case NONE,
                    UNKNOWN_TOPIC_OR_PARTITION,
                    INVALID_REPLICA_ASSIGNMENT,
                    KAFKA_STORAGE_ERROR,
                    REQUEST_TIMED_OUT,
                    NOT_CONTROLLER,
                    INVALID_REQUEST -> true;
            default -> false;
        };
    }

    /** No more moves. */
    void stop() {
        movesLeft = 0;
    }

    @Override
    boolean isDone() {
        return movesLeft <= 0 && !waiting;
    }

    @Override
    public String toString() {
        return name() + ", " + movesLeft + " moves to come" + (waiting ? ", waiting" : "");
    }
}
