package io.millrace.net.kafka.fetch;

import io.millrace.engine.log.LogSlice;
import io.millrace.engine.metadata.TopicImage;
import io.millrace.net.kafka.wire.FetchRequest;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.protocol.Errors;

/**
 * One partition of a fetch: what the client wants of it, what it was told last, and what this round has brought. Lives
 * in a {@link FetchTask} or, between fetches, in a {@link FetchSession}. A plain row of fields, owned by one core.
 */
final class FetchPartition {
    static final int END = -1;

    private static final long UNKNOWN = -1;
    private static final int NO_EPOCH = -1;

    // Which partition: by id from version 13 on, else by name.
    long topicIdMsb;
    long topicIdLsb;
    DirectBuffer name;
    int nameOffset;
    int nameLength;
    int partition;
    TopicImage topic;

    // What the client wants.
    int leaderEpoch;
    long fetchOffset;
    int lastFetchedEpoch;
    int bytesMax;

    // What an incremental session has told it.
    long toldHighWatermark = UNKNOWN;
    long toldLogStartOffset = UNKNOWN;

    // Where this round's question goes.
    long key;
    int core;
    int ownerEpoch;
    int next;

    // What this round has brought.
    Errors error;
    /** The error is the request's, not a read's: it ends no wait. */
    boolean unknown;

    /** The core that was asked does not own it; {@code moved} if it did. */
    boolean stale;

    boolean moved;
    LogSlice slice;
    int firstBatchBytes;
    /** Bytes of the slice that go into the answer. */
    int taken;
    /** What is taken is to be copied, since leases run short. */
    boolean copied;

    long highWatermark;
    long lastStableOffset;
    long logStartOffset;
    int divergingEpoch;
    long divergingEndOffset;
    boolean answered;

    // Place in a session's table.
    boolean forgotten;
    int hash;
    FetchPartition nextInBucket;

    /** Takes the partition under the request's cursor; its name stays where it is. */
    void identify(final FetchRequest request) {
        topicIdMsb = request.hasTopicIds() ? request.topicIdMsb() : 0;
        topicIdLsb = request.hasTopicIds() ? request.topicIdLsb() : 0;
        name = request.hasTopicIds() ? null : request.buffer();
        nameOffset = request.nameOffset();
        nameLength = request.nameLength();
        partition = request.partition();
        topic = null;
        toldHighWatermark = UNKNOWN;
        toldLogStartOffset = UNKNOWN;
    }

    /** Takes what the client wants of the partition under the request's cursor; any epoch below 0 is none. */
    void want(final FetchRequest request) {
        leaderEpoch = Math.max(NO_EPOCH, request.currentLeaderEpoch());
        fetchOffset = request.fetchOffset();
        lastFetchedEpoch = Math.max(NO_EPOCH, request.lastFetchedEpoch());
        bytesMax = request.partitionMaxBytes();
    }

    /** Makes the name outlive the request. */
    void keepName() {
        if (name == null) {
            return;
        }
        if (topic != null) {
            name = topic.nameBytes();
        } else {
            final UnsafeBuffer copy = new UnsafeBuffer(new byte[nameLength]);
            copy.putBytes(0, name, nameOffset, nameLength);
            name = copy;
        }
        nameOffset = 0;
    }

    boolean hasSameTopic(final FetchPartition other) {
        if (topic != null || other.topic != null) {
            return topic == other.topic;
        }
        return topicIdMsb == other.topicIdMsb
                && topicIdLsb == other.topicIdLsb
                && sameName(other.name, other.nameOffset, other.nameLength);
    }

    boolean sameName(final DirectBuffer otherName, final int otherOffset, final int otherLength) {
        if (name == null || otherName == null) {
            return name == null && otherName == null;
        }
        if (nameLength != otherLength) {
            return false;
        }
        for (int i = 0; i < nameLength; i++) {
            if (name.getByte(nameOffset + i) != otherName.getByte(otherOffset + i)) {
                return false;
            }
        }
        return true;
    }

    /** Forgets the last round. Leases must have gone back. */
    void clearRound() {
        refused(Errors.NONE);
        unknown = false;
        stale = false;
        moved = false;
        slice = null;
        firstBatchBytes = 0;
        taken = 0;
        copied = false;
        answered = false;
        key = UNKNOWN;
    }

    /** An error, and the positions that Apache Kafka tells with one: none. */
    void refused(final Errors newError) {
        error = newError;
        highWatermark = UNKNOWN;
        lastStableOffset = UNKNOWN;
        logStartOffset = UNKNOWN;
        divergingEpoch = -1;
        divergingEndOffset = UNKNOWN;
    }

    void refusedAsUnknown(final Errors newError) {
        refused(newError);
        unknown = true;
    }

    boolean isDiverging() {
        return divergingEpoch >= 0;
    }

    /** Bytes are there, but the owner had no lease to lend. */
    boolean isStarved(final boolean committed) {
        return error == Errors.NONE && slice == null && !isDiverging() && readableTo(committed) > fetchOffset;
    }

    /** Up to where somebody may read who does, or does not, read what is undecided. */
    long readableTo(final boolean committed) {
        return committed ? lastStableOffset : highWatermark;
    }

    /** Whether an incremental session has to tell this round's result; notes what it tells. */
    boolean hasNews() {
        boolean news = taken > 0 || error != Errors.NONE || isDiverging();
        if (toldHighWatermark != highWatermark) {
            news = true;
            toldHighWatermark = highWatermark;
        }
        if (toldLogStartOffset != logStartOffset) {
            news = true;
            toldLogStartOffset = logStartOffset;
        }
        if (error != Errors.NONE) {
            toldHighWatermark = UNKNOWN;
        }
        return news;
    }
}
