package io.millrace.engine.replication;

import io.millrace.engine.log.Log;
import io.millrace.engine.log.LogContext;
import io.millrace.engine.log.LogSlice;
import io.millrace.engine.log.ReadResult;
import org.agrona.concurrent.UnsafeBuffer;

/** A log of this node as a feeder's source, as a leader's core would have it. */
final class LogFeedSource implements FeedSource {
    private final LogContext context;
    private final FeedFacts facts;
    private Log log;
    private long generation;
    private boolean epochWanted;
    private int wantedEpoch;
    private boolean readWanted;
    private long wantedOffset;
    private int wantedBytes;

    LogFeedSource(final LogContext context, final Log log, final FeedFacts facts) {
        this.context = context;
        this.log = log;
        this.facts = facts;
    }

    /** The leader came back, perhaps with another history. */
    void restart() {
        generation++;
        epochWanted = false;
        readWanted = false;
    }

    @Override
    public FeedFacts facts() {
        return new FeedFacts(facts.topicIdHigh(), facts.topicIdLow(), log.startOffset(), facts.config());
    }

    @Override
    public long generation() {
        return generation;
    }

    @Override
    public void askEpochEnd(final int epoch) {
        epochWanted = true;
        wantedEpoch = epoch;
    }

    @Override
    public void read(final long offset, final int bytesMax) {
        readWanted = true;
        wantedOffset = offset;
        wantedBytes = Math.min(bytesMax, 10_000);
    }

    @Override
    public int poll(final FeedHandler handler, final long nowNs) {
        if (epochWanted) {
            epochWanted = false;
            handler.onEpochEnd(
                    log.epochs().floorEpoch(wantedEpoch), log.epochs().endOffsetFor(wantedEpoch, log.endOffset()));
            return 1;
        }
        if (!readWanted) {
            return 0;
        }
        final LogSlice slice = context.leases().acquire();
        final ReadResult result = log.read(wantedOffset, log.stableOffset(), wantedBytes, slice);
        if (result == ReadResult.FOUND) {
            readWanted = false;
            final byte[] bytes = new byte[slice.length()];
            slice.read(0, new UnsafeBuffer(bytes), 0, bytes.length);
            context.leases().release(slice);
            handler.onBatches(new UnsafeBuffer(bytes), 0, bytes.length, log.startOffset(), log.stableOffset());
            return 1;
        }
        context.leases().release(slice);
        if (result == ReadResult.OUT_OF_RANGE) {
            readWanted = false;
            handler.onOutOfRange();
        } else if (result == ReadResult.EMPTY) {
            readWanted = false;
            handler.onBatches(new UnsafeBuffer(new byte[0]), 0, 0, log.startOffset(), log.stableOffset());
        }
        return 0;
    }
}
