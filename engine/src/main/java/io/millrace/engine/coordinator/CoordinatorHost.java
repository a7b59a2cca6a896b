package io.millrace.engine.coordinator;

import io.millrace.engine.status.Outcome;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.agrona.DirectBuffer;

/**
 * Keeps one coordinator partition's machine and its log in step. What a machine appends is handed to the log at once,
 * and the machine has replayed it already; if the log refuses a single batch, the machine is ahead of the truth, and
 * another takes its place that begins from the log, after all that is under way has ended. Owned by one core's thread.
 *
 * <pre>
 *   CLOSED → LOADING → ACTIVE → (a batch is refused) → DRAINING → CLOSED → …
 *                └─────────┴── close → ENDED
 * </pre>
 */
public final class CoordinatorHost implements CoordinatorLog.Replay {
    private enum State {
        LOADING,
        ACTIVE,
        /** The machine has resigned; batches of its are still on their way. */
        DRAINING,
        /** To be loaded. */
        CLOSED,
        ENDED
    }

    private final CoordinatorLog log;
    private final Function<CoordinatorHost, CoordinatorMachine> machines;
    private final LongConsumer retry;
    private final BiConsumer<String, RuntimeException> broken;
    private boolean damageTold;
    private State state = State.CLOSED;
    private CoordinatorMachine machine;
    private long written;
    private long committed;
    private int inFlight;

    /**
     * @param machines makes the machine of each load
     * @param retry    asked to call {@link #load} again after so many milliseconds, as the log could not be read
     * @param broken   told why nobody is served here, and what the machine could not make anything of, if it was that
     */
    public CoordinatorHost(
            final CoordinatorLog log,
            final Function<CoordinatorHost, CoordinatorMachine> machines,
            final LongConsumer retry,
            final BiConsumer<String, RuntimeException> broken) {
        this.log = log;
        this.machines = machines;
        this.retry = retry;
        this.broken = broken;
    }

    /** Begins to read the log; no effect while it is being read, or was. */
    public void load() {
        if (state != State.CLOSED || inFlight > 0) {
            return;
        }
        state = State.LOADING;
        machine = machines.apply(this);
        log.load(this);
    }

    /** The machine, or null while there is none to ask. */
    public CoordinatorMachine active() {
        return state == State.ACTIVE ? machine : null;
    }

    /** The first offset behind all that the machine has appended. */
    public long written() {
        return written;
    }

    /** The first offset that is not known to be committed. */
    public long committed() {
        return committed;
    }

    /** For the machine: appends a batch whose records it has replayed; returns the first offset behind it. */
    public long append(final DirectBuffer batch, final int offset, final int length, final int records) {
        if (state != State.ACTIVE) {
            throw new IllegalStateException("append while " + state);
        }
        final long baseOffset = written;
        written += records;
        inFlight++;
        final long end = written;
        log.append(batch, offset, length, baseOffset, (outcome, at) -> onAppended(outcome, baseOffset, at, end));
        return end;
    }

    private void onAppended(final Outcome outcome, final long expected, final long baseOffset, final long end) {
        inFlight--;
        if (state == State.ACTIVE) {
            if (outcome == Outcome.OK && baseOffset == expected) {
                committed = end;
                machine.onCommitted(end);
            } else {
                state = State.DRAINING;
                machine.onResigned();
            }
        }
        loadAgainOnceDrained();
    }

    /** Not at once: what made the log refuse may last. */
    private void loadAgainOnceDrained() {
        if (state == State.DRAINING && inFlight == 0) {
            state = State.CLOSED;
            machine = null;
            retry.accept(RETRY_MS);
        }
    }

    /** The machine's state is no longer to be trusted: begins anew from the log. */
    public void reload() {
        if (state == State.ACTIVE) {
            state = State.DRAINING;
            machine.onResigned();
            loadAgainOnceDrained();
        }
    }

    /** Ends it for good: the partition is no longer here, or the node stops. */
    public void close() {
        if (state == State.ACTIVE) {
            machine.onResigned();
        }
        state = State.ENDED;
        machine = null;
    }

    @Override
    public void onBatches(final DirectBuffer buffer, final int offset, final int length) {
        if (state != State.LOADING) {
            return;
        }
        try {
            machine.onReplay(buffer, offset, length);
        } catch (final RuntimeException unreadable) {
            // Somebody has written there what no coordinator writes. The rest of the node goes on without this one.
            broken.accept("what it holds is nothing that a coordinator writes", unreadable);
            retryIn(RETRY_DAMAGED_MS);
        }
    }

    @Override
    public void onEnd(final long endOffset) {
        if (state == State.LOADING) {
            written = endOffset;
            committed = endOffset;
            state = State.ACTIVE;
            machine.onActive(endOffset);
        }
    }

    @Override
    public void onFailed(final Outcome why) {
        if (state != State.LOADING) {
            return;
        }
        if (why == Outcome.CORRUPT_BATCH || why == Outcome.READ_ONLY) {
            // What can be read of it may be out of date, and nobody is to be told that it is true.
            if (!damageTold) {
                damageTold = true;
                broken.accept("its log is damaged, " + why, null);
            }
            retryIn(RETRY_DAMAGED_MS);
        } else {
            retryIn(why == Outcome.NOT_READY ? RETRY_SOON_MS : RETRY_MS);
        }
    }

    private void retryIn(final long delayMs) {
        state = State.CLOSED;
        machine = null;
        retry.accept(delayMs);
    }

    private static final long RETRY_SOON_MS = 10;
    private static final long RETRY_MS = 1000;
    /** That heals seldom before the next start, and to read all of it costs. */
    private static final long RETRY_DAMAGED_MS = 60_000;
}
