package io.millrace.net.connection;

/** What happened on one core's connections. Written by that core's thread alone; others may read a little late. */
public final class ConnectionCounters {
    private final long[] closed = new long[CloseReason.COUNT];
    long accepted;
    long arrived;
    long left;
    long requests;
    long answers;
    long bytesIn;
    long bytesOut;
    long sends;
    long starved;

    void onClosed(final CloseReason reason) {
        closed[reason.ordinal()]++;
    }

    public long accepted() {
        return accepted;
    }

    /** Connections that another core had before. */
    public long arrived() {
        return arrived;
    }

    /** Connections that went on to another core. */
    public long left() {
        return left;
    }

    public long closed(final CloseReason reason) {
        return closed[reason.ordinal()];
    }

    public long requests() {
        return requests;
    }

    public long answers() {
        return answers;
    }

    public long bytesIn() {
        return bytesIn;
    }

    public long bytesOut() {
        return bytesOut;
    }

    /** System calls that sent something. */
    public long sends() {
        return sends;
    }

    /** How often a connection had to wait for memory. */
    public long starved() {
        return starved;
    }
}
