package io.millrace.engine.partition;

/** What was written to and read from a partition here, and how much of that {@link TrafficMeter} has seen. Owned by the core's thread. */
final class PartitionTraffic {
    private long bytesIn;
    private long bytesOut;
    private long requests;
    private long seenIn;
    private long seenOut;
    private long seenRequests;
    private long seenNs;
    private boolean seen;

    void onAppended(final int bytes) {
        bytesIn += bytes;
        requests++;
    }

    void onRead(final int bytes) {
        bytesOut += bytes;
        requests++;
    }

    /** Bytes written since {@link #measured}. */
    long newIn() {
        return bytesIn - seenIn;
    }

    long newOut() {
        return bytesOut - seenOut;
    }

    long newRequests() {
        return requests - seenRequests;
    }

    /** Since when that is, or 0 if nobody has looked yet. */
    long sinceNs(final long nowNs) {
        return seen ? nowNs - seenNs : 0;
    }

    void measured(final long nowNs) {
        seenIn = bytesIn;
        seenOut = bytesOut;
        seenRequests = requests;
        seenNs = nowNs;
        seen = true;
    }
}
