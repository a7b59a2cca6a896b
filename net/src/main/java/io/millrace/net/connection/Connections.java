package io.millrace.net.connection;

import io.millrace.engine.core.Deadline;
import io.millrace.engine.core.Deadlines;
import io.millrace.engine.port.Endpoint;
import io.millrace.engine.port.Stage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * All connections of one core. The poller only moves bytes in and marks a connection; here, once a duty cycle, the
 * marked ones start their requests and then send their answers. Also decides who gets memory when it is short, and
 * ends connections on which nothing moves. Owned by the core's thread.
 */
public final class Connections implements Stage, AutoCloseable {
    private static final int SCRATCH_BYTES_MAX = 256 * 1024;
    private static final long MS_NS = 1_000_000L;
    /** For so many grace periods a client may keep scarce memory by sending a little now and then. */
    private static final int TRICKLE_GRACES = 20;
    /** So often a part of what slow clients have on lease is copied, of so many pieces. */
    private static final long LEASE_SWEEP_NS = 50 * MS_NS;

    private static final int LEASE_SWEEP_PIECES = 128;
    /** So many connections are asked in a duty cycle whether they still have to wait. */
    private static final int REVIEWS = 256;
    /** A throttled client's requests are worth being dropped for others from so many bytes on, */
    private static final long MUTED_BYTES_MIN = 64 * 1024;
    /** or if those of all have such a part of the memory. */
    private static final int MUTED_PART = 4;

    /** Those who starve look again so often, and whenever anything happens on the core. */
    private static final long STARVING_RETRY_NS = 10 * MS_NS;

    private final int core;
    private final BufferPool pool;
    private final ConnectionSettings settings;
    private final ConnectionCounters counters = new ConnectionCounters();
    private final RequestMeter meter;
    private final UnsafeBuffer scratch;
    private final FrameWriter writer;
    private final long keptBackBytes;
    private final long graceNs;
    private final List<Connection> all = new ArrayList<>();
    private final List<Connection> starving = new ArrayList<>();
    private final List<Exchange> spare = new ArrayList<>();
    private List<Connection> dirty = new ArrayList<>();
    private List<Connection> working = new ArrayList<>();
    private Connection permitHolder;
    private Consumer<Connection> closeListener = connection -> {};
    private BooleanSupplier congestion = () -> false;
    private Relocator relocator;
    private int votesToMove;
    private long nextId;
    private int running;
    private long releasesSeen;
    private long starvingSinceNs;
    private Connection permitSeen;
    private long permitSinceNs;
    private boolean wasStarving;
    private boolean isMemoryShort;
    private int reviewNext = -1;
    private Deadlines deadlines;
    private final Deadline leaseSweep = new Deadline() {
        @Override
        protected void onDeadline(final long firedNs, final long firedMs) {
            sweepLeases(firedNs);
        }
    };
    private int sweepNext;
    private long cycleNs;
    private final Deadline starvingRetry = new Deadline() {
        @Override
        protected void onDeadline(final long nowNs, final long nowMs) {
            // That it woke the core is all it is for: the next duty cycle relieves.
        }
    };

    public Connections(final int core, final BufferPool pool, final ConnectionSettings settings) {
        this(core, pool, settings, RequestMeter.unseen());
    }

    public Connections(
            final int core, final BufferPool pool, final ConnectionSettings settings, final RequestMeter meter) {
        this.core = core;
        this.meter = meter;
        this.pool = pool;
        this.settings = settings;
        final int scratchBytes = (int) Math.min(SCRATCH_BYTES_MAX, pool.budgetBytes() / 32);
        scratch = new UnsafeBuffer(ByteBuffer.allocateDirect(scratchBytes));
        writer = new FrameWriter(new UnsafeBuffer(ByteBuffer.allocateDirect(scratchBytes)), counters);
        graceNs = settings.memoryGraceMs() * MS_NS;
        final long frameBytesMax = BufferPool.bytesOf(BufferPool.sizeClassOf(settings.frameBytesMax()));
        keptBackBytes = Math.min(pool.budgetBytes() / 2, frameBytesMax + 4L * scratchBytes);
    }

