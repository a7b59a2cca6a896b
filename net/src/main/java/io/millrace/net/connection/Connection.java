package io.millrace.net.connection;

import io.millrace.engine.port.Endpoint;
import io.millrace.engine.port.EndpointHandler;
import io.millrace.engine.status.PlantedBug;

/**
 * One client's byte stream: frames in, answers out, both in order. Requests that may overlap run side by side, any
 * other starts when all before it are answered. Reading stops at a bound of requests in flight, at too many unsent
 * bytes, and without memory. Owned by its core's thread; driven by {@link Connections}.
 *
 * <pre>
 *   in flight:   answered, being sent │ running │ queued │ not read yet
 *                head                                    tail
 *                           next ─────────────┘
 * </pre>
 */
public final class Connection implements EndpointHandler {
    private final Connections owner;
    private final Endpoint endpoint;
    private final FrameHandler handler;
    private final long id;
    private final FrameReader reader;
    private final Exchange[] ring;
    private final int mask;
    private long head;
    private long next;
    private long tail;
    private long pumpedFrom;
    private int running;
    private boolean runningOverlap;
    private long unsentBytes;
    private int sendPiece;
    private long sendOffset;
    private boolean closed;
    private boolean ending;
    private boolean hasFailed;
    private boolean peerGone;
    private boolean outputFull;
    private Object session;
    private Payer payer;
    private Muting muting;
    private boolean muted;
    private final Traffic traffic = new Traffic();
    /** It has just moved, and does not move again before. */
    long restUntilNs = Long.MIN_VALUE;

    int slot;
    boolean dirty;
    boolean starving;
    boolean moved;
    boolean copiesNext;
    long lastMoveNs;

    Connection(final Connections owner, final Endpoint endpoint, final FrameHandler handler, final long id) {
        this.owner = owner;
        this.endpoint = endpoint;
        this.handler = handler;
        this.id = id;
        ring = new Exchange[owner.settings().inFlightMax()];
        mask = ring.length - 1;
        reader = new FrameReader(this, owner);
    }

    /** Unique on this core. */
    public long id() {
        return id;
    }

    public String remoteAddress() {
        return endpoint.remoteAddress();
    }

    public boolean isClosed() {
        return closed;
    }

    /** Whether nobody listens any more. */
    boolean isAbandoned() {
        return closed || peerGone;
    }

    /** What the protocol above remembers of this client. */
    public Object session() {
        return session;
    }

    public void session(final Object newSession) {
        session = newSession;
    }

    /** Null if nobody pays. */
    public Payer payer() {
        return payer;
    }

    public void payer(final Payer newPayer) {
        payer = newPayer;
    }

    /**
     * Starts no request before that time; what runs goes on, and answers leave. One request more is taken in, so that
     * half a one does not keep memory from others, and the client's end is seen.
     */
    public void mute(final long untilNs) {
        if (closed || peerGone || !owner.keepsTime()) {
            return;
        }
        if (muting == null) {
            muting = new Muting(this);
        }
        if (!muted || untilNs - muting.untilNs > 0) {
            muted = true;
            muting.untilNs = untilNs;
            owner.arm(muting, untilNs);
        }
    }

    boolean isMuted() {
        return muted;
    }

    /** Why it was muted may not hold any more: it goes on at once, or sooner. */
    void reviewMuting(final long nowNs) {
        final long waitNs = payer == null ? 0 : payer.waitNs(nowNs);
        if (waitNs <= 0) {
            unmute(nowNs);
        } else if (nowNs + waitNs - muting.untilNs < 0) {
            muting.untilNs = nowNs + waitNs;
            owner.arm(muting, muting.untilNs);
        }
    }

    void unmute(final long nowNs) {
        muted = false;
        lastMoveNs = nowNs; // that nothing moved was our doing
        owner.disarm(muting);
        owner.markDirty(this);
    }

    BufferPool pool() {
        return owner.pool();
    }

    int core() {
        return owner.core();
    }

    Traffic traffic() {
        return traffic;
    }

    /** Who cuts its frames into requests. */
    public FrameHandler handler() {
        return handler;
    }

    Connections memory() {
        return owner;
    }

    RequestMeter meter() {
        return owner.meter();
    }

    Endpoint endpoint() {
        return endpoint;
    }

    FrameReader reader() {
        return reader;
    }

    @Override
    public void onReadable() {
        if (mayRead()) {
            reader.onReadable();
            owner.markDirty(this);
        }
    }

    @Override
    public void onWritable() {
        if (!closed) {
            outputFull = false;
            owner.markDirty(this);
        }
    }

    /** Whether another request may be taken in now. */
    boolean mayTake() {
        return !closed
                && !ending
                && (!muted || next == tail || reader.holdsMemory())
                && tail - head < ring.length
                && unsentBytes < owner.settings().unsentBytesMax();
    }

    private boolean mayRead() {
        return mayTake() && !peerGone && !starving && !reader.hasPending();
    }

