package io.millrace.net.connection;

import io.millrace.engine.log.LogSlice;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * One client request in flight: its frame, and the pieces of its answer. Pooled: whoever ends it ({@link #finish},
 * {@link #finishWithoutReply}, {@link #fail}) must not touch it afterwards. Owned by the connection's core.
 *
 * <p>The frame's bytes begin after its size field. The answer's first piece begins with four bytes that are left free
 * for the size; the rest of it, headers and all, is the handler's.
 */
public final class Exchange {
    enum State {
        POOLED,
        QUEUED,
        RUNNING,
        ANSWERED
    }

    State state = State.POOLED;
    boolean overlaps;
    /** Why the connection is to end when this exchange's turn comes to be sent, or null. */
    CloseReason failure;

    private Connection connection;
    private PooledBuffer frame;
    private int frameLength;
    private long startedNs;
    private long startedMs;
    private int kind;
    private final ExchangeTimes times = new ExchangeTimes();
    private Object codec;
    private Object attachment;
    private ExchangeListener listener;
    private long owedNs;

    private Object[] pieces = new Object[4];
    private int[] offsets = new int[4];
    private int[] lengths = new int[4];
    private int pieceCount;
    private long replyBytes;

    void queue(final Connection owner, final PooledBuffer buffer, final int length, final boolean mayOverlap) {
        expect(State.POOLED);
        kind = owner.meter().otherKind();
        times.received(owner.meter().clock().arrivalNs());
        connection = owner;
        frame = buffer;
        frameLength = length;
        overlaps = mayOverlap;
        state = State.QUEUED;
    }

    void start(final long nowNs, final long nowMs) {
        expect(State.QUEUED);
        startedNs = nowNs;
        startedMs = nowMs;
        times.beganNs = connection.meter().clock().lastNs();
        state = State.RUNNING;
    }

    /** The handler has taken the request in: it waits for others now, or is answered already. */
    void parsed(final long nowNs) {
        times.parsedNs = nowNs;
        if (state == State.ANSWERED) {
            times.answeredNs = nowNs;
        }
    }

    /** What kind of request this is, as whoever made the core's {@link RequestMeter} numbers them. */
    public void kind(final int newKind) {
        kind = newKind;
    }

    int kind() {
        return kind;
    }

    ExchangeTimes times() {
        return times;
    }

    /** The owner of a partition has replied: how long the ways there and back took, and what it did. */
    public void replied(final long handoverNs, final long ownerNs) {
        times.handoverNs += handoverNs;
        times.diskNs += ownerNs;
    }

    /** The request asks owners on this core. */
    public void asks(final int core) {
        times.hops += core == connection.core() ? 0 : 1;
        connection.traffic().onAsked(core);
    }

    /** Gives back whatever is still held and forgets the request. */
    void recycle() {
        releaseFrame();
        dropPieces();
        connection = null;
        attachment = null;
        listener = null;
        failure = null;
        owedNs = 0;
        state = State.POOLED;
    }

    void dropPieces() {
        for (int i = 0; i < pieceCount; i++) {
            releasePiece(i);
        }
        pieceCount = 0;
        replyBytes = 0;
    }

    public Connection connection() {
        return connection;
    }

    /** The request's bytes, narrowed to its length; null after {@link #releaseFrame}. */
    public PooledBuffer frame() {
        return frame;
    }

    public int frameLength() {
        return frameLength;
    }

    /** Lets go of the request's bytes early, for requests that wait long. */
    public void releaseFrame() {
        if (frame != null) {
            frame.release();
            frame = null;
        }
    }

    /** Time of the duty cycle in which the request was started. */
    public long startedNs() {
        return startedNs;
    }

    public long startedMs() {
        return startedMs;
    }

    /** Where buffers for the answer come from. */
    public BufferPool pool() {
        return connection.pool();
    }

    /** Whether the connection is gone: any answer will be dropped. */
    public boolean isAbandoned() {
        return connection.isAbandoned();
    }

    /** Whom to tell when the connection goes while the request is running; at most one. */
    public void listener(final ExchangeListener newListener) {
        listener = newListener;
    }

    /** Tells the listener, once. */
    void abandon() {
        final ExchangeListener told = listener;
        listener = null;
        if (told != null) {
            told.onAbandoned(this);
        }
    }

    /** A place for the handler's own state, emptied when the exchange ends. */
    public Object attachment() {
        return attachment;
    }

    public void attachment(final Object newAttachment) {
        attachment = newAttachment;
    }

    /** How long the client is to wait for what this request alone has taken. */
    public long owedNs() {
        return owedNs;
    }

    public void owedNs(final long newOwedNs) {
        owedNs = newOwedNs;
    }

    /** A place for the frame handler's decoder, which stays with the pooled exchange for the next request. */
    public Object codec() {
        return codec;
    }

    public void codec(final Object newCodec) {
        codec = newCodec;
    }

    /** Appends the first {@code length} bytes of the buffer to the answer, and takes over the caller's reference. */
    public void add(final PooledBuffer buffer, final int length) {
        add(buffer, 0, length);
    }

    public void add(final PooledBuffer buffer, final int offset, final int length) {
        if (offset < 0 || length < 0 || offset + length > buffer.capacity()) {
            throw new IllegalArgumentException(
                    "piece at " + offset + " of " + length + " bytes in a buffer of " + buffer.capacity());
        }
        addPiece(buffer, offset, length);
    }

    /** Appends the first {@code length} bytes of the slice to the answer, and takes over the lease. */
    public void add(final LogSlice slice, final int length) {
        if (length < 0 || length > slice.length()) {
            throw new IllegalArgumentException("piece of " + length + " bytes of a slice of " + slice.length());
        }
        addPiece(slice, 0, length);
    }

    /** As {@link #add}, but the bytes are copied and the lease goes back at once, as long as there is memory for that. */
    public void addCopy(final LogSlice slice, final int length) {
        add(slice, length);
        copyPiece(pieceCount - 1, connection.memory());
    }

    private void addPiece(final Object piece, final int offset, final int length) {
        expect(State.RUNNING);
        if (pieceCount == pieces.length) {
            pieces = Arrays.copyOf(pieces, pieceCount * 2);
            offsets = Arrays.copyOf(offsets, pieceCount * 2);
            lengths = Arrays.copyOf(lengths, pieceCount * 2);
        }
        pieces[pieceCount] = piece;
        offsets[pieceCount] = offset;
        lengths[pieceCount++] = length;
        replyBytes += length;
    }

    /** Bytes of the answer so far, its size field included. */
    public long replyBytes() {
        return replyBytes;
    }

    /** The answer is whole: fills its size in and sends it when its turn comes. */
    public void finish() {
        expect(State.RUNNING);
        if (pieceCount == 0 || !(pieces[0] instanceof PooledBuffer first) || lengths[0] < Integer.BYTES) {
            throw new IllegalStateException("an answer begins with a buffer that has room for its size");
        }
        if (replyBytes - Integer.BYTES > Integer.MAX_VALUE) {
            throw new IllegalStateException("an answer of " + replyBytes + " bytes");
        }
        first.putInt(offsets[0], (int) (replyBytes - Integer.BYTES), ByteOrder.BIG_ENDIAN);
        connection.onAnswered(this);
    }

    /** The client wants no answer and the request is done. */
    public void finishWithoutReply() {
        expect(State.RUNNING);
        if (pieceCount != 0) {
            throw new IllegalStateException("pieces of an answer nobody waits for");
        }
        connection.onAnswered(this);
    }

    /** Ends the request by closing its connection, after the answers to earlier requests and without one to this. */
    public void fail(final CloseReason reason) {
        expect(State.RUNNING);
        dropPieces();
        failure = reason;
        connection.onAnswered(this);
    }

    int pieceCount() {
        return pieceCount;
    }

    Object piece(final int index) {
        return pieces[index];
    }

    int pieceOffset(final int index) {
        return offsets[index];
    }

    int pieceLength(final int index) {
        return lengths[index];
    }

    /** Gives one piece back; its place stays, so that indexes hold. */
    void releasePiece(final int index) {
        final Object piece = pieces[index];
        pieces[index] = null;
        if (piece instanceof PooledBuffer buffer) {
            buffer.release();
        } else if (piece instanceof LogSlice slice) {
            slice.table().release(connection.core(), slice);
        }
    }

    /**
     * The client is slow: pieces of files below the size are copied, and their leases go back, of which there are only
     * so many for all.
     *
     * @return how many were copied; fewer than {@code limit} if no more are left, or no memory for them
     */
    int giveBackLeases(final int bytesMin, final int limit, final Connections memory) {
        int copied = 0;
        for (int i = 0; i < pieceCount && copied < limit; i++) {
            if (pieces[i] instanceof LogSlice && lengths[i] < bytesMin) {
                if (!copyPiece(i, memory)) {
                    return copied;
                }
                copied += pieces[i] instanceof LogSlice ? 0 : 1;
            }
        }
        return copied;
    }

    /** False if there is no memory for it. */
    private boolean copyPiece(final int index, final Connections memory) {
        final LogSlice slice = (LogSlice) pieces[index];
        final int length = lengths[index];
        final PooledBuffer copy = memory.tryTakeSpare(length);
        if (copy == null) {
            return false;
        }
        if (slice.read(offsets[index], copy, 0, length) == length) {
            releasePiece(index);
            pieces[index] = copy;
            offsets[index] = 0;
        } else {
            // Sending will meet it again, and say so.
            copy.release();
        }
        return true;
    }

    boolean holdsLeaseBelow(final int bytesMin) {
        for (int i = 0; i < pieceCount; i++) {
            if (pieces[i] instanceof LogSlice && lengths[i] < bytesMin) {
                return true;
            }
        }
        return false;
    }

    private void expect(final State expected) {
        if (state != expected) {
            throw new IllegalStateException("exchange is " + state + ", expected " + expected);
        }
    }
}