    /** Begins to serve a client's endpoint that was adopted on this core. */
    public Connection accept(final Endpoint endpoint, final FrameHandler handler) {
        counters.accepted++;
        return add(endpoint, handler);
    }

    /**
     * Goes on with an endpoint that another core has served so far.
     *
     * @param restUntilNs until then it stays, wherever its requests go
     */
    public Connection arrive(final Endpoint endpoint, final FrameHandler handler, final long restUntilNs) {
        counters.arrived++;
        final Connection connection = add(endpoint, handler);
        connection.restUntilNs = restUntilNs;
        return connection;
    }

    private Connection add(final Endpoint endpoint, final FrameHandler handler) {
        final Connection connection = new Connection(this, endpoint, handler, nextId++);
        connection.slot = all.size();
        connection.moved = true;
        all.add(connection);
        endpoint.handler(connection);
        endpoint.interest(true, false);
        markDirty(connection);
        return connection;
    }

    /** Whom to tell, each time, that a connection ended. */
    public void closeListener(final Consumer<Connection> listener) {
        closeListener = listener;
    }

    int core() {
        return core;
    }

    RequestMeter meter() {
        return meter;
    }

    /** What says that too much waits already, so that no further request should be started. */
    public void congestion(final BooleanSupplier congested) {
        congestion = congested;
    }

    /** Who takes connections to another core, once that has so many votes of their requests. */
    public void relocator(final Relocator newRelocator, final int votes) {
        relocator = newRelocator;
        votesToMove = votes;
    }

    void maybeMove(final Connection connection, final Traffic traffic) {
        if (relocator == null || connection.isResting(cycleNs)) {
            return;
        }
        final int wish = traffic.wish(votesToMove);
        final int target = wish != Traffic.NOWHERE && wish != core && relocator.mayMove(connection, wish)
                ? wish
                : relocator.refuge(connection);
        if (target != Relocator.NOWHERE) {
            relocator.move(connection, target);
        }
    }

    /** The connection goes on elsewhere: forgets it, and returns its endpoint, which is as open as it was. */
    public Endpoint leave(final Connection connection) {
        final Endpoint endpoint = connection.leave();
        counters.left++;
        forget(connection);
        return endpoint;
    }

    /** Connections that are open. */
    public int count() {
        return all.size();
    }

    /** Requests that were started and not ended. */
    public int running() {
        return running;
    }

    /** Whether every request that was started has ended, and its answer was tried to be sent. */
    public boolean isDrained() {
        return running == 0 && dirty.isEmpty();
    }

    public ConnectionCounters counters() {
        return counters;
    }

    public BufferPool pool() {
        return pool;
    }

    public ConnectionSettings settings() {
        return settings;
    }

    @Override
    public int doWork(final long nowNs, final long nowMs) {
        cycleNs = nowNs;
        int work = 0;
        if (reviewNext >= 0) {
            work += review(nowNs);
        }
        if (starving.isEmpty()) {
            wasStarving = false;
        } else {
            work += relieve(nowNs);
        }
        if (!dirty.isEmpty()) {
            work += workOnDirty(nowNs, nowMs);
        }
        return work;
    }

    @Override
    public boolean mayPark() {
        return dirty.isEmpty() && reviewNext < 0 && (starving.isEmpty() || starvingRetry.isArmed());
    }

    private int workOnDirty(final long nowNs, final long nowMs) {
        final List<Connection> connections = dirty;
        dirty = working;
        working = connections;
        int work = 0;
        for (int i = 0; i < connections.size(); i++) {
            work += connections.get(i).pump(nowNs, nowMs);
        }
        if (work > 0) {
            final long pumpedNs = meter.clock().readNs();
            for (int i = 0; i < connections.size(); i++) {
                connections.get(i).onPumped(pumpedNs);
            }
        }
        for (int i = 0; i < connections.size(); i++) {
            final Connection connection = connections.get(i);
            connection.dirty = false;
            if (connection.flush(writer, nowNs) > 0) {
                work++;
            }
            connection.settle();
        }
        connections.clear();
        return work;
    }

    void markDirty(final Connection connection) {
        if (!connection.dirty) {
            connection.dirty = true;
            dirty.add(connection);
        }
    }

    // Memory

    UnsafeBuffer scratch() {
        return scratch;
    }

