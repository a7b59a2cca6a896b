package io.millrace.engine.core;

import io.millrace.codec.core.CheckpointReplyDecoder;
import io.millrace.codec.core.CheckpointReplyEncoder;
import io.millrace.codec.core.CheckpointRequestEncoder;
import io.millrace.engine.partition.Partition;
import io.millrace.engine.partition.PartitionReplies.CheckpointDone;
import io.millrace.engine.port.Stage;
import io.millrace.engine.status.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableDirectByteBuffer;

/** Tells core 0, which writes the node's checkpoint files, how far this core's partitions have come. */
final class CheckpointReporter implements Stage {
    private static final int PARTS_MAX = 1000;
    private static final int CHECKPOINT_HOST = 0;

    private record Wish(Partition partition, CheckpointDone done) {}

    private record Waiting(Partition partition, Runnable action) {}

    private record Sent(Wish wish, long startOffset) {}

    private final ExpandableDirectByteBuffer buffer = new ExpandableDirectByteBuffer(1024);
    private final CheckpointRequestEncoder request = new CheckpointRequestEncoder();
    private final CheckpointReplyDecoder reply = new CheckpointReplyDecoder();
    private final Requests requests;
    private final ArrayDeque<Wish> wishes = new ArrayDeque<>();
    private final List<Sent> underWay = new ArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();

    CheckpointReporter(final Requests requests) {
        this.requests = requests;
    }

    void add(final Partition partition, final CheckpointDone done) {
        wishes.addLast(new Wish(partition, done));
    }

    /** Runs the action once core 0 has written all that it was told of the partition; at once if there is nothing. */
    void whenReported(final Partition partition, final Runnable action) {
        if (isReporting(partition)) {
            waiting.add(new Waiting(partition, action));
        } else {
            action.run();
        }
    }

    /** Whether core 0 is being told of the partition, or will be. */
    boolean isReporting(final Partition partition) {
        for (int i = 0; i < underWay.size(); i++) {
            if (underWay.get(i).wish.partition == partition) {
                return true;
            }
        }
        for (final Wish wish : wishes) {
            if (wish.partition == partition) {
                return true;
            }
        }
        return false;
    }

    private void tellWaiting() {
        if (waiting.isEmpty()) {
            return;
        }
        final List<Waiting> before = new ArrayList<>(waiting);
        waiting.clear();
        before.forEach(each -> whenReported(each.partition, each.action));
    }

    boolean isIdle() {
        return wishes.isEmpty() && underWay.isEmpty();
    }

    @Override
    public int doWork(final long nowNs, final long nowMs) {
        if (wishes.isEmpty() || !underWay.isEmpty()) {
            return 0;
        }
        final int partsMax = partsMax();
        while (!wishes.isEmpty() && underWay.size() < partsMax) {
            final Wish wish = wishes.pollFirst();
            underWay.add(new Sent(wish, wish.partition.log().startOffset()));
        }
        final long correlation = requests.correlation(this::onReply, 0);
        request.wrap(buffer, 0).correlation(correlation);
        final CheckpointRequestEncoder.PartsEncoder parts = request.partsCount(underWay.size());
        for (final Sent sent : underWay) {
            final Partition partition = sent.wish.partition;
            final long recoveryPoint = partition.log().recoveryPoint();
            final long startOffset = sent.startOffset;
            final long cleanedTo = partition.log().compactor().cleanedTo();
            partition.checkpointed(recoveryPoint, startOffset, cleanedTo);
            parts.next()
                    .partitionKey(partition.key())
                    .recoveryPoint(recoveryPoint)
                    .logStartOffset(startOffset)
                    .cleanedTo(cleanedTo);
        }
        requests.send(
                correlation,
                CHECKPOINT_HOST,
                CheckpointRequestEncoder.TEMPLATE_ID,
                buffer,
                request.limit(),
                CheckpointReplyEncoder.BLOCK_LENGTH);
        return underWay.size();
    }

    /** What fits between two cores; the rest goes with the next message. */
    private int partsMax() {
        final int bytes = requests.messageBytesMax()
                - CheckpointRequestEncoder.BLOCK_LENGTH
                - CheckpointRequestEncoder.PartsEncoder.sbeHeaderSize();
        return Math.min(PARTS_MAX, bytes / CheckpointRequestEncoder.PartsEncoder.sbeBlockLength());
    }

    private void onReply(
            final long token, final int templateId, final DirectBuffer body, final int offset, final int length) {
        reply.wrap(body, offset, CheckpointReplyDecoder.BLOCK_LENGTH, CheckpointReplyDecoder.SCHEMA_VERSION);
        final boolean durable = Outcome.of(reply.outcome()) == Outcome.OK;
        final List<Sent> ended = new ArrayList<>(underWay);
        underWay.clear();
        for (final Sent sent : ended) {
            final Wish wish = sent.wish;
            if (durable) {
                wish.partition.startDurable(sent.startOffset);
            } else {
                wish.partition.checkpointed(-1, -1, -1); // not written: due again
            }
            if (wish.done != null) {
                wish.done.onCheckpoint(durable);
            }
        }
        tellWaiting();
    }

    @Override
    public boolean mayPark() {
        return wishes.isEmpty() || !underWay.isEmpty();
    }
}
