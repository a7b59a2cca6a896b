package io.millrace.engine.log;

import io.millrace.engine.port.DiskStatus;
import java.util.ArrayList;

/** Who waits until cold bytes, or an index, are in memory. */
final class ResidentWaiters {
    private final Log log;
    private final ArrayList<Runnable> waiters = new ArrayList<>();

    ResidentWaiters(final Log log) {
        this.log = log;
    }

    /** Runs the action when the next prefetch or loading of an index has ended. */
    void add(final Runnable action) {
        waiters.add(action);
    }

    /** A prefetch or the loading of an index has ended. */
    void onPrefetched(final int status) {
        if (status != DiskStatus.OK) {
            log.goOffline(status);
        }
        if (!waiters.isEmpty()) {
            final ArrayList<Runnable> told = new ArrayList<>(waiters);
            waiters.clear();
            told.forEach(Runnable::run);
        }
        log.tellResident();
    }
}
