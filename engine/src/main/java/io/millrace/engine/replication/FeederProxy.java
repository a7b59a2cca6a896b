package io.millrace.engine.replication;

import io.millrace.codec.replication.BatchBytesEncoder;
import io.millrace.codec.replication.EpochAnswerEncoder;
import io.millrace.codec.replication.LeaderProgressEncoder;
import io.millrace.codec.replication.MessageHeaderEncoder;
import io.millrace.codec.replication.PartitionFactsEncoder;
import io.millrace.codec.replication.StartOverEncoder;
import io.millrace.engine.port.PeerLink;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The feeder's messages as bytes on a lane. Each method returns whether the lane took the message. */
final class FeederProxy {
    static final int CHUNK_OVERHEAD_BYTES = MessageHeaderEncoder.ENCODED_LENGTH
            + BatchBytesEncoder.BLOCK_LENGTH
            + BatchBytesEncoder.contentHeaderLength();

    private final PeerLink link;
    private final UnsafeBuffer buffer;
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final PartitionFactsEncoder facts = new PartitionFactsEncoder();
    private final EpochAnswerEncoder answer = new EpochAnswerEncoder();
    private final BatchBytesEncoder bytes = new BatchBytesEncoder();
    private final LeaderProgressEncoder progress = new LeaderProgressEncoder();
    private final StartOverEncoder startOver = new StartOverEncoder();

    FeederProxy(final PeerLink link) {
        this.link = link;
        buffer = new UnsafeBuffer(new byte[link.maxMessageBytes()]);
    }

    int chunkBytesMax() {
        return link.maxMessageBytes() - CHUNK_OVERHEAD_BYTES;
    }

    boolean facts(final long attempt, final FeedFacts value) {
        facts.wrapAndApplyHeader(buffer, 0, header)
                .attempt(attempt)
                .topicIdHigh(value.topicIdHigh())
                .topicIdLow(value.topicIdLow())
                .logStartOffset(value.logStartOffset())
                .segmentBytes(value.config().segmentBytes())
                .segmentMs(value.config().segmentMs())
                .segmentJitterMs(value.config().segmentJitterMs())
                .segmentIndexBytes(value.config().segmentIndexBytes())
                .indexIntervalBytes(value.config().indexIntervalBytes())
                .retentionBytes(value.config().retentionBytes())
                .retentionMs(value.config().retentionMs());
        return send(facts.limit());
    }

    boolean epochAnswer(final long attempt, final int epoch, final long endOffset) {
        answer.wrapAndApplyHeader(buffer, 0, header)
                .attempt(attempt)
                .epoch(epoch)
                .endRecordOffset(endOffset);
        return send(answer.limit());
    }

    boolean batchBytes(
            final long attempt, final long position, final DirectBuffer source, final int offset, final int length) {
        bytes.wrapAndApplyHeader(buffer, 0, header)
                .attempt(attempt)
                .streamPosition(position)
                .putContent(source, offset, length);
        return send(bytes.limit());
    }

    boolean progress(final long attempt, final long logStartOffset, final long highWatermark) {
        progress.wrapAndApplyHeader(buffer, 0, header)
                .attempt(attempt)
                .logStartOffset(logStartOffset)
                .highWatermark(highWatermark);
        return send(progress.limit());
    }

    boolean startOver(final long attempt) {
        startOver.wrapAndApplyHeader(buffer, 0, header).attempt(attempt);
        return send(startOver.limit());
    }

    private boolean send(final int length) {
        return link.offer(buffer, 0, length) > 0;
    }
}
