package io.millrace.net.socket;

/** What hangs on a selection key. */
interface Selected {
    /** Returns how many handlers were called. */
    int onReady(int readyOps);
}
