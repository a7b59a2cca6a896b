package io.millrace.net.simulation;

import io.millrace.net.simulation.SimSocket.Answer;
import io.millrace.net.simulation.SimTopicRequests.Request;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * Makes topics beside the run's main one, lets them grow, gives them settings, writes to them, deletes them, and makes
 * them anew. What was answered must hold on every core from then on, over any crash and under either durability; an
 * operation without an answer is repeated until it has one.
 */
final class SimTopicOwner extends SimClient {
    private static final int TOPICS = 2;
    private static final int PARTITIONS_MAX = 5;
    private static final long RETENTION_MS = 900_000_000;
    private static final int FAR_CORES = 3;
    private static final Set<Errors> TRANSIENT = Set.of(
            Errors.NOT_CONTROLLER,
            Errors.REQUEST_TIMED_OUT,
            Errors.KAFKA_STORAGE_ERROR,
            Errors.LEADER_NOT_AVAILABLE,
            Errors.NOT_LEADER_OR_FOLLOWER);

    enum Operation {
        CREATE,
        GROW,
        ALTER,
        DELETE,
        WRITE,
        LOOK,
        LOOK_AT_SETTINGS
    }

    /** A topic as its owner knows it: what was answered. */
    static final class Side {
        final String name;
        int generation;
        boolean exists;
        int partitions;
        long retentionMs;
        Uuid id;
        private MetadataResponseTopic described;

        Side(final String name) {
            this.name = name;
        }
    }

    /** One request for one topic. */
    static final class Task {
        final Operation operation;
        final Side side;
        int partitions;
        long retentionMs;
        int partition;
        String record;
        private boolean mayHaveHappened;

        Task(final Operation operation, final Side side) {
            this.operation = operation;
            this.side = side;
        }
    }

    private final List<Side> sides = new ArrayList<>();
    private final TreeMap<Integer, Integer> brokerPorts = new TreeMap<>();
    private int operationsLeft;
    private int number;
    /** Where a request is under way, or null. */
    private SimSocket asked;

    /** To be repeated until it is answered, or null. */
    private Task task;
    /** Topics still to be looked at in the end. */
    private int looksLeft = -1;

    SimTopicOwner(final SimWorld world, final int operations) {
        super("owner", world, List.of(), SimNode.NODE_PORT);
        operationsLeft = operations;
        for (int i = 0; i < TOPICS; i++) {
            sides.add(new Side("side" + i));
        }
    }

    /** The topics that were there at the last answer. */
    List<Side> living() {
        return sides.stream().filter(side -> side.exists).toList();
    }

    /** Begins nothing any more but a last look at everything. */
    void stop() {
        operationsLeft = 0;
        looksLeft = 2 * TOPICS;
    }

    @Override
    int act() {
        if (asked != null) {
            return 0;
        }
        if (task == null) {
            task = next();
            if (task == null) {
                return 0;
            }
        }
        start();
        return 1;
    }

    private Task next() {
        if (looksLeft > 0) {
            final Side side = sides.get(looksLeft % TOPICS);
            return new Task(looksLeft-- > TOPICS ? Operation.LOOK : Operation.LOOK_AT_SETTINGS, side);
        }
        if (operationsLeft <= 0 || entropy().nextInt(40) > 0) {
            return null;
        }
        operationsLeft--;
        final Side side = sides.get(entropy().nextInt(TOPICS));
        if (!side.exists) {
            final Task create = new Task(entropy().nextInt(8) == 0 ? Operation.LOOK : Operation.CREATE, side);
            create.partitions = 1 + entropy().nextInt(2);
            create.retentionMs = RETENTION_MS + ++number;
            return create;
        }
        return switch (entropy().nextInt(12)) {
            case 0 -> new Task(Operation.DELETE, side);
            case 1 -> {
                final Task grow = new Task(Operation.GROW, side);
                grow.partitions = side.partitions + 1;
                yield side.partitions < PARTITIONS_MAX ? grow : new Task(Operation.DELETE, side);
            }
            case 2, 3 -> {
                final Task alter = new Task(Operation.ALTER, side);
                alter.retentionMs = RETENTION_MS + ++number;
                yield alter;
            }
            case 4 -> new Task(Operation.LOOK_AT_SETTINGS, side);
            case 5, 6 -> new Task(Operation.LOOK, side);
            default -> write(side);
        };
    }

