package io.millrace.net.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/**
 * Reads the committed records of a topic once more after it was damaged. Nobody writes any more: each record is found
 * where it was, or cannot be read because of damage there, or lay behind where the log ends now, and the broker has said
 * so. Nothing else is found.
 */
final class SimSurvey extends SimCaller {
    private static final int REFUSALS_MAX = 20;

    /** One partition as it was, and as it is found. */
    private final class Lane {
        private final TopicPartition partition;
        private final TreeMap<Long, String> known;
        private final TreeMap<Long, String> seen = new TreeMap<>();
        /** What could not be read, from and to. */
        private final TreeMap<Long, Long> gaps = new TreeMap<>();

        private boolean asked;
        private long position;
        private long end = -1;
        private int refusals;
        private int empty;
        private boolean done;

        Lane(final TopicPartition partition, final TreeMap<Long, String> known) {
            this.partition = partition;
            this.known = known;
        }

        void skip(final long to) {
            gaps.merge(position, to, Math::max);
            position = to;
        }

        boolean isExcused(final long offset) {
            final Map.Entry<Long, Long> gap = gaps.floorEntry(offset);
            return offset >= losses.from(partition) || (gap != null && offset < gap.getValue());
        }
    }

    private final String topic;
    private final SimLosses losses;
    private final boolean compacted;
    private final List<Lane> lanes = new ArrayList<>();

    /**
     * @param known     what a reader of committed records saw before
     * @param compacted whether a record may have gone since that is not the last of its key
     */
    SimSurvey(
            final String name,
            final SimWorld world,
            final SimLosses losses,
            final String topic,
            final Map<TopicPartition, TreeMap<Long, String>> known,
            final boolean compacted) {
        super(name, world, List.of(topic), SimNode.NODE_PORT);
        this.topic = topic;
        this.losses = losses;
        this.compacted = compacted;
        byNumber(known).values().forEach(each -> lanes.add(new Lane(each, known.get(each))));
    }

    private static Map<Integer, TopicPartition> byNumber(final Map<TopicPartition, TreeMap<Long, String>> known) {
        final TreeMap<Integer, TopicPartition> partitions = new TreeMap<>();
        known.keySet().forEach(each -> partitions.put(each.partition(), each));
        return partitions;
    }

    @Override
    int act() {
        int work = 0;
        for (final Lane lane : lanes) {
            final int port = leaderPort(topic, lane.partition.partition());
            if (port >= 0 && !lane.asked && !lane.done && entropy().nextInt(3) == 0) {
                work++;
                if (lane.end < 0) {
                    askEnd(port, lane);
                } else {
                    fetch(port, lane);
                }
            }
        }
        return work;
    }

    private void askEnd(final int port, final Lane lane) {
        final ListOffsetsTopic asked = new ListOffsetsTopic().setName(topic);
        asked.partitions()
                .add(new ListOffsetsPartition()
                        .setPartitionIndex(lane.partition.partition())
                        .setTimestamp(ListOffsetsRequest.LATEST_TIMESTAMP));
        final ListOffsetsRequestData request = new ListOffsetsRequestData().setReplicaId(-1);
        request.topics().add(asked);
        lane.asked = call(
                port,
                ApiKeys.LIST_OFFSETS,
                version(1, 9),
                request,
                answer -> {
                    lane.asked = false;
                    final ListOffsetsPartitionResponse told = new ListOffsetsResponseData(
                                    body(answer), answer.version())
                            .topics()
                            .getFirst()
                            .partitions()
                            .getFirst();
                    if (told.errorCode() == Errors.NONE.code()) {
                        lane.end = told.offset();
                    } else {
                        retryLater();
                    }
                },
                () -> lane.asked = false);
    }

    private void fetch(final int port, final Lane lane) {
        final FetchTopic named = new FetchTopic().setTopic(topic);
        named.partitions()
                .add(new FetchPartition()
                        .setPartition(lane.partition.partition())
                        .setFetchOffset(lane.position)
                        .setPartitionMaxBytes(1 + entropy().nextInt(10_000)));
        final FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(entropy().nextInt(20))
                .setMinBytes(1)
                .setMaxBytes(1 + entropy().nextInt(20_000))
                .setIsolationLevel((byte) 1);
        request.topics().add(named);
        lane.asked = call(
                port,
                ApiKeys.FETCH,
                version(4, 12),
                request,
                answer -> {
                    lane.asked = false;
                    onFetched(lane, new FetchResponseData(body(answer), answer.version()));
                },
                () -> lane.asked = false);
    }

    private void onFetched(final Lane lane, final FetchResponseData response) {
        Errors error = Errors.forCode(response.errorCode());
        PartitionData data = null;
        if (error == Errors.NONE) {
            data = response.responses().getFirst().partitions().getFirst();
            error = Errors.forCode(data.errorCode());
        }
        if (error == Errors.NONE) {
            read(lane, data);
            return;
        }
        world().onClientError(error);
        retryLater();
        if (error == Errors.CORRUPT_MESSAGE) {
            passDamage(lane, error.toString());
        } else if (!isTransient(error)) {
            throw new ViolationException(lane.partition + ": " + error + " for " + name() + " at " + lane.position
                    + ", where the log ends at " + lane.end);
        }
    }