    /** Takes a whole frame over. */
    void onFrame(final PooledBuffer frame, final int length) {
        final Exchange exchange = owner.newExchange();
        exchange.queue(this, frame, length, handler.mayOverlap(frame, 0, length));
        ring[(int) tail++ & mask] = exchange;
        owner.counters().requests++;
    }

    /** What follows makes no sense: the connection ends after the answers to what came before. */
    void onBadFrame(final CloseReason reason) {
        final Exchange end = owner.newExchange();
        end.queue(this, null, 0, true);
        end.state = Exchange.State.ANSWERED;
        end.failure = reason;
        ring[(int) tail++ & mask] = end;
        ending = true;
        owner.markDirty(this);
    }

    /** The peer sends nothing more: what it sent whole is still done, then the connection ends. */
    void onPeerGone() {
        peerGone = true;
        if (muted) {
            unmute(lastMoveNs);
        }
        endpoint.interest(false, false);
        owner.markDirty(this);
    }

    /** Starts what may start, and reads on from what was received before. */
    int pump(final long nowNs, final long nowMs) {
        if (moved) {
            moved = false;
            lastMoveNs = nowNs;
        }
        if (peerGone) {
            abandonRunning();
        }
        if (starving) {
            starving = false;
            lastMoveNs = nowNs; // that nothing moved was our doing
            reader.onReadable();
        }
        int work = 0;
        pumpedFrom = next;
        do {
            while (mayStart() && owner.maySpend()) {
                start(ring[(int) next++ & mask], nowNs, nowMs);
                work++;
            }
        } while (reader.parsePending());
        passEnd();
        if (peerGone && !closed && (hasFailed || next == tail)) {
            close(CloseReason.PEER);
        }
        return work;
    }

    /** Whether the next request's turn has come. */
    private boolean mayStart() {
        if (closed || muted || next == tail || unsentBytes >= owner.settings().unsentBytesMax()) {
            return false;
        }
        final Exchange exchange = ring[(int) next & mask];
        return exchange.state == Exchange.State.QUEUED
                && (running == 0 || (runningOverlap && exchange.overlaps))
                && !hasFailed;
    }

    /** A bad frame needs no start. */
    private void passEnd() {
        if (!closed && next < tail && ring[(int) next & mask].failure != null) {
            next++;
        }
    }

    private void start(final Exchange exchange, final long nowNs, final long nowMs) {
        running++;
        owner.onStarted();
        runningOverlap = exchange.overlaps;
        exchange.start(nowNs, nowMs);
        handler.onFrame(exchange);
        owner.meter().onStarted(exchange);
    }

    /** Requests of some connections were started, the last of them at {@code nowNs}. */
    void onPumped(final long nowNs) {
        for (long i = pumpedFrom; i < next && !closed; i++) {
            ring[(int) i & mask].parsed(nowNs);
        }
    }

    /** The exchange was ended by its handler. */
    void onAnswered(final Exchange exchange) {
        running--;
        owner.onEnded();
        if (closed) {
            owner.recycle(exchange);
            return;
        }
        exchange.state = Exchange.State.ANSWERED;
        exchange.times().answeredNs = owner.meter().clock().lastNs();
        exchange.releaseFrame();
        if (exchange.failure != null) {
            ending = true;
            hasFailed = true;
        }
        unsentBytes += exchange.replyBytes();
        if (outputFull) {
            owner.onOutputFull();
        }
        owner.markDirty(this);
    }

    /** Sends what is answered and in turn; returns bytes sent. */
    long flush(final FrameWriter writer, final long nowNs) {
        if (closed || outputFull) {
            return 0;
        }
        if (peerGone) {
            dropAnswers();
            return 0;
        }
        final long sent = writer.flush(this);
        if (sent > 0) {
            lastMoveNs = nowNs;
        }
        return sent;
    }

    /** The exchange whose answer is to be sent next, or null. */
    Exchange sending() {
        if (PlantedBug.ANSWERS_SWAPPED.isPlanted() && sendPiece == 0 && sendOffset == 0) {
            swapUnanswered();
        }
        final Exchange exchange = head < next ? ring[(int) head & mask] : null;
        return exchange != null && exchange.state == Exchange.State.ANSWERED ? exchange : null;
    }

    /** The planted bug: the first answer trades places with the second if that one is ready earlier. */
    private void swapUnanswered() {
        final int second = (int) (head + 1) & mask;
        if (head + 1 < next
                && ring[(int) head & mask].state != Exchange.State.ANSWERED
                && ring[second].state == Exchange.State.ANSWERED) {
            final Exchange first = ring[(int) head & mask];
            ring[(int) head & mask] = ring[second];
            ring[second] = first;
        }
    }

    /** The exchange {@code ahead} places behind the one being sent, if it is answered too; else null. */
    Exchange sending(final int ahead) {
        final Exchange exchange = head + ahead < next ? ring[(int) (head + ahead) & mask] : null;
        final boolean isAnswered = exchange != null && exchange.state == Exchange.State.ANSWERED;
        return isAnswered && exchange.failure == null ? exchange : null;
    }