    /** Whether a frame of that size fits at all, were it alone. */
    boolean canEverHold(final int size) {
        return BufferPool.bytesOf(BufferPool.sizeClassOf(size)) + 4L * scratch.capacity() <= pool.budgetBytes();
    }

    /** Whether what one receive may bring can be kept. */
    boolean mayReceive(final Connection connection) {
        final long needed = 2L * scratch.capacity();
        if (pool.availableBytes() - keptBackFrom(connection) >= needed) {
            return true;
        }
        return acquirePermit(connection) && pool.availableBytes() >= needed;
    }

    PooledBuffer tryTake(final Connection connection, final int bytes) {
        return pool.tryTake(bytes, keptBackFrom(connection));
    }

    /** Memory that nobody needs for receiving, not even the one with the permit; null if there is none. */
    PooledBuffer tryTakeSpare(final int bytes) {
        return pool.tryTake(bytes, keptBackBytes + (pool.budgetBytes() - keptBackBytes) / 2);
    }

    private long keptBackFrom(final Connection connection) {
        return connection == permitHolder ? 0 : keptBackBytes;
    }

    boolean acquirePermit(final Connection connection) {
        if (permitHolder == null) {
            permitHolder = connection;
        }
        return permitHolder == connection;
    }

    void releasePermit(final Connection connection) {
        if (permitHolder == connection) {
            permitHolder = null;
        }
    }

    /** Whether another request may be started: it will take memory and places in rings. */
    boolean maySpend() {
        return (pool.availableBytes() >= 0 || running == 0) && !congestion.getAsBoolean();
    }

    void onStarving(final Connection connection) {
        starving.add(connection);
        counters.starved++;
        isMemoryShort |= !congestion.getAsBoolean();
    }

    /** Lets those who wait for memory try again; if none comes back for a while, somebody's frame must go. */
    private int relieve(final long nowNs) {
        if (deadlines != null && !starvingRetry.isArmed()) {
            deadlines.arm(starvingRetry, nowNs + STARVING_RETRY_NS);
        }
        if (pool.releases() != releasesSeen || !wasStarving || !isMemoryShort) {
            releasesSeen = pool.releases();
            starvingSinceNs = nowNs;
        }
        if (permitHolder != permitSeen) {
            permitSeen = permitHolder;
            permitSinceNs = nowNs;
        }
        wasStarving = true;
        final int work = isMemoryShort ? closeStuck(nowNs) : 0;
        isMemoryShort = false;
        for (int i = 0; i < starving.size(); i++) {
            markDirty(starving.get(i));
        }
        starving.clear();
        return work;
    }

    /**
     * Closes the connection whose memory has waited longest for its client: one on which nothing moves soon, one on
     * which little moves much later. If there is none, the one that has most for a client which is not served yet.
     */
    private int closeStuck(final long nowNs) {
        Connection stuck = nowNs - starvingSinceNs >= graceNs ? longestWaiting() : null;
        if (stuck == null || !isStuck(stuck, starvingSinceNs, nowNs)) {
            stuck = nowNs - starvingSinceNs >= graceNs ? largestMuted() : null;
        }
        if (stuck == null) {
            stuck = permitHolder;
            if (stuck == null || !stuck.waitsForPeer() || !isStuck(stuck, permitSinceNs, nowNs)) {
                return 0;
            }
        }
        stuck.close(CloseReason.MEMORY);
        starvingSinceNs = nowNs;
        return 1;
    }

    private boolean isStuck(final Connection connection, final long sinceNs, final long nowNs) {
        return nowNs - connection.lastMoveNs >= graceNs || nowNs - sinceNs >= TRICKLE_GRACES * graceNs;
    }

    private Connection longestWaiting() {
        Connection longest = null;
        for (int i = 0; i < all.size(); i++) {
            final Connection connection = all.get(i);
            if (connection.waitsForPeer() && (longest == null || connection.lastMoveNs - longest.lastMoveNs < 0)) {
                longest = connection;
            }
        }
        return longest;
    }

