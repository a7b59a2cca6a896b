package io.millrace.engine.port;

/** Where a core looks for socket readiness, and where it sleeps. */
public interface Poller {
    /**
     * Calls the handlers of ready endpoints.
     *
     * @param maxWaitNs 0 looks without waiting; otherwise waits at most so long for readiness or {@link #wakeup}
     * @return how many handlers were called
     */
    int poll(long maxWaitNs);

    /** Ends a wait of {@link #poll}, the current or the next one. The only method that other threads may call. */
    void wakeup();
}
