package io.millrace.engine.core;

/** Something that happens at a time, at most once per arming. Owned by the core that armed it. */
public abstract class Deadline {
    static final long NOT_ARMED = -1;

    long timerId = NOT_ARMED;

    /** Called from the duty cycle at or after the deadline; the deadline may be armed again from here. */
    protected abstract void onDeadline(long nowNs, long nowMs);

    public final boolean isArmed() {
        return timerId != NOT_ARMED;
    }
}