    /** Null if each has so little that it would help nobody, and all together have no great part of the memory. */
    private Connection largestMuted() {
        Connection largest = null;
        long bytesMax = 0;
        long bytesOfAll = 0;
        for (int i = 0; i < all.size(); i++) {
            final long bytes = all.get(i).mutedBytes();
            bytesOfAll += bytes;
            if (bytes > bytesMax) {
                bytesMax = bytes;
                largest = all.get(i);
            }
        }
        return bytesMax >= MUTED_BYTES_MIN || bytesOfAll >= pool.budgetBytes() / MUTED_PART ? largest : null;
    }

    // Muting

    boolean keepsTime() {
        return deadlines != null;
    }

    void arm(final Muting muting, final long untilNs) {
        deadlines.arm(muting, untilNs);
    }

    void disarm(final Muting muting) {
        deadlines.disarm(muting);
    }

    /** Why any was muted may not hold any more: all are asked, some in each duty cycle, however often it is said. */
    public void reviewMuting() {
        reviewNext = all.size() - 1;
    }

    /** From the last one down: where one is taken out, the last of all, which was asked, takes its place. */
    private int review(final long nowNs) {
        int i = Math.min(reviewNext, all.size() - 1);
        for (int looks = 0; i >= 0 && looks < REVIEWS; looks++, i--) {
            if (all.get(i).isMuted()) {
                all.get(i).reviewMuting(nowNs);
            }
        }
        reviewNext = i;
        return 1;
    }

    // Leases

    /** A client does not take what it is sent: what it has on lease is to come back, if that lasts. */
    void onOutputFull() {
        if (deadlines != null && !leaseSweep.isArmed()) {
            deadlines.arm(leaseSweep, cycleNs + LEASE_SWEEP_NS);
        }
    }

    /** Goes on where the last sweep stopped; sweeps again while anybody keeps leases. */
    void sweepLeases(final long nowNs) {
        int left = LEASE_SWEEP_PIECES;
        boolean again = false;
        final int first = all.isEmpty() ? 0 : sweepNext % all.size();
        for (int i = 0; i < all.size(); i++) {
            final Connection connection = all.get((first + i) % all.size());
            if (left > 0) {
                left -= connection.giveBackLeases(left);
                sweepNext = first + i;
            }
            again |= connection.keepsLeases();
        }
        if (again && deadlines != null) {
            deadlines.arm(leaseSweep, nowNs + LEASE_SWEEP_NS);
        }
    }

    // Time

    /** Keeps looking for idle connections and memory; called once, by whoever puts the core together. */
    public void keepTime(final Deadlines coreDeadlines, final long nowNs) {
        deadlines = coreDeadlines;
        final long intervalNs = Math.clamp(settings.idleMs() / 10, 10, 10_000) * MS_NS;
        deadlines.arm(
                new Deadline() {
                    @Override
                    protected void onDeadline(final long firedNs, final long firedMs) {
                        closeIdle(firedNs);
                        pool.decay();
                        deadlines.arm(this, firedNs + intervalNs);
                    }
                },
                nowNs + intervalNs);
    }

    int closeIdle(final long nowNs) {
        int closed = 0;
        for (int i = all.size() - 1; i >= 0; i--) {
            final Connection connection = all.get(i);
            if (connection.isIdleSince(nowNs - settings.idleMs() * MS_NS)) {
                connection.close(CloseReason.IDLE);
                closed++;
            }
        }
        return closed;
    }

    // Exchanges

    Exchange newExchange() {
        return spare.isEmpty() ? new Exchange() : spare.remove(spare.size() - 1);
    }

    void recycle(final Exchange exchange) {
        exchange.recycle();
        spare.add(exchange);
    }

    void onStarted() {
        running++;
    }

    void onEnded() {
        running--;
    }

    void onClosed(final Connection connection, final CloseReason reason) {
        counters.onClosed(reason);
        forget(connection);
        closeListener.accept(connection);
    }

    private void forget(final Connection connection) {
        final Connection last = all.remove(all.size() - 1);
        if (last != connection) {
            last.slot = connection.slot;
            all.set(connection.slot, last);
        }
        starving.remove(connection);
        if (permitSeen == connection) {
            permitSeen = null;
        }
    }

    /** Closes every connection; requests that are running still end. */
    @Override
    public void close() {
        while (!all.isEmpty()) {
            all.get(all.size() - 1).close(CloseReason.SHUTDOWN);
        }
    }
}