    private Task write(final Side side) {
        if (side.described == null || side.described.partitions().isEmpty()) {
            return new Task(Operation.LOOK, side);
        }
        final Task write = new Task(Operation.WRITE, side);
        write.partition = entropy()
                .nextInt(Math.min(side.partitions, side.described.partitions().size()));
        write.record = "~" + side.name + '.' + side.generation + '/' + ++number + ' '
                + "x".repeat(entropy().nextInt(300));
        return write;
    }

    private void start() {
        final Task now = task;
        if (now.operation == Operation.WRITE) {
            task = null; // not idempotent, so it is not repeated
            start(
                    portOf(now),
                    new Request(ApiKeys.PRODUCE, (short) (3 + entropy().nextInt(9)), produce(now)),
                    now);
            return;
        }
        if (now.operation == Operation.DELETE) {
            world().history().forget(now.side.name);
        }
        start(anyPort(), SimTopicRequests.of(now, entropy()), now);
    }

    private void start(final int port, final Request request, final Task now) {
        if (port >= 0 && send(port, request.api(), request.version(), request.data(), now)) {
            asked = socket(port);
        }
    }

    /** Any core will do, whatever it is asked. */
    private int anyPort() {
        return entropy().nextInt(2) == 0
                ? SimNode.NODE_PORT
                : SimNode.CORE_PORT + entropy().nextInt(FAR_CORES);
    }

    private int portOf(final Task write) {
        return write.side.described.partitions().stream()
                .filter(each -> each.partitionIndex() == write.partition)
                .map(each -> brokerPorts.getOrDefault(each.leaderId(), -1))
                .findFirst()
                .orElse(-1);
    }

    private ProduceRequestData produce(final Task write) {
        return SimTopicRequests.produce(
                write,
                (short) (entropy().nextInt(2) == 0 ? 1 : -1),
                MemoryRecords.withRecords(
                        Compression.NONE,
                        new SimpleRecord(world().nowMs(), null, write.record.getBytes(StandardCharsets.UTF_8))));
    }

    @Override
    void onReply(final Answer answer) {
        asked = null;
        final Task done = (Task) answer.context();
        switch (done.operation) {
            case WRITE -> onWritten(done, answer);
            case LOOK -> onLooked(done, answer);
            case LOOK_AT_SETTINGS -> onSettings(done, answer);
            default -> onChanged(done, SimTopicRequests.errorOf(done, answer));
        }
    }

    private void onChanged(final Task done, final Errors error) {
        if (error != Errors.NONE && !(done.mayHaveHappened && isAsIfDone(done.operation, error))) {
            if (!TRANSIENT.contains(error)) {
                violated(done.side, "answers " + error + " to " + done.operation);
                return;
            }
            world().onClientError(error);
            done.mayHaveHappened = true;
            retryLater();
            return;
        }
        task = null;
        final Side side = done.side;
        switch (done.operation) {
            case CREATE -> {
                side.exists = true;
                side.generation++;
                side.partitions = done.partitions;
                side.retentionMs = done.retentionMs;
                side.id = null;
                side.described = null;
            }
            case GROW -> side.partitions = done.partitions;
            case ALTER -> side.retentionMs = done.retentionMs;
            case DELETE -> {
                side.exists = false;
                side.described = null;
            }
            default -> throw new IllegalStateException(done.operation.name());
        }
        world().count("topic." + done.operation);
        world().trace(number);
    }

