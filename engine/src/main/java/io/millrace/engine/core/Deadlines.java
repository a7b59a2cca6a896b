package io.millrace.engine.core;

import java.util.concurrent.TimeUnit;
import org.agrona.DeadlineTimerWheel;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * A core's timers, in ticks of about a millisecond. Keeps a lower bound of the next one, so that a core that sleeps
 * knows how long it may. Owned by the core's thread.
 */
public final class Deadlines implements DeadlineTimerWheel.TimerHandler {
    private static final long TICK_NS = 1 << 20;
    private static final int TICKS_PER_WHEEL = 1024;

    private final DeadlineTimerWheel wheel;
    private final Long2ObjectHashMap<Deadline> armed = new Long2ObjectHashMap<>();
    private long earliestNs = Long.MAX_VALUE;
    private long nowMs;
    private final DeadlineTimerWheel.TimerConsumer earliestFinder =
            (deadline, timerId) -> earliestNs = Math.min(earliestNs, deadline);

    Deadlines(final long startNs) {
        wheel = new DeadlineTimerWheel(TimeUnit.NANOSECONDS, startNs, TICK_NS, TICKS_PER_WHEEL);
    }

    /** Arms or re-arms; a time that has passed fires in the next duty cycle. */
    public void arm(final Deadline deadline, final long atNs) {
        disarm(deadline);
        deadline.timerId = wheel.scheduleTimer(atNs);
        armed.put(deadline.timerId, deadline);
        earliestNs = Math.min(earliestNs, atNs);
    }

    /** No effect on one that is not armed. */
    public void disarm(final Deadline deadline) {
        if (deadline.isArmed()) {
            wheel.cancelTimer(deadline.timerId);
            armed.remove(deadline.timerId);
            deadline.timerId = Deadline.NOT_ARMED;
        }
    }

    int poll(final long nowNs, final long nowMs, final int limit) {
        if (earliestNs > nowNs) {
            return 0;
        }
        this.nowMs = nowMs;
        wheel.currentTickTime(earliestNs); // nothing lies before it: skip the ticks slept through
        int fired = 0;
        while (fired < limit && wheel.timerCount() > 0) {
            final long tickBefore = wheel.currentTickTime();
            fired += wheel.poll(nowNs, this, limit - fired);
            if (wheel.currentTickTime() == tickBefore) {
                break;
            }
        }
        if (wheel.timerCount() == 0) {
            wheel.resetStartTime(nowNs);
            earliestNs = Long.MAX_VALUE;
        }
        return fired;
    }

    /** Nanoseconds until the next deadline, 0 if one is due, {@code Long.MAX_VALUE} if there is none. */
    long untilNext(final long nowNs) {
        if (earliestNs <= nowNs) {
            earliestNs = Long.MAX_VALUE;
            wheel.forEach(earliestFinder);
        }
        // The wheel fires a tick late rather than early, so sleep to the end of the deadline's tick.
        return earliestNs == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(0, earliestNs + TICK_NS - nowNs);
    }

    @Override
    public boolean onTimerExpiry(final TimeUnit unit, final long now, final long timerId) {
        final Deadline deadline = armed.remove(timerId);
        deadline.timerId = Deadline.NOT_ARMED;
        deadline.onDeadline(now, nowMs);
        return true;
    }
}
