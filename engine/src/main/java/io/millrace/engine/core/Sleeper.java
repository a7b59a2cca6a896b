package io.millrace.engine.core;

import io.millrace.engine.port.Poller;
import java.lang.invoke.VarHandle;

/**
 * Tells others whether a core sleeps in its poller, so that only sleepers are woken. The sleeper sets the flag, then
 * looks at its mailboxes once more; the sender commits its message, then looks at the flag: both with a full fence in
 * between, so one of them sees the other.
 */
public final class Sleeper {
    private volatile boolean sleeping;
    private volatile Poller poller;

    /** Binds the poller in which the core will sleep, before any other thread can see it asleep. */
    void bind(final Poller sleepsIn) {
        poller = sleepsIn;
    }

    /** Any thread, after it has left something for the core: wakes the core if it sleeps; returns whether it did. */
    public boolean wake() {
        VarHandle.fullFence();
        if (sleeping) {
            sleeping = false;
            poller.wakeup();
            return true;
        }
        return false;
    }

    void fallAsleep() {
        sleeping = true;
        VarHandle.fullFence();
    }

    void awake() {
        sleeping = false;
    }
}