    int sendPiece() {
        return sendPiece;
    }

    long sendOffset() {
        return sendOffset;
    }

    /** Accounts for sent bytes: lets go of the pieces and exchanges that are through. */
    void onSent(final long bytes) {
        unsentBytes -= bytes;
        owner.counters().bytesOut += bytes;
        long left = bytes + sendOffset;
        long sentNs = 0;
        Exchange exchange = sending();
        while (exchange != null && exchange.failure == null) {
            while (sendPiece < exchange.pieceCount() && left >= exchange.pieceLength(sendPiece)) {
                left -= exchange.pieceLength(sendPiece);
                exchange.releasePiece(sendPiece++);
            }
            if (sendPiece < exchange.pieceCount()) {
                break;
            }
            ring[(int) head++ & mask] = null;
            sendPiece = 0;
            owner.counters().answers++;
            sentNs = sentNs == 0 ? owner.meter().clock().readNs() : sentNs;
            owner.meter().onSent(exchange, sentNs);
            owner.recycle(exchange);
            exchange = sending();
        }
        sendOffset = left;
    }

    private void dropAnswers() {
        for (Exchange exchange = sending(); exchange != null; exchange = sending()) {
            unsentBytes -= exchange.replyBytes();
            ring[(int) head++ & mask] = null;
            owner.recycle(exchange);
        }
    }

    void onOutputFull() {
        outputFull = true;
        owner.onOutputFull();
    }

    /** Copies what a slow client holds leases for; returns how many pieces, at most the limit. */
    int giveBackLeases(final int limit) {
        int copied = 0;
        if (outputFull && !closed) {
            for (int ahead = 0; copied < limit && sending(ahead) != null; ahead++) {
                copied += sending(ahead).giveBackLeases(owner.settings().leaseBytesMin(), limit - copied, owner);
            }
        }
        return copied;
    }

    /** Whether a client that is slow keeps leases which could be given back. */
    boolean keepsLeases() {
        if (outputFull && !closed) {
            for (int ahead = 0; sending(ahead) != null; ahead++) {
                if (sending(ahead).holdsLeaseBelow(owner.settings().leaseBytesMin())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** There was no memory to read on, or no leave to start a request: to be tried again in the next duty cycle. */
    void onStarving() {
        if (!starving) {
            starving = true;
            owner.onStarving(this);
        }
    }

    /** After flushing: what to be told of, and whether there is more to do at once. */
    void settle() {
        if (closed) {
            return;
        }
        if (mayStart()) {
            if (owner.maySpend()) {
                owner.markDirty(this);
            } else {
                onStarving();
            }
        }
        if ((reader.hasPending() && mayTake()) || (!outputFull && sending() != null)) {
            owner.markDirty(this);
        }
        if (!peerGone) {
            endpoint.interest(mayRead(), outputFull);
            if (isQuiet()) {
                owner.maybeMove(this, traffic);
            }
        }
    }

    boolean isResting(final long nowNs) {
        return nowNs < restUntilNs;
    }

    /** Whether there is nothing of it but a socket. */
    private boolean isQuiet() {
        return head == tail && !muted && !dirty && !starving && !outputFull && !ending && reader.isEmpty();
    }

    /** Ends here without a word to the peer: another core goes on with the endpoint. */
    Endpoint leave() {
        if (!isQuiet() || closed) {
            throw new IllegalStateException("connection " + id + " cannot leave while something is under way");
        }
        closed = true;
        owner.releasePermit(this);
        return endpoint;
    }

    /** Whether memory waits for the peer: half a frame for the rest, or an answer for room. */
    boolean waitsForPeer() {
        return (reader.holdsMemory() && !starving) || outputFull;
    }

    /** Bytes of requests that are not started because the client has to wait; 0 if it has not. */
    long mutedBytes() {
        long bytes = muted ? reader.pendingBytes() : 0;
        for (long i = next; muted && i < tail; i++) {
            bytes += ring[(int) i & mask].frameLength();
        }
        return bytes;
    }

    boolean isIdleSince(final long ns) {
        return running == 0 && !dirty && lastMoveNs - ns <= 0;
    }

    private void abandonRunning() {
        for (long i = head; i < next && !closed; i++) {
            final Exchange exchange = ring[(int) i & mask];
            if (exchange.state == Exchange.State.RUNNING) {
                exchange.abandon();
            }
        }
    }

    /**
     * Closes at once. Exchanges that are running keep their memory until they are ended; everything else goes now.
     */
    void close(final CloseReason reason) {
        if (closed) {
            return;
        }
        closed = true;
        if (muted) {
            owner.disarm(muting);
        }
        endpoint.close();
        reader.close();
        for (long i = head; i < tail; i++) {
            final Exchange exchange = ring[(int) i & mask];
            ring[(int) i & mask] = null;
            if (exchange.state == Exchange.State.RUNNING) {
                exchange.abandon();
            } else {
                owner.recycle(exchange);
            }
        }
        owner.onClosed(this, reason);
    }
}
