package io.millrace.net.simulation;

import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * A reader of committed records who reads a compacted topic from its start over and over: what each reading must have
 * seen the {@link TxnKeyBook} says.
 */
final class SimTxnKeys extends SimCaller {
    private static final int NOT_BEGUN = -1;

    private final TxnBook book;
    private final TopicPartition partition;
    private final boolean once;
    private boolean underWay;
    private boolean done;
    /** Null before it begins. */
    private TxnKeyBook.Pass pass;

    /** What it has found where, the last time. */
    private final TreeMap<Long, String> found = new TreeMap<>();

    private long position;
    /** The end of what there was when it began, or {@link #NOT_BEGUN}. */
    private long end = NOT_BEGUN;

    /** @param once whether to read once alone, when nobody writes any more */
    SimTxnKeys(
            final String name,
            final SimWorld world,
            final TxnBook book,
            final String topic,
            final boolean once,
            final int bootstrapPort) {
        super(name, world, List.of(topic), bootstrapPort);
        this.book = book;
        this.once = once;
        partition = new TopicPartition(topic, 0);
    }

    @Override
    int act() {
        final int leader = leaderPort(partition.topic(), 0);
        if (underWay || done || leader < 0 || entropy().nextInt(3) > 0) {
            return 0;
        }
        if (pass == null) {
            position = 0;
            end = NOT_BEGUN;
            pass = book.keys().begin();
            found.clear();
        }
        final FetchTopic named = new FetchTopic().setTopic(partition.topic());
        named.partitions()
                .add(new FetchPartition()
                        .setPartition(0)
                        .setFetchOffset(position)
                        .setPartitionMaxBytes(1 + entropy().nextInt(4_000)));
        final FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(entropy().nextInt(20))
                .setMinBytes(1)
                .setMaxBytes(1 + entropy().nextInt(8_000))
                .setIsolationLevel((byte) 1);
        request.topics().add(named);
        underWay = call(
                leader,
                ApiKeys.FETCH,
                version(4, 12),
                request,
                answer -> {
                    underWay = false;
                    onFetched(new FetchResponseData(body(answer), answer.version()));
                },
                () -> underWay = false);
        return 1;
    }

    private void onFetched(final FetchResponseData response) {
        Errors error = Errors.forCode(response.errorCode());
        PartitionData data = null;
        if (error == Errors.NONE) {
            data = response.responses().getFirst().partitions().getFirst();
            error = Errors.forCode(data.errorCode());
        }
        if (error != Errors.NONE) {
            if (!isTransient(error)) {
                throw new ViolationException(partition + ": " + error + " for " + name() + " at " + position);
            }
            retryLater();
            return;
        }
        end = end == NOT_BEGUN ? data.highWatermark() : end;
        position = SimCommitted.readCompacted(partition, position, data, record -> {
            final String text = SimCommitted.textOf(record);
            book.onSeen(partition, record.offset(), text);
            pass.onSeen(record.offset(), text);
            found.put(record.offset(), text);
        });
        if (position >= end) {
            world().count("committed keys read from the start");
            world().trace(position);
            pass.end(once);
            pass = null;
            done = once;
        }
    }

    TreeMap<Long, String> found() {
        return found;
    }

    @Override
    boolean isDone() {
        return done || !once;
    }

    @Override
    public String toString() {
        return name() + " reads at " + position + " of " + end;
    }
}