    private static boolean isAsIfDone(final Operation operation, final Errors error) {
        return switch (operation) {
            case CREATE -> error == Errors.TOPIC_ALREADY_EXISTS;
            case GROW -> error == Errors.INVALID_PARTITIONS;
            case DELETE -> error == Errors.UNKNOWN_TOPIC_OR_PARTITION || error == Errors.UNKNOWN_TOPIC_ID;
            default -> false;
        };
    }

    private void onWritten(final Task done, final Answer answer) {
        final PartitionProduceResponse partition = new ProduceResponseData(
                        new ByteBufferAccessor(answer.body()), answer.version())
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .getFirst();
        final Errors error = Errors.forCode(partition.errorCode());
        if (error == Errors.NONE) {
            world().history()
                    .onAcked(
                            new TopicPartition(done.side.name, done.partition),
                            partition.baseOffset(),
                            List.of(done.record));
            return;
        }
        if (!TRANSIENT.contains(error)) {
            violated(done.side, "answers " + error + " to a new record for partition " + done.partition);
        }
        world().onClientError(error);
        done.side.described = null;
        retryLater();
    }

    private void onLooked(final Task done, final Answer answer) {
        task = null;
        final MetadataResponseData metadata =
                new MetadataResponseData(new ByteBufferAccessor(answer.body()), answer.version());
        brokerPorts.clear();
        for (final MetadataResponseBroker broker : metadata.brokers()) {
            brokerPorts.put(broker.nodeId(), broker.port());
        }
        final Side side = done.side;
        final MetadataResponseTopic found = metadata.topics().iterator().next();
        final boolean exists = found.errorCode() != Errors.UNKNOWN_TOPIC_OR_PARTITION.code();
        if (exists != side.exists) {
            violated(side, exists ? "is there, though it was deleted" : "is gone");
            return;
        }
        if (!exists || found.errorCode() != Errors.NONE.code()) {
            return;
        }
        if (found.partitions().size() != side.partitions) {
            violated(side, "has " + found.partitions().size() + " partitions, expected " + side.partitions);
        }
        if (side.id != null && !side.id.equals(found.topicId())) {
            violated(side, "has another id");
        }
        side.id = found.topicId();
        side.described = found;
    }

    private void onSettings(final Task done, final Answer answer) {
        task = null;
        final DescribeConfigsResult result = new DescribeConfigsResponseData(
                        new ByteBufferAccessor(answer.body()), answer.version())
                .results()
                .getFirst();
        final Errors error = Errors.forCode(result.errorCode());
        if (done.side.exists != (error == Errors.NONE)) {
            violated(done.side, "has settings that are answered with " + error);
            return;
        }
        if (error != Errors.NONE) {
            return;
        }
        final String value = result.configs().stream()
                .filter(each -> each.name().equals(SimTopicRequests.SETTING))
                .map(DescribeConfigsResourceResult::value)
                .findFirst()
                .orElse(null);
        if (!Long.toString(done.side.retentionMs).equals(value)) {
            violated(
                    done.side, "has " + SimTopicRequests.SETTING + " " + value + ", expected " + done.side.retentionMs);
        }
    }

    /** Only a bit that turned in the metadata excuses that. */
    private void violated(final Side side, final String what) {
        if (world().wounds().isMetadataDamaged()) {
            world().count("damage of metadata taken for a torn end");
            task = null;
            operationsLeft = 0;
            looksLeft = Math.min(looksLeft, 0);
            sides.forEach(each -> each.exists = false);
            return;
        }
        throw new ViolationException(side.name + " of generation " + side.generation + " " + what);
    }

    @Override
    void onDisconnected(final SimSocket socket) {
        if (asked != socket) {
            return;
        }
        asked = null;
        if (task != null) {
            task.mayHaveHappened = true;
        }
    }

    @Override
    boolean isDone() {
        return task == null && asked == null && looksLeft == 0;
    }

    @Override
    public String toString() {
        return name() + (task == null ? "" : " " + task.operation + " " + task.side.name) + ", " + looksLeft
                + " looks to come";
    }
}
