package io.millrace.net.kafka.fetch;

import io.millrace.codec.core.ReadReplyDecoder;
import io.millrace.codec.core.ReadRequestEncoder;
import io.millrace.codec.core.WatchRequestEncoder;
import io.millrace.engine.core.ReplyHandler;
import io.millrace.engine.core.Requests;
import org.agrona.concurrent.UnsafeBuffer;

/** Encodes fetches' messages to the cores that own partitions. A chain longer than a message takes several. */
final class FetchMessages {
    static final int PARTS_MAX = 256;

    private static final int BYTES_MAX = ReadRequestEncoder.BLOCK_LENGTH
            + ReadRequestEncoder.PartsEncoder.sbeHeaderSize()
            + PARTS_MAX * ReadRequestEncoder.PartsEncoder.sbeBlockLength();

    private final Requests requests;
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[BYTES_MAX]);
    private final ReadRequestEncoder read = new ReadRequestEncoder();
    private final WatchRequestEncoder watch = new WatchRequestEncoder();
    private int end;
    private int replyBytes;

    FetchMessages(final Requests requests) {
        this.requests = requests;
    }

    /**
     * Asks a core for slices of the partitions in the chain from {@code first} on.
     *
     * @param committed whether what undecided transactions wrote is not to be read
     * @return the first that was left, or {@link FetchPartition#END}
     */
    int read(
            final int core,
            final ReplyHandler handler,
            final FetchPartition[] partitions,
            final int first,
            final int answerBytesMax,
            final boolean committed) {
        final long correlation = requests.correlation(handler, first);
        encodeRead(correlation, partitions, first, answerBytesMax, committed, false);
        requests.send(correlation, core, ReadRequestEncoder.TEMPLATE_ID, message, read.encodedLength(), replyBytes);
        return end;
    }

    /**
     * Asks a core for slices of the partitions in the chain, all of them, when there are some, or something else to tell.
     *
     * @param token given to the handler with the reply
     * @return the correlation, to hurry the answer by with {@link #cancel}
     */
    long readWaiting(
            final int core,
            final ReplyHandler handler,
            final long token,
            final FetchPartition[] partitions,
            final int first,
            final int answerBytesMax,
            final boolean committed) {
        final long correlation = requests.correlation(handler, token);
        encodeRead(correlation, partitions, first, answerBytesMax, committed, true);
        requests.sendWaiting(
                correlation, core, ReadRequestEncoder.TEMPLATE_ID, message, read.encodedLength(), replyBytes);
        return correlation;
    }

    /** Whether a core may be asked to wait with its answer for so many partitions. */
    boolean mayWait(final int core, final int parts) {
        final int length = ReadRequestEncoder.BLOCK_LENGTH
                + ReadRequestEncoder.PartsEncoder.sbeHeaderSize()
                + parts * ReadRequestEncoder.PartsEncoder.sbeBlockLength();
        return requests.mayWait(core, length, replyBytes(parts));
    }

    private static int replyBytes(final int parts) {
        return ReadReplyDecoder.BLOCK_LENGTH
                + ReadReplyDecoder.PartsDecoder.sbeHeaderSize()
                + parts * ReadReplyDecoder.PartsDecoder.sbeBlockLength();
    }

    private void encodeRead(
            final long correlation,
            final FetchPartition[] partitions,
            final int first,
            final int answerBytesMax,
            final boolean committed,
            final boolean waits) {
        final int count = countTo(partitions, first);
        replyBytes = replyBytes(count);
        read.wrap(message, 0)
                .correlation(correlation)
                .committed((short) (committed ? 1 : 0))
                .waits((short) (waits ? 1 : 0));
        final ReadRequestEncoder.PartsEncoder group = read.partsCount(count);
        for (int i = first; i != end; i = partitions[i].next) {
            final FetchPartition partition = partitions[i];
            group.next()
                    .partitionKey(partition.key)
                    .ownerEpoch(partition.ownerEpoch)
                    .clientEpoch(
                            Math.max(-1, partition.leaderEpoch)) // Kafka takes any negative one for none, here only
                    .lastFetchedEpoch(partition.lastFetchedEpoch)
                    .fetchOffset(partition.fetchOffset)
                    .bytesMax(Math.min(partition.bytesMax, answerBytesMax));
        }
    }

    /**
     * Asks a core to tell when something is committed beyond what is known of the partitions in the chain.
     *
     * @param token given to the handler with the reply
     * @return the watch's correlation, to cancel it by; {@link #end} tells what was left
     */
    long watch(
            final int core,
            final ReplyHandler handler,
            final int token,
            final FetchPartition[] partitions,
            final int first,
            final int bytesMin,
            final boolean committed) {
        final int count = countTo(partitions, first);
        final long correlation = requests.correlation(handler, token);
        watch.wrap(message, 0)
                .correlation(correlation)
                .committed((short) (committed ? 1 : 0))
                .bytesMin(bytesMin);
        final WatchRequestEncoder.PartsEncoder group = watch.partsCount(count);
        for (int i = first; i != end; i = partitions[i].next) {
            final FetchPartition partition = partitions[i];
            group.next()
                    .partitionKey(partition.key)
                    .ownerEpoch(partition.ownerEpoch)
                    .highWatermark(partition.readableTo(committed));
        }
        requests.sendWatch(correlation, core, message, watch.encodedLength());
        return correlation;
    }

    /** The first partition of the chain that the last message had no room for, or {@link FetchPartition#END}. */
    int end() {
        return end;
    }

    /** How long ago the request was sent whose reply is being handled. */
    long roundTripNs() {
        return requests.roundTripNs();
    }

    void cancel(final long correlation) {
        requests.cancelWatch(correlation);
    }

    private int countTo(final FetchPartition[] partitions, final int first) {
        int count = 0;
        end = first;
        while (end != FetchPartition.END && count < PARTS_MAX) {
            end = partitions[end].next;
            count++;
        }
        return count;
    }
}
