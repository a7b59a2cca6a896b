package io.millrace.engine.replication;

import io.millrace.codec.replication.AcknowledgeEncoder;
import io.millrace.codec.replication.EpochQueryEncoder;
import io.millrace.codec.replication.FollowFromEncoder;
import io.millrace.codec.replication.FollowHelloEncoder;
import io.millrace.codec.replication.MessageHeaderEncoder;
import io.millrace.engine.port.PeerLink;
import org.agrona.concurrent.UnsafeBuffer;

/** The follower's messages as bytes on a lane. Each method returns whether the lane took the message. */
final class FollowerProxy {
    private static final int BYTES_MAX = 256;

    private final PeerLink link;
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[BYTES_MAX]);
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final FollowHelloEncoder hello = new FollowHelloEncoder();
    private final EpochQueryEncoder query = new EpochQueryEncoder();
    private final FollowFromEncoder from = new FollowFromEncoder();
    private final AcknowledgeEncoder acknowledge = new AcknowledgeEncoder();

    FollowerProxy(final PeerLink link) {
        this.link = link;
    }

    boolean hello(final long attempt) {
        hello.wrapAndApplyHeader(buffer, 0, header).attempt(attempt);
        return send(hello.limit());
    }

    boolean epochQuery(final long attempt, final int epoch) {
        query.wrapAndApplyHeader(buffer, 0, header).attempt(attempt).epoch(epoch);
        return send(query.limit());
    }

    boolean followFrom(final long attempt, final long offset, final int windowBytes) {
        from.wrapAndApplyHeader(buffer, 0, header)
                .attempt(attempt)
                .fromRecordOffset(offset)
                .windowBytes(windowBytes);
        return send(from.limit());
    }

    boolean acknowledge(final long attempt, final long streamPosition, final long stableOffset) {
        acknowledge
                .wrapAndApplyHeader(buffer, 0, header)
                .partitionsCount(1)
                .next()
                .attempt(attempt)
                .streamPosition(streamPosition)
                .stableRecordOffset(stableOffset);
        return send(acknowledge.limit());
    }

    private boolean send(final int length) {
        return link.offer(buffer, 0, length) > 0;
    }
}
