package io.millrace.net.kafka.share;

import io.millrace.codec.core.ReadReplyDecoder;
import io.millrace.codec.core.ReadRequestEncoder;
import io.millrace.codec.core.WatchRequestEncoder;
import io.millrace.engine.core.ReplyHandler;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The log of a share partition, on its core: the same messages as from a connection, by the same way through the core's
 * own ring. One read at a time, and one watch. Owned by the core's thread.
 */
final class ShareLog {
    private static final int NONE = -1;
    private static final int REPLY_BYTES = ReadReplyDecoder.BLOCK_LENGTH
            + ReadReplyDecoder.PartsDecoder.sbeHeaderSize()
            + ReadReplyDecoder.PartsDecoder.sbeBlockLength();

    private final ShareHosts hosts;
    private final ShareKey key;
    private final Runnable news;
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[128]);
    private final ReadRequestEncoder read = new ReadRequestEncoder();
    private final ReadReplyDecoder found = new ReadReplyDecoder();
    private final WatchRequestEncoder watch = new WatchRequestEncoder();
    private final ReplyHandler onRead = this::onReadReply;
    private final ReplyHandler onWatch = this::onWatchReply;
    private Consumer<ReadReplyDecoder.PartsDecoder> reader;
    private boolean watching;
    private boolean ending;
    private long watchCorrelation;

    /** @param news told when the log has changed since a watch began */
    ShareLog(final ShareHosts hosts, final ShareKey key, final Runnable news) {
        this.hosts = hosts;
        this.key = key;
        this.news = news;
    }

    void read(
            final long offset,
            final int bytesMax,
            final boolean committed,
            final Consumer<ReadReplyDecoder.PartsDecoder> told) {
        reader = told;
        final long correlation = hosts.core().requests().correlation(onRead, 0);
        read.wrap(message, 0)
                .correlation(correlation)
                .committed((short) (committed ? 1 : 0))
                .waits((short) 0)
                .partsCount(1)
                .next()
                .partitionKey(key.partitionKey())
                .ownerEpoch(key.leaderEpoch())
                .clientEpoch(NONE)
                .lastFetchedEpoch(NONE)
                .fetchOffset(offset)
                .bytesMax(bytesMax);
        hosts.core()
                .requests()
                .send(
                        correlation,
                        hosts.core().id(),
                        ReadRequestEncoder.TEMPLATE_ID,
                        message,
                        read.encodedLength(),
                        REPLY_BYTES);
    }

    private void onReadReply(
            final long token, final int templateId, final DirectBuffer body, final int at, final int length) {
        found.wrap(body, at, ReadReplyDecoder.BLOCK_LENGTH, ReadReplyDecoder.SCHEMA_VERSION);
        reader.accept(found.parts().next());
    }

    /** Tells of the next change beyond what is known; no effect while a watch is out. */
    void watch(final long known, final boolean committed) {
        if (watching || !hosts.mayWatch()) {
            return;
        }
        watching = true;
        hosts.watches(1);
        watchCorrelation = hosts.core().requests().correlation(onWatch, 0);
        watch.wrap(message, 0)
                .correlation(watchCorrelation)
                .committed((short) (committed ? 1 : 0))
                .bytesMin(1)
                .partsCount(1)
                .next()
                .partitionKey(key.partitionKey())
                .ownerEpoch(key.leaderEpoch())
                .highWatermark(known);
        hosts.core().requests().sendWatch(watchCorrelation, hosts.core().id(), message, watch.encodedLength());
    }

    private void onWatchReply(
            final long token, final int templateId, final DirectBuffer body, final int at, final int length) {
        watching = false;
        ending = false;
        hosts.watches(-1);
        news.run();
    }

    boolean isWatching() {
        return watching;
    }

    /** The watch ends soon, as if there were news. */
    void endWatch() {
        if (watching && !ending) {
            ending = true;
            hosts.core().requests().cancelWatch(watchCorrelation);
        }
    }
}
