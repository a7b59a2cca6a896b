package io.millrace.engine.core;

import io.millrace.engine.port.Poller;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells others whether a core sleeps in its poller, so that only sleepers are woken. The sleeper sets the flag, then
 * looks at its mailboxes once more; the sender commits its message, then looks at the flag: both with a full fence in
 * between, so one of them sees the other.
 */
public final class Sleeper {
    private final AtomicBoolean sleeping = new AtomicBoolean();
    private volatile Poller poller;

    /** Binds the poller in which the core will sleep, before any other thread can see it asleep. */
    void bind(final Poller poller) {
        this.poller = poller;
    }

    /** Any thread: wakes the core if it sleeps. */
    public void wake() {
        if (sleeping.get() && sleeping.compareAndSet(true, false)) {
            poller.wakeup();
        }
    }

    void fallAsleep() {
        sleeping.set(true);
    }

    void awake() {
        sleeping.set(false);
    }
}