    private void read(final Lane lane, final PartitionData data) {
        final long before = lane.position;
        String wrong;
        try {
            wrong = readBatches(lane, data);
        } catch (final KafkaException | IllegalArgumentException unsound) {
            wrong = unsound.toString();
        }
        if (wrong == null && data.records().sizeInBytes() > 0 && lane.position == before) {
            wrong = data.records().sizeInBytes() + " bytes that hold nothing of use";
        }
        if (wrong != null) {
            passDamage(lane, wrong);
        } else if (lane.position >= lane.end) {
            lane.done = true;
        } else if (isAtLastStable(lane, data) && losses.any(lane.partition)) {
            // What has ended the transaction there is lost, too: nobody knows whether that and what follows count.
            lane.skip(Long.MAX_VALUE);
            lane.done = true;
        }
        world().trace(lane.position);
    }

    /** Or behind it there is nothing left: a compaction took out what lay between, and nothing more will come. */
    private boolean isAtLastStable(final Lane lane, final PartitionData data) {
        lane.empty = data.records().sizeInBytes() > 0 ? 0 : lane.empty + 1;
        return lane.position >= data.lastStableOffset() || (compacted && lane.empty > REFUSALS_MAX);
    }

    /** Returns what is wrong, or null. */
    private String readBatches(final Lane lane, final PartitionData data) {
        final SimCommitted committed = new SimCommitted(data);
        for (final MutableRecordBatch batch : ((MemoryRecords) data.records()).batches()) {
            batch.ensureValid();
            final boolean isNext =
                    compacted ? batch.lastOffset() >= lane.position : batch.baseOffset() == lane.position;
            if (!isNext || batch.lastOffset() >= data.lastStableOffset()) {
                return "a batch " + batch.baseOffset() + ".." + batch.lastOffset() + " with last stable offset "
                        + data.lastStableOffset();
            }
            committed.read(
                    lane.position, batch, record -> onRecord(lane, record.offset(), SimCommitted.textOf(record)));
            lane.position = batch.nextOffset();
        }
        return null;
    }

    private void onRecord(final Lane lane, final long offset, final String text) {
        if (text.equals(lane.known.get(offset))) {
            lane.seen.put(offset, text);
        } else if (!world().wounds().isMoved(lane.partition)) {
            throw new ViolationException(lane.partition + ": " + text + " is shown at " + offset
                    + ", where a reader of committed records has found " + lane.known.get(offset));
        } else if (!compacted) {
            throw new IllegalArgumentException("the record of another offset");
        }
    }

    /** Goes on behind what is damaged there; where a header is, the broker may not find its way any more. */
    private void passDamage(final Lane lane, final String wrong) {
        final Wounds wounds = world().wounds();
        final long behind = compacted
                ? wounds.noticeNext(lane.partition, lane.position)
                : wounds.notice(lane.partition, lane.position);
        if (behind > lane.position) {
            lane.skip(Math.min(behind, Math.max(lane.end, lane.position)));
            world().count("damage found in what programs wrote");
        } else if (!wounds.isWounded(lane.partition)
                || !(compacted || wounds.isWoundedBelow(lane.partition, lane.position))) {
            throw new ViolationException(lane.partition + " at " + lane.position + ": " + wrong
                    + ", and nothing was damaged there: " + wounds.describe(lane.partition));
        } else if (++lane.refusals > REFUSALS_MAX) {
            lane.skip(Math.max(lane.end, lane.position));
        }
        lane.done = lane.position >= lane.end;
    }

    @Override
    boolean isDone() {
        return lanes.stream().allMatch(lane -> lane.done);
    }

    /** What is missing was damaged, or is known to be lost. */
    void audit() {
        for (final Lane lane : lanes) {
            final TreeMap<String, Long> lastOfKey = new TreeMap<>();
            lane.known.forEach((offset, text) -> lastOfKey.put(compacted ? TxnKeyBook.keyOf(text) : text, offset));
            if (world().wounds().isMoved(lane.partition)) {
                // A batch that says it lies elsewhere may be taken for the one there.
                continue;
            }
            lastOfKey.forEach((key, offset) -> {
                if (!lane.seen.containsKey(offset) && !lane.isExcused(offset)) {
                    throw new ViolationException(lane.partition + ": " + lane.known.get(offset) + " at " + offset
                            + " is missing, and nothing was damaged there: "
                            + world().wounds().describe(lane.partition) + ", read up to " + lane.position);
                }
            });
        }
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder(name());
        lanes.forEach(lane -> text.append(' ')
                .append(lane.partition)
                .append('@')
                .append(lane.position)
                .append('/')
                .append(lane.end));
        return text.toString();
    }
}
