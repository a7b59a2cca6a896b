package io.millrace.engine.log;

import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;

/**
 * All slices that one core may lend at a time, made once. The home core takes and fills them; any core may read a
 * slice whose id it was sent, and gives it back through a queue of its own, which cannot overflow because it holds as
 * many as there are slices.
 */
public final class LeaseTable {
    /** Cores count side by side, each in a cache line of its own. */
    private static final int COUNTER_STRIDE = 16;

    private static final int FEW_MAX = 8;
    private static final int FEW_OF = 32;

    private final LogSlice[] slices;
    private final int[] free;
    private int freeCount;
    private final SpscVarHandleArrayQueue<LogSlice>[] releases;
    private final int homeCore;
    private final int part;
    private final int share;
    private final int[] held;
    private Runnable whenReleased;

    @SuppressWarnings({"unchecked", "rawtypes"})
    public LeaseTable(final int capacity, final int homeCore, final int coreCount) {
        this.homeCore = homeCore;
        part = capacity / coreCount;
        share = part * 3 / 4;
        held = new int[coreCount * COUNTER_STRIDE];
        slices = new LogSlice[capacity];
        free = new int[capacity];
        for (int i = 0; i < capacity; i++) {
            slices[i] = new LogSlice(i, this);
            free[freeCount++] = capacity - 1 - i;
        }
        releases = new SpscVarHandleArrayQueue[coreCount];
        for (int core = 0; core < coreCount; core++) {
            if (core != homeCore) {
                releases[core] = new SpscVarHandleArrayQueue<>(Math.max(4, capacity));
            }
        }
    }

    /** Home core: a slice to pass to {@link Log#read}, or null if all are lent. Give it back if nothing was found. */
    public LogSlice acquire() {
        if (freeCount == 0) {
            return null;
        }
        final LogSlice slice = slices[free[--freeCount]];
        slice.lent = true;
        return slice;
    }

    /** The named core was sent the id, and gives it back by {@link #release(int, LogSlice)}. */
    public LogSlice receive(final int core, final int id) {
        held[core * COUNTER_STRIDE]++;
        return slices[id];
    }

    /**
     * How many of those that it has received the named core may keep for one slow reader: half of what its part of
     * three quarters of all leaves over, so that a few who ask for very much cannot take everything. The last fourth
     * goes by few, and by ever fewer the less is left; the last of all may not be kept, what they lend is copied.
     *
     * @param undecided how many it has received just now, and may give back
     */
    public int fairShare(final int core, final int undecided) {
        final int kept = held[core * COUNTER_STRIDE] - undecided;
        final int few = Math.clamp((part - kept) / FEW_OF, 0, FEW_MAX);
        return Math.max(few, Math.max(0, share - kept) / 2);
    }

    /** Gives a slice back that the named core, home or not, has received. */
    public void release(final int core, final LogSlice slice) {
        held[core * COUNTER_STRIDE]--;
        if (core == homeCore) {
            release(slice);
        } else if (!releases[core].offer(slice)) {
            throw new IllegalStateException("slice " + slice.id() + " was given back twice by core " + core);
        }
    }

    /** The named core, which has received the slice, sends its id on to another one, which receives it then. */
    public void handOn(final int core) {
        held[core * COUNTER_STRIDE]--;
    }

    /** Home core: gives a slice back. */
    public void release(final LogSlice slice) {
        if (!slice.lent || slices[slice.id()] != slice) {
            throw new IllegalStateException("slice " + slice.id() + " is not lent");
        }
        slice.lent = false;
        free[freeCount++] = slice.id();
        slice.clear();
        if (whenReleased != null) {
            final Runnable waiter = whenReleased;
            whenReleased = null;
            waiter.run();
        }
    }

    /** Home core: runs the action after the next slice has come back; for the rare one who must wait for readers. */
    void whenReleased(final Runnable action) {
        final Runnable before = whenReleased;
        whenReleased = before == null
                ? action
                : () -> {
                    before.run();
                    action.run();
                };
    }

    /** Home core, once a duty cycle: takes back what other cores have released. */
    public int drain(final int limit) {
        int count = 0;
        for (final SpscVarHandleArrayQueue<LogSlice> queue : releases) {
            LogSlice slice;
            while (count < limit && queue != null && (slice = queue.poll()) != null) {
                release(slice);
                count++;
            }
        }
        return count;
    }

    /** Home core: slices that are out. */
    public int lent() {
        return slices.length - freeCount;
    }

    /** Home core: whether a lent slice holds bytes of the segment at or beyond the position. */
    boolean holdsBeyond(final Segment segment, final long position) {
        for (final LogSlice slice : slices) {
            if (slice.lent && slice.segment() == segment && slice.position() + slice.length() > position) {
                return true;
            }
        }
        return false;
    }
}
