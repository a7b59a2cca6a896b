package io.millrace.net.simulation;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * A simulated client's end of a connection: whole requests in, whole answers out, in the order of the requests, by
 * Kafka's generated message classes.
 */
final class SimSocket {
    private static final int READ_BYTES = 8 * 1024;

    /** One answer: which request it belongs to, and its body. */
    record Answer(ApiKeys api, short version, Object context, ByteBuffer body) {}

    private record Sent(ApiKeys api, short version, int correlation, Object context, long sentNs) {}

    private final SimLink link;
    private final String clientId;
    private final SimWorld world;
    private final ArrayDeque<Sent> awaited = new ArrayDeque<>();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[READ_BYTES]);
    private byte[] outgoing = {};
    private byte[] incoming = new byte[READ_BYTES];
    private int incomingBytes;
    private int nextCorrelation;

    SimSocket(final SimLink link, final String clientId, final SimWorld world) {
        this.link = link;
        this.clientId = clientId;
        this.world = world;
    }

    /** Queues a request; {@code context} comes back with its answer. No answer is expected with a null context. */
    void send(final ApiKeys api, final short version, final ApiMessage request, final Object context) {
        final int correlation = nextCorrelation++;
        final RequestHeader header = new RequestHeader(api, version, clientId, correlation);
        final ObjectSerializationCache cache = new ObjectSerializationCache();
        final short headerVersion = api.requestHeaderVersion(version);
        final int headerBytes = header.data().size(cache, headerVersion);
        final int bodyBytes = request.size(cache, version);
        final ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + headerBytes + bodyBytes);
        frame.putInt(headerBytes + bodyBytes);
        header.data().write(new ByteBufferAccessor(frame), cache, headerVersion);
        request.write(new ByteBufferAccessor(frame), cache, version);
        final int held = outgoing.length;
        outgoing = Arrays.copyOf(outgoing, held + frame.capacity());
        System.arraycopy(frame.array(), 0, outgoing, held, frame.capacity());
        if (context != null) {
            awaited.addLast(new Sent(api, version, correlation, context, world.nowNs()));
        }
    }

    /** Moves bytes both ways; returns how many. */
    int move() {
        int moved = 0;
        if (outgoing.length > 0 && !link.isReset()) {
            final int sent = link.toBroker().send(new UnsafeBuffer(outgoing), 0, outgoing.length);
            outgoing = Arrays.copyOfRange(outgoing, sent, outgoing.length);
            moved += sent;
        }
        while (!link.isReset() && link.toClient().hasArrived()) {
            final int read = link.toClient().receive(buffer, 0, READ_BYTES);
            if (incomingBytes + read > incoming.length) {
                incoming = Arrays.copyOf(incoming, Math.max(incoming.length * 2, incomingBytes + read));
            }
            buffer.getBytes(0, incoming, incomingBytes, read);
            incomingBytes += read;
            moved += read;
        }
        return moved;
    }

    /** The next whole answer, or null. */
    Answer poll() {
        if (incomingBytes < Integer.BYTES) {
            demandAnswer();
            return null;
        }
        final int length = ByteBuffer.wrap(incoming).getInt();
        if (length < Integer.BYTES) {
            throw new ViolationException(clientId + ": an answer announces " + length + " bytes");
        }
        final int whole = Integer.BYTES + length;
        if (incomingBytes < whole) {
            demandAnswer();
            return null;
        }
        final ByteBuffer frame = ByteBuffer.wrap(Arrays.copyOfRange(incoming, Integer.BYTES, whole));
        System.arraycopy(incoming, whole, incoming, 0, incomingBytes - whole);
        incomingBytes -= whole;
        final Sent sent = awaited.pollFirst();
        if (sent == null) {
            throw new ViolationException(clientId + ": an answer that nobody waits for");
        }
        final ResponseHeaderData header =
                new ResponseHeaderData(new ByteBufferAccessor(frame), sent.api.responseHeaderVersion(sent.version));
        if (header.correlationId() != sent.correlation) {
            throw new ViolationException(clientId + ": answer " + header.correlationId() + " came where "
                    + sent.correlation + " (" + sent.api + ") was due");
        }
        return new Answer(sent.api, sent.version, sent.context, frame);
    }

    private void demandAnswer() {
        final Sent next = awaited.peekFirst();
        if (next != null && world.isOverdue(next.sentNs) && !isOver()) {
            throw new ViolationException(clientId + ": " + next.api + " v" + next.version + ", request "
                    + next.correlation + " of its connection, was never answered");
        }
    }

    /** Whether the connection is over and everything that arrived was read. */
    boolean isOver() {
        return link.isReset() || link.toClient().isOver();
    }

    /** Whether the broker may know the connection's end already. */
    boolean isBroken() {
        return link.isReset() || link.toClient().isEnded();
    }

    void close() {
        link.toBroker().end();
        link.reset();
    }

    int awaited() {
        return awaited.size();
    }
}
