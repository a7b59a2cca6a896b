package io.millrace.tools.it.compat;

import io.millrace.tools.it.support.Batches;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.ProduceResponseData;

/** Where a log begins and ends, at a time or at an epoch. */
final class OffsetScripts {
    private static final short PRODUCE_VERSION = 9;

    private OffsetScripts() {}

    private static void fill(final Twins twins, final String topic, final byte[]... batches) {
        for (final byte[] batch : batches) {
            twins.each(party -> party.call(
                    ProduceScripts.of(party, PRODUCE_VERSION, topic, 0, batch),
                    PRODUCE_VERSION,
                    ProduceResponseData.class));
        }
    }

    static void listOffsets(final Twins twins) {
        final String topic = "list-offsets-v" + twins.version();
        twins.topic(topic, 2);
        fill(twins, topic, Batches.plain("a", "b", "c"), Batches.plain("d"), Batches.plain("e", "f"));
        final long first = Batches.TIME_MS;
        for (final long time : new long[] {
            -1, -2, -3, -4, -5, -6, -7, 0, 1, first - 1, first, first + 1, first + 2, first + 3, Long.MAX_VALUE
        }) {
            final String name = time < 1_000 ? Long.toString(time) : "first + " + (time - first);
            twins.ask("at " + name, party -> offsetsOf(topic, 0, time));
            twins.ask("at " + name + " in an empty partition", party -> offsetsOf(topic, 1, time));
        }
        for (final byte isolation : new byte[] {1, 9}) {
            twins.ask("isolation " + isolation, party -> offsetsOf(topic, 0, -1).setIsolationLevel(isolation));
        }
        for (final int epoch : new int[] {0, 1, -2}) {
            twins.ask("epoch " + epoch, party -> {
                final ListOffsetsRequestData request = offsetsOf(topic, 0, -1);
                request.topics().get(0).partitions().get(0).setCurrentLeaderEpoch(epoch);
                return request;
            });
        }
        for (final int partition : new int[] {2, -1}) {
            twins.ask("partition " + partition, party -> offsetsOf(topic, partition, -1));
        }
        twins.ask("unknown topic", party -> offsetsOf("nobody-made-this", 0, -1));
        twins.ask("bad name", party -> offsetsOf("a b", 0, -1));
        twins.ask("one partition twice", party -> {
            final ListOffsetsRequestData request = offsetsOf(topic, 0, -1);
            request.topics().get(0).partitions().add(at(0, -2));
            return request;
        });
        twins.ask("two partitions", party -> {
            final ListOffsetsRequestData request = offsetsOf(topic, 0, -1);
            request.topics().get(0).partitions().add(at(1, -2));
            return request;
        });
        twins.ask("nothing", party -> new ListOffsetsRequestData().setReplicaId(-1));
        twins.ask("a debugging consumer", party -> offsetsOf(topic, 0, -1).setReplicaId(-2));
        deleteRecords(twins, topic, 4);
        for (final long time : new long[] {-1, -2, -3, -4, -5, first, first + 1}) {
            twins.ask(
                    "when 4 is the first, at " + (time < 0 ? time : "first + " + (time - first)),
                    party -> offsetsOf(topic, 0, time));
        }
    }

    private static ListOffsetsRequestData offsetsOf(final String topic, final int partition, final long time) {
        final ListOffsetsRequestData request = new ListOffsetsRequestData().setReplicaId(-1);
        request.topics()
                .add(new ListOffsetsTopic()
                        .setName(topic)
                        .setPartitions(new ArrayList<>(List.of(at(partition, time)))));
        return request;
    }

    private static ListOffsetsPartition at(final int partition, final long time) {
        return new ListOffsetsPartition().setPartitionIndex(partition).setTimestamp(time);
    }

    static void offsetForLeaderEpoch(final Twins twins) {
        final String topic = "epochs-v" + twins.version();
        twins.topic(topic, 2);
        fill(twins, topic, Batches.plain("a", "b", "c"));
        for (final int partition : new int[] {0, 1, 2, -1}) {
            for (final int epoch : new int[] {-1, 0, 1, 7}) {
                twins.ask(
                        "epoch " + epoch + " of partition " + partition, party -> epochOf(topic, partition, epoch, -1));
            }
        }
        for (final int current : new int[] {0, 1, -2}) {
            twins.ask("current epoch " + current, party -> epochOf(topic, 0, 0, current));
        }
        twins.ask("unknown topic", party -> epochOf("nobody-made-this", 0, 0, -1));
        twins.ask("nothing", party -> new OffsetForLeaderEpochRequestData());
        twins.ask("as a replica", party -> epochOf(topic, 0, 0, -1).setReplicaId(1));
    }

    private static OffsetForLeaderEpochRequestData epochOf(
            final String topic, final int partition, final int epoch, final int current) {
        final OffsetForLeaderEpochRequestData request = new OffsetForLeaderEpochRequestData();
        request.topics()
                .add(new OffsetForLeaderTopic()
                        .setTopic(topic)
                        .setPartitions(List.of(new OffsetForLeaderPartition()
                                .setPartition(partition)
                                .setLeaderEpoch(epoch)
                                .setCurrentLeaderEpoch(current))));
        return request;
    }

    static void deleteRecords(final Twins twins) {
        final String topic = "delete-records-v" + twins.version();
        twins.topic(topic, 2);
        fill(twins, topic, Batches.plain("a", "b", "c"), Batches.plain("d", "e"));
        for (final long offset : new long[] {0, 1, 3, 2, 6, -2, 4, -1, 5}) {
            deleteRecords(twins, topic, offset);
        }
        fill(twins, topic, Batches.plain("f"));
        deleteRecords(twins, topic, 5);
        twins.ask("an empty partition", party -> deletionOf(topic, 1, -1));
        twins.ask("too much of an empty partition", party -> deletionOf(topic, 1, 1));
        twins.ask("partition 9", party -> deletionOf(topic, 9, 0));
        twins.ask("unknown topic", party -> deletionOf("nobody-made-this", 0, 0));
        twins.ask("nothing", party -> new DeleteRecordsRequestData().setTimeoutMs(1_000));
    }

    private static void deleteRecords(final Twins twins, final String topic, final long offset) {
        twins.ask(
                "delete up to " + offset, (short) Math.min(2, twins.version()), party -> deletionOf(topic, 0, offset));
    }

    private static DeleteRecordsRequestData deletionOf(final String topic, final int partition, final long offset) {
        final DeleteRecordsRequestData request = new DeleteRecordsRequestData().setTimeoutMs(20_000);
        request.topics()
                .add(new DeleteRecordsTopic()
                        .setName(topic)
                        .setPartitions(List.of(new DeleteRecordsPartition()
                                .setPartitionIndex(partition)
                                .setOffset(offset))));
        return request;
    }
}
